import type { Comparison, RunEvent } from '../comparison/comparison.ts';
import type { DrawnMetric } from '../comparison/metric.ts';
import type { EventKind } from '../graphql/generated/graphql.ts';
import type { Line } from './line.ts';
import type { Appearance } from './palette.ts';
import type { Strand } from './strand.ts';

/** Something that happened to a run, as a quiet sign at the foot of a chart. */
export interface Happening {
  readonly key: string;
  readonly sign: Sign;
  /** As a sentence. */
  readonly title: string;
  readonly look: Appearance;
  readonly x: number;
  /** Signs at one place stand on each other, from 0. */
  readonly level: number;
}

export type Sign = 'explosion' | 'waves' | 'stuck' | 'target' | 'pause' | 'resume';

/** Which charts tell of it: where it can be seen. */
const TOLD: Partial<Record<EventKind, { readonly sign: Sign; readonly on: readonly DrawnMetric[] }>> = {
  EXPLOSION: { sign: 'explosion', on: ['LOSS'] },
  SAWTOOTH: { sign: 'waves', on: ['LOSS'] },
  OSCILLATION: { sign: 'waves', on: ['LOSS'] },
  STUCK: { sign: 'stuck', on: ['ACCURACY'] },
  TARGET: { sign: 'target', on: ['VAL_ACCURACY'] },
  PAUSED: { sign: 'pause', on: ['LOSS', 'VAL_LOSS'] },
  RESUMED: { sign: 'resume', on: ['LOSS', 'VAL_LOSS'] },
};

/** The happenings of the strands that are shown, in the order of their places; `lines` are the strands' own. */
export function happeningsOf(
  metric: DrawnMetric,
  strands: readonly Strand[],
  lines: readonly Line[],
  comparison: Comparison,
): Happening[] {
  const strandOf = new Map(
    strands.flatMap((strand, index) => strand.runs.map((run) => [run.id, { run, line: lines[index] }])),
  );
  const levels = new Map<number, number>();
  const found = comparison.events.flatMap((event): Omit<Happening, 'level'>[] => {
    const told = TOLD[event.kind];
    const { run, line } = strandOf.get(event.runId) ?? {};
    if (!told?.on.includes(metric) || !run || !line?.shown) return [];
    const x = placeOf(event, line);
    if (x === null) return [];
    const title = `${run.contender.label}: ${event.message}`;
    return [{ key: event.id, sign: told.sign, title, look: line.look, x }];
  });
  found.sort((a, b) => a.x - b.x);
  return found.map((one) => {
    const level = levels.get(one.x) ?? 0;
    levels.set(one.x, level + 1);
    return { ...one, level };
  });
}

/** Where the line is at the event's epoch, or was last before it. */
function placeOf({ epoch }: RunEvent, line: Line): number | null {
  if (epoch === null) return null;
  const index = line.epochs.findLastIndex((one) => one <= epoch);
  return line.xs[index] ?? line.xs[0] ?? null;
}
