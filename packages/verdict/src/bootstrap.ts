import { CONFIDENCE, type Interval, meanOf, quantile } from './summaries.ts';

/** Up to so many values every resample is looked at, n^n of them; the interval is then exact. */
const MOST_ENUMERATED = 6;
const RESAMPLES = 10_000;

/**
 * The percentile bootstrap's interval of the mean (Efron 1979): the means of all resamples with replacement, or beyond
 * six values of ten thousand that follow from a fixed seed, cut at both ends. Null of fewer than two values. Paired
 * differences go in as values: then whole seeds are resampled. With few values it is too narrow, which is why it is
 * never the only one that is told.
 */
export function bootstrapInterval(values: readonly number[], confidence = CONFIDENCE): Interval | null {
  if (values.length < 2) return null;
  const means = values.length <= MOST_ENUMERATED ? allMeans(values) : sampledMeans(values);
  means.sort((a, b) => a - b);
  const tail = (1 - confidence) / 2;
  return { low: quantile(means, tail), high: quantile(means, 1 - tail) };
}

function allMeans(values: readonly number[]): number[] {
  const count = values.length;
  const means: number[] = [];
  for (let resample = 0; resample < count ** count; resample += 1) {
    let sum = 0;
    let rest = resample;
    for (let turn = 0; turn < count; turn += 1) {
      sum += values[rest % count]!;
      rest = Math.floor(rest / count);
    }
    means.push(sum / count);
  }
  return means;
}

function sampledMeans(values: readonly number[]): number[] {
  const random = numbersFrom(values.length);
  return Array.from({ length: RESAMPLES }, () =>
    meanOf(Array.from({ length: values.length }, () => values[Math.floor(random() * values.length)]!)),
  );
}

/** Numbers from 0 to below 1 (mulberry32): the same ones every time, so that a verdict does not change by being read. */
function numbersFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
