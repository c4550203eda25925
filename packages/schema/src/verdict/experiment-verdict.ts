import {
  type Contender,
  type Moment,
  type Question,
  resultAt,
  statements,
  type Verdict,
  verdictOn,
  type Wording,
} from '@optiscope/verdict';
import type { SeriesArrays } from '../graphql/loaders.ts';
import type { ContenderRow } from '../tables/contender.ts';
import type { RunRow } from '../tables/run.ts';

/** Metrics that contenders are judged by. */
export const VERDICT_METRICS = ['loss', 'accuracy', 'valLoss', 'valAccuracy'] as const;
export type VerdictMetric = (typeof VERDICT_METRICS)[number];

/** What a verdict is made of. */
export interface VerdictRows {
  readonly contenders: readonly ContenderRow[];
  readonly runs: readonly RunRow[];
  /** The metric and the validation accuracy of a run's epochs, by its id. */
  readonly series: ReadonlyMap<string, SeriesArrays>;
}

export interface ExperimentVerdict extends Verdict {
  readonly sentences: readonly string[];
}

/** Runs of a contender and seed that say how it did: a rerun of one that failed stands for it. */
const RESULTS: ReadonlySet<string> = new Set(['FINISHED', 'DIVERGED']);
const OPEN: ReadonlySet<string> = new Set(['QUEUED', 'RUNNING', 'PAUSED']);

/**
 * The verdict on an experiment's own runs. Only runs that finished have a result, so that none is judged by what it was
 * on its way; of several runs with a seed the first that came to a result counts, since the same twice says nothing
 * about chance. Imported runs are left out: nothing says that they had the same data and start.
 */
export function experimentVerdict(
  { contenders, runs, series }: VerdictRows,
  metric: VerdictMetric,
  moment: Moment,
): ExperimentVerdict {
  const trained = runs.filter((run) => run.origin === 'TRAINED');
  const judged = contenders.map((contender): Contender => {
    const own = trained.filter((run) => run.contenderId === contender.id);
    const bySeed = Map.groupBy(own, (run) => run.seed);
    const chosen = [...bySeed.values()].map(
      (same) => same.find(({ status }) => RESULTS.has(status)) ?? same.find(({ status }) => OPEN.has(status)),
    );
    const results = new Map<number, number>();
    const diverged: number[] = [];
    const open: number[] = [];
    for (const run of chosen) {
      if (run === undefined) continue;
      const result =
        run.status === 'FINISHED' ? resultAt(pointsOf(series.get(run.id), metric), moment) : null;
      if (OPEN.has(run.status)) open.push(run.seed);
      else if (result === null) diverged.push(run.seed);
      else results.set(run.seed, result);
    }
    return { id: contender.id, results, diverged, open };
  });
  const isAccuracy = metric === 'accuracy' || metric === 'valAccuracy';
  const question: Question = {
    higherIsBetter: isAccuracy,
    validationImages:
      metric === 'valAccuracy'
        ? (trained.find((run) => run.validationImages !== null)?.validationImages ?? null)
        : null,
  };
  const verdict = verdictOn(judged, question);
  const labels = new Map(contenders.map(({ id, label }) => [id, label]));
  return { ...verdict, sentences: statements(verdict, wording(labels, isAccuracy)) };
}

function pointsOf(found: SeriesArrays | undefined, metric: VerdictMetric) {
  const { epochs = [], values = {} } = found ?? {};
  return epochs.map((epoch, index) => ({
    epoch,
    value: values[metric]?.[index] ?? Number.NaN,
    valAccuracy: values.valAccuracy?.[index] ?? Number.NaN,
  }));
}

/** Accuracies differ by points, hundredths of the whole; losses by what they are, to three digits. */
function wording(labels: ReadonlyMap<string, string>, isAccuracy: boolean): Wording {
  const number = (value: number): string => (isAccuracy ? (100 * value).toFixed(1) : value.toPrecision(3));
  return {
    label: (id) => labels.get(id) ?? id,
    difference: (value) => (isAccuracy ? `${number(value)} points` : number(value)),
    interval: (low, high) => `${number(low)} to ${number(high)}`,
  };
}
