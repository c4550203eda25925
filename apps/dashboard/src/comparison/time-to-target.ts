import type { Strand } from '../chart/strand.ts';
import type { Comparison, Run } from './comparison.ts';

/** What it took a run to reach a validation accuracy. */
export interface Reached {
  readonly epochs: number;
  /** Null where the images are not known. */
  readonly steps: number | null;
  /** Seconds of its own training, without evaluation and waiting; null where a file tells none. */
  readonly seconds: number | null;
}

/** What it took the runs of a strand. */
export interface TimeToTarget {
  readonly strand: Strand;
  /** How many of its runs reached it. */
  readonly reached: number;
  /** Whether a run that has not may still. */
  readonly open: boolean;
  /** Medians over all its runs, a miss counting as longer than any; null when the median is a miss. */
  readonly median: Reached | null;
}

/** When a run's validation accuracy was first at the target or above; null when it never was. */
export function reachedBy(run: Run, comparison: Comparison, target: number): Reached | null {
  let seconds: number | null = 0;
  for (const row of comparison.rows[run.id] ?? []) {
    const spent: number | null | undefined = row.values.TRAIN_SECONDS;
    seconds = seconds === null || typeof spent !== 'number' ? null : seconds + spent;
    const value = row.values.VAL_ACCURACY;
    if (typeof value !== 'number' || value < target) continue;
    const { trainImages } = run;
    const { batchSize } = comparison;
    const steps = trainImages == null || batchSize === null ? null : Math.ceil(trainImages / batchSize);
    return { epochs: row.epoch, steps: steps === null ? null : steps * row.epoch, seconds };
  }
  return null;
}

/** For each strand, in their order. */
export function timesToTarget(
  strands: readonly Strand[],
  comparison: Comparison,
  target: number,
): TimeToTarget[] {
  return strands.map((strand) => {
    const times = strand.runs.map((run) => reachedBy(run, comparison, target));
    const hits = times.filter((time) => time !== null);
    const open = strand.runs.some(
      (run, index) => times[index] === null && ['QUEUED', 'RUNNING', 'PAUSED'].includes(run.status),
    );
    const isMiss = hits.length * 2 < times.length || (hits.length * 2 === times.length && times.length > 1);
    return { strand, reached: hits.length, open, median: isMiss ? null : medians(hits, times.length) };
  });
}

/** The medians over `count` runs, of which those that are not among the hits took for ever. */
function medians(hits: readonly Reached[], count: number): Reached {
  const over = (values: readonly (number | null)[]): number | null =>
    values.includes(null) ? null : median(values as readonly number[], count);
  return {
    epochs: over(hits.map((hit) => hit.epochs)) ?? 0,
    steps: over(hits.map((hit) => hit.steps)),
    seconds: over(hits.map((hit) => hit.seconds)),
  };
}

function median(values: readonly number[], count: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (count - 1) / 2;
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
}

/**
 * A target worth asking for: the median of the runs' best validation accuracies, which half of them reach, to the
 * hundredth below.
 */
export function suggestedTarget(comparison: Comparison): number | null {
  const bests = comparison.runs.flatMap((run) => {
    const values = (comparison.rows[run.id] ?? []).flatMap((row) => row.values.VAL_ACCURACY ?? []);
    return values.length === 0 ? [] : [values.reduce((best, value) => Math.max(best, value))];
  });
  if (bests.length === 0) return null;
  return Math.floor(100 * median(bests, bests.length)) / 100;
}
