import type { VerdictFieldsFragment, VerdictMetric } from '../graphql/generated/graphql.ts';

type Pair = VerdictFieldsFragment['pairs'][number];

/** What was decided of a pair, in words that follow the first's name. */
export const DECISION_TEXT: Readonly<Record<Pair['decision'], string>> = {
  BETTER: 'better than',
  CANNOT_TELL: 'not to be told from',
  WITHIN_EVALUATION_NOISE: 'ahead, within the evaluation’s noise, of',
  TOO_FEW_SEEDS: 'one seed only, beside',
};

/** Accuracies differ by points, hundredths of the whole; losses by what they are. */
export function differenceText(metric: VerdictMetric, value: number): string {
  const isAccuracy = metric === 'ACCURACY' || metric === 'VAL_ACCURACY';
  const size = isAccuracy ? (100 * Math.abs(value)).toFixed(1) : Math.abs(value).toPrecision(3);
  return `${value < 0 ? '−' : '+'}${size}${isAccuracy ? ' points' : ''}`;
}

/** `p < 0.001`, `p = 0.042` */
export function pText(p: number | null): string {
  if (p === null) return '–';
  return p < 0.001 ? '< 0.001' : p.toFixed(3);
}
