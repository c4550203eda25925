import { twoSidedQuantile } from './student.ts';

/** The share of intervals, made like this, that hold what they are of. */
export const CONFIDENCE = 0.95;

export interface Interval {
  readonly low: number;
  readonly high: number;
}

export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The standard deviation of a sample (divided by n − 1); NaN of fewer than two values. */
export function deviationOf(values: readonly number[]): number {
  const mean = meanOf(values);
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}

/** The mean of the middle half: a quarter of the values, rounded down, is left out at each end (`scipy.stats.trim_mean`). */
export function interquartileMean(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const cut = Math.floor(values.length / 4);
  return meanOf(sorted.slice(cut, values.length - cut));
}

/** Student's interval of the mean; null of fewer than two values. */
export function studentInterval(values: readonly number[], confidence = CONFIDENCE): Interval | null {
  if (values.length < 2) return null;
  const half =
    (twoSidedQuantile(1 - confidence, values.length - 1) * deviationOf(values)) / Math.sqrt(values.length);
  const mean = meanOf(values);
  return { low: mean - half, high: mean + half };
}

/** A quantile of sorted values, between neighbours in proportion (NumPy's default). */
export function quantile(sorted: readonly number[], share: number): number {
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  const low = sorted[below]!;
  return low + (at - below) * ((sorted[below + 1] ?? low) - low);
}
