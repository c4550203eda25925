import type { Comparison, Run } from '../comparison/comparison.ts';
import { type DrawnMetric, METRIC_TEXT } from '../comparison/metric.ts';
import { nonFiniteText } from '../comparison/number-text.ts';
import type { NonFiniteStretch } from './curve.ts';
import type { Line } from './line.ts';
import type { Appearance } from './palette.ts';
import type { Strand } from './strand.ts';

/** Something that is not a point on a line: values that are not finite, or the place where a run diverged. */
export interface Mark {
  readonly runId: string;
  readonly kind: 'non-finite' | 'diverged';
  /** What stands beside it: `NaN`, `∞`, `diverged`. */
  readonly text: string;
  /** The same as a sentence. */
  readonly title: string;
  readonly look: Appearance;
  readonly fromX: number;
  readonly toX: number;
  /** Null for a mark on the edge, where no finite value is. */
  readonly y: number | null;
  readonly edge: 'top' | 'bottom';
  /** Marks of different strands on one edge lie in rows, so that none hides another. */
  readonly lane: number;
}

/** The marks of every strand that is shown; `lines` are the strands' own. */
export function marksOf(
  metric: DrawnMetric,
  strands: readonly Strand[],
  lines: readonly Line[],
  comparison: Comparison,
  isByEpoch: boolean,
): Mark[] {
  const marks: Mark[] = [];
  const lanes = { top: 0, bottom: 0 };
  // A run without any value stands where the worst values are.
  const worst = METRIC_TEXT[metric].kind === 'accuracy' ? 'bottom' : 'top';
  strands.forEach((strand, place) => {
    const line = lines[place];
    if (!line?.shown) return;
    const used = { top: false, bottom: false };
    const laneOf = (edge: 'top' | 'bottom') => {
      used[edge] = true;
      return lanes[edge];
    };
    strand.runs.forEach((run, index) => {
      const label = strand.runs.length > 1 ? run.contender.label : strand.label;
      for (const group of neighbours(line.nonFinite[index] ?? [])) {
        const [first, last] = [group[0], group.at(-1)];
        if (!first || !last) continue;
        const edge = first.kind === 'NEG_INF' ? 'bottom' : 'top';
        marks.push({
          runId: run.id,
          kind: 'non-finite',
          text: [...new Set(group.map(({ kind }) => nonFiniteText(kind)))].join(', '),
          title: `${label}: ${group.map(stretchText).join(', ')}`,
          look: line.look,
          fromX: first.from.x,
          toX: last.to.x,
          y: null,
          edge,
          lane: laneOf(edge),
        });
      }
      if (run.status !== 'DIVERGED') return;
      const end = endOf(run, line, comparison, isByEpoch);
      marks.push({
        runId: run.id,
        kind: 'diverged',
        text: strand.runs.length > 1 ? `seed ${run.seed} diverged` : 'diverged',
        title: run.reason ?? `${label} diverged`,
        look: line.look,
        fromX: end.x,
        toX: end.x,
        y: end.y,
        edge: worst,
        lane: end.y === null ? laneOf(worst) : 0,
      });
    });
    for (const edge of ['top', 'bottom'] as const) if (used[edge]) lanes[edge] += 1;
  });
  return marks;
}

/** Where a run that diverged was last: on its strand's line, at or before its last epoch. */
function endOf(run: Run, line: Line, comparison: Comparison, isByEpoch: boolean) {
  const rows = comparison.rows[run.id] ?? [];
  const lastEpoch = rows.at(-1)?.epoch ?? 0;
  const last = line.ys.findLastIndex((y, index) => y !== null && (line.epochs[index] ?? 0) <= lastEpoch);
  const event = comparison.events.findLast((one) => one.runId === run.id && one.kind === 'DIVERGED');
  return {
    x: line.xs[last] ?? (isByEpoch ? (event?.epoch ?? run.lastEpoch + 1) : 0),
    y: line.ys[last] ?? null,
  };
}

/** Stretches that follow each other without a finite value between them, and stand on one edge. */
function neighbours(stretches: readonly NonFiniteStretch[]): NonFiniteStretch[][] {
  const groups: NonFiniteStretch[][] = [];
  for (const stretch of stretches) {
    const before = groups.at(-1)?.at(-1);
    const sameEdge = (before?.kind === 'NEG_INF') === (stretch.kind === 'NEG_INF');
    if (before && sameEdge && before.to.epoch === stretch.from.epoch - 1) groups.at(-1)?.push(stretch);
    else groups.push([stretch]);
  }
  return groups;
}

function stretchText({ kind, from, to }: NonFiniteStretch): string {
  const when = from.epoch === to.epoch ? `epoch ${from.epoch}` : `epochs ${from.epoch} to ${to.epoch}`;
  return `${KIND_TEXT[kind]} in ${when}`;
}

const KIND_TEXT = {
  NAN: 'not a number (NaN)',
  POS_INF: 'infinite (+∞)',
  NEG_INF: 'infinite (−∞)',
} as const;
