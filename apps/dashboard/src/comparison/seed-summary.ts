import { type Spread, spreadOf } from '../chart/spread.ts';
import type { Strand } from '../chart/strand.ts';
import { CURVE_METRICS, type CurveMetric, isBetter } from './metric.ts';
import { hasCost, type SummaryRow } from './summary.ts';

/** What the runs of a contender came to together. */
export interface SeedSummary {
  readonly strand: Strand;
  readonly finished: number;
  readonly diverged: number;
  /** The fewest and the most epochs that a run has. */
  readonly epochs: { readonly least: number; readonly most: number };
  /** Mean and 95 % interval over the runs' finite values; null where there are none. */
  readonly last: Readonly<Record<CurveMetric, Spread | null>>;
  /** Of each run's best epoch. */
  readonly best: Readonly<Record<CurveMetric, Spread | null>>;
  /** Of the runs that have begun. */
  readonly seconds: Spread | null;
}

export function seedSummaries(
  strands: readonly Strand[],
  rows: readonly SummaryRow[],
): readonly SeedSummary[] {
  const rowOf = new Map(rows.map((row) => [row.run.id, row]));
  return strands.map((strand) => {
    const own = strand.runs.flatMap((run) => rowOf.get(run.id) ?? []);
    const epochs = strand.runs.map((run) => run.lastEpoch);
    const over = (which: 'last' | 'best', metric: CurveMetric): Spread | null =>
      spread(own.flatMap((row) => row[which][metric]?.value ?? []));
    const perMetric = (which: 'last' | 'best') => ({
      LOSS: over(which, 'LOSS'),
      ACCURACY: over(which, 'ACCURACY'),
      VAL_LOSS: over(which, 'VAL_LOSS'),
      VAL_ACCURACY: over(which, 'VAL_ACCURACY'),
    });
    return {
      strand,
      finished: strand.runs.filter((run) => run.status === 'FINISHED').length,
      diverged: strand.runs.filter((run) => run.status === 'DIVERGED').length,
      epochs: { least: Math.min(...epochs), most: Math.max(...epochs) },
      last: perMetric('last'),
      best: perMetric('best'),
      seconds: spread(own.flatMap((row) => (hasCost(row) ? row.trainSeconds + row.evaluationSeconds : []))),
    };
  });
}

function spread(values: readonly number[]): Spread | null {
  return spreadOf(values, 'mean', 'interval');
}

/** Places of the contenders with the best mean of a column, which equals may share. */
export function bestMeans(
  summaries: readonly SeedSummary[],
  which: 'last' | 'best',
  metric: CurveMetric,
): ReadonlySet<number> {
  let best: number | null = null;
  for (const summary of summaries) {
    const mean = summary[which][metric]?.centre;
    if (mean !== undefined && (best === null || isBetter(metric, mean, best))) best = mean;
  }
  const places = summaries.flatMap((summary, place) =>
    summary[which][metric]?.centre === best && best !== null ? [place] : [],
  );
  return new Set(places);
}

/** Columns of values, each metric's last and best. */
export const SEED_COLUMNS: readonly { readonly metric: CurveMetric; readonly which: 'last' | 'best' }[] =
  CURVE_METRICS.flatMap((metric) => [
    { metric, which: 'last' as const },
    { metric, which: 'best' as const },
  ]);
