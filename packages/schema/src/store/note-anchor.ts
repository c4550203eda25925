import { and, asc, eq, max } from 'drizzle-orm';
import type { Transaction } from '../database/database.ts';
import { isId } from '../ordered-id.ts';
import { METRIC_NAMES } from '../series/metric-names.ts';
import type { AnnotationRow } from '../tables/annotation.ts';
import { contenders } from '../tables/contender.ts';
import type { ExperimentRow } from '../tables/experiment.ts';
import { runs } from '../tables/run.ts';
import { STEP_METRICS } from '../tables/step-chunk.ts';
import type { InputProblem } from './refusal.ts';

/** Where a note stands: a metric, a place or range, and whom it is about; null leaves open. */
export type Anchor = Pick<AnnotationRow, 'metric' | 'axis' | 'from' | 'to' | 'contenderId' | 'seed'>;

const MOST_STEPS = 1_000_000_000;

/** An anchor as it is kept: a place is a range of one point, ids are in lower case. */
export function anchorOf(given: Anchor): Anchor {
  return { ...given, to: given.to ?? given.from, contenderId: given.contenderId?.toLowerCase() ?? null };
}

/** All that is wrong with an anchor in this experiment. */
export async function problemsOfAnchor(
  tx: Transaction,
  experiment: ExperimentRow,
  anchor: Anchor,
): Promise<InputProblem[]> {
  return [
    ...problemsOfMetric(anchor),
    ...problemsOfPlace(anchor, await lastPlace(tx, experiment, anchor)),
    ...(await problemsOfScope(tx, experiment, anchor)),
  ];
}

function problemsOfMetric({ metric, axis }: Anchor): InputProblem[] {
  if (metric === null || axis === null) return [];
  const known: readonly string[] = axis === 'STEP' ? STEP_METRICS : METRIC_NAMES;
  if (known.includes(metric)) return [];
  const unit = axis === 'STEP' ? 'step' : 'epoch';
  const message = `${metric} is not kept of every ${unit}; kept are ${known.join(', ')}.`;
  return [{ field: 'metric', message }];
}

function problemsOfPlace({ axis, from, to }: Anchor, last: number): InputProblem[] {
  if (axis === null) {
    if (from === null && to === null) return [];
    return [{ field: 'axis', message: 'A place is given without its axis; give EPOCH or STEP.' }];
  }
  const unit = axis === 'STEP' ? 'step' : 'epoch';
  if (from === null || to === null) {
    return [
      { field: 'from', message: `The axis ${axis} is given without a place; give the ${unit} as \`from\`.` },
    ];
  }
  const outside = Object.entries({ from, to }).filter(([, value]) => !(value >= 0 && value <= last));
  if (outside.length > 0) {
    return outside.map(([field, value]) => ({
      field,
      message: `\`${field}\` is ${unit} ${value}; the curves go from 0 to ${last}.`,
    }));
  }
  if (from <= to) return [];
  return [
    { field: 'to', message: `\`to\` is ${to} and lies before \`from\`, which is ${from}; exchange them.` },
  ];
}

/** The last epoch that there is or will be; of steps it is not known before the training begins. */
async function lastPlace(tx: Transaction, experiment: ExperimentRow, { axis }: Anchor): Promise<number> {
  if (axis !== 'EPOCH') return MOST_STEPS;
  const [row] = await tx
    .select({ last: max(runs.lastEpoch) })
    .from(runs)
    .where(eq(runs.experimentId, experiment.id));
  return Math.max(experiment.epochs, row?.last ?? 0);
}

async function problemsOfScope(
  tx: Transaction,
  { id, name }: ExperimentRow,
  { contenderId, seed }: Anchor,
): Promise<InputProblem[]> {
  const problems: InputProblem[] = [];
  const isOwn = contenderId !== null && (await isContenderOf(tx, id, contenderId));
  if (contenderId !== null && !isOwn) {
    const message = `"${name}" has no contender ${contenderId}; take the id of one of its own.`;
    problems.push({ field: 'contenderId', message });
  }
  if (seed === null) return problems;
  const of = and(eq(runs.experimentId, id), isOwn ? eq(runs.contenderId, contenderId) : undefined);
  const seeds = await tx.selectDistinct({ seed: runs.seed }).from(runs).where(of).orderBy(asc(runs.seed));
  if (seeds.some((row) => row.seed === seed)) return problems;
  const there = seeds.map((row) => row.seed).join(', ');
  return [...problems, { field: 'seed', message: `No run has the seed ${seed}; there are ${there}.` }];
}

async function isContenderOf(tx: Transaction, experimentId: string, contenderId: string): Promise<boolean> {
  if (!isId(contenderId)) return false;
  const found = await tx
    .select({ id: contenders.id })
    .from(contenders)
    .where(and(eq(contenders.id, contenderId), eq(contenders.experimentId, experimentId)));
  return found.length > 0;
}
