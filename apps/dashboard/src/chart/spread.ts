/** The middle of several runs' values, and what is drawn around it. */
export const CENTRES = ['mean', 'median'] as const;
export type Centre = (typeof CENTRES)[number];

export const BANDS = ['interval', 'error', 'deviation', 'quartiles', 'range', 'none'] as const;
export type Band = (typeof BANDS)[number];

/** The bands that say something about a centre: deviations and errors are the mean's, quartiles the median's. */
export const BANDS_OF: Readonly<Record<Centre, readonly Band[]>> = {
  mean: ['interval', 'error', 'deviation', 'range', 'none'],
  median: ['quartiles', 'range', 'none'],
};

export const BAND_TEXT: Readonly<Record<Band, string>> = {
  interval: '95 % interval',
  error: 'standard error',
  deviation: 'standard deviation',
  quartiles: 'quartiles',
  range: 'min–max',
  none: 'no band',
};

export interface Spread {
  readonly centre: number;
  /** Null where the values are too few for it. */
  readonly low: number | null;
  readonly high: number | null;
  /** How many values it is made of. */
  readonly count: number;
}

/** The spread of finite values; null of none. */
export function spreadOf(values: readonly number[], centre: Centre, band: Band): Spread | null {
  const count = values.length;
  if (count === 0) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = centre === 'mean' ? mean : quantile(sorted, 0.5);
  const around = (half: number): Spread => ({ centre: middle, low: mean - half, high: mean + half, count });
  if (band === 'none' || count === 1) return { centre: middle, low: null, high: null, count };
  if (band === 'range') return { centre: middle, low: sorted[0]!, high: sorted[count - 1]!, count };
  if (band === 'quartiles') {
    return { centre: middle, low: quantile(sorted, 0.25), high: quantile(sorted, 0.75), count };
  }
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const deviation = Math.sqrt(squares / (count - 1));
  if (band === 'deviation') return around(deviation);
  const error = deviation / Math.sqrt(count);
  return around(band === 'error' ? error : error * studentQuantile(count - 1));
}

/** A quantile of sorted values, between neighbours in proportion (Hyndman and Fan's seventh definition, NumPy's). */
function quantile(sorted: readonly number[], share: number): number {
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  const low = sorted[below]!;
  return low + (at - below) * ((sorted[below + 1] ?? low) - low);
}

/** For so few degrees of freedom the expansion is not good enough: scipy.stats.t.ppf(0.975, 1..10), SciPy 1.x. */
const STUDENT = [
  12.706205, 4.302653, 3.182446, 2.776445, 2.570582, 2.446912, 2.364624, 2.306004, 2.262157, 2.228139,
];
const NORMAL = 1.959963985;

/**
 * The 97.5 % quantile of Student's t; beyond ten degrees of freedom by the Cornish-Fisher expansion around the normal
 * quantile (Abramowitz and Stegun 26.7.5), right to 1e-5.
 */
export function studentQuantile(freedom: number): number {
  const known = STUDENT[freedom - 1];
  if (known !== undefined) return known;
  const z = NORMAL;
  const terms = [
    (z ** 3 + z) / 4,
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96,
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384,
    (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z) / 92_160,
  ];
  return terms.reduce((sum, term, index) => sum + term / freedom ** (index + 1), z);
}
