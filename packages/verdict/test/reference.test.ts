// Reference values: SciPy 1.17.1 and NumPy 2.4.6 (scipy.stats.t.sf, .isf, ttest_rel with its confidence_interval,
// mannwhitneyu / (n m), trim_mean(0.25), norm.ppf; numpy.percentile over itertools.product for the exact bootstrap) and
// statsmodels 0.15 (multipletests, method 'holm').
import { expect, test } from 'vitest';
import {
  bootstrapInterval,
  evaluationNoise,
  holm,
  interquartileMean,
  pairedDifference,
  probabilityOfImprovement,
  twoSidedP,
  twoSidedQuantile,
} from '../src/index.ts';

const bySeed = (values: readonly number[]) => new Map(values.map((value, seed) => [seed + 1, value]));
const A = [0.71, 0.74, 0.69];
const B = [0.6, 0.61, 0.62];
const C = [0.91, 0.93, 0.9, 0.95, 0.92, 0.94, 0.89];
const D = [0.9, 0.92, 0.91, 0.93, 0.92, 0.93, 0.9];

test('Student’s tails and quantiles are SciPy’s', () => {
  const tails: readonly (readonly [t: number, freedom: number, p: number])[] = [
    [0, 3, 1],
    [0.1, 1, 0.936548965138893],
    [1, 2, 0.4226497308103742],
    [4.3, 2, 0.05005715411709159],
    [12.7, 1, 0.050024327689344165],
    [2.5, 7, 0.04099221858575289],
    [30, 2, 0.001109262681959659],
    [8, 40, 7.905084110104538e-10],
  ];
  for (const [t, freedom, p] of tails) {
    expect(Math.abs(twoSidedP(t, freedom) / p - 1), `t ${t}, ${freedom}`).toBeLessThan(1e-11);
    expect(twoSidedP(-t, freedom)).toBe(twoSidedP(t, freedom));
  }
  const quantiles: readonly (readonly [p: number, freedom: number, t: number])[] = [
    [0.05, 1, 12.706204736174705],
    [0.05, 2, 4.302652729749464],
    [0.05, 9, 2.2621571627982053],
    [0.01, 5, 4.032142983555229],
    [0.32, 100, 0.9994273166257912],
  ];
  for (const [p, freedom, t] of quantiles) {
    expect(Math.abs(twoSidedQuantile(p, freedom) / t - 1), `p ${p}, ${freedom}`).toBeLessThan(1e-11);
  }
});

test('a paired difference has SciPy’s mean, interval and p-value, and NumPy’s exact bootstrap', () => {
  const three = pairedDifference(bySeed(A), bySeed(B))!;
  expect(three.mean).toBeCloseTo(0.10333333333333332, 14);
  expect(three.student!.low).toBeCloseTo(0.02744167266139806, 12);
  expect(three.student!.high).toBeCloseTo(0.1792249940052686, 12);
  expect(three.p).toBeCloseTo(0.027921769336949523, 12);
  expect(three.bootstrap!.low).toBeCloseTo(0.07866666666666663, 12);
  expect(three.bootstrap!.high).toBeCloseTo(0.12566666666666665, 12);
  const seven = pairedDifference(bySeed(C), bySeed(D))!;
  expect(seven.student!.low).toBeCloseTo(-0.0062010507906213415, 12);
  expect(seven.student!.high).toBeCloseTo(0.014772479362049857, 12);
  expect(seven.p).toBeCloseTo(0.3559176837495841, 12);
});

test('the interval that is told is the wider one at each end', () => {
  const { interval, student, bootstrap } = pairedDifference(bySeed(A), bySeed(B))!;
  expect(interval!.low).toBe(Math.min(student!.low, bootstrap!.low));
  expect(interval!.high).toBe(Math.max(student!.high, bootstrap!.high));
});

test('beyond what can be enumerated the bootstrap is sampled, close to all resamples and the same every time', () => {
  const seven = C.map((value, place) => value - D[place]!);
  const once = bootstrapInterval(seven)!;
  expect(bootstrapInterval(seven)).toEqual(once);
  // numpy.percentile over itertools.product(seven, repeat=7), 823,543 resamples: -0.0028571, 0.0114286
  expect(Math.abs(once.low + 0.002857142857142847)).toBeLessThan(0.0015);
  expect(Math.abs(once.high - 0.011428571428571406)).toBeLessThan(0.0015);
});

test('the probability of improvement is that of Mann and Whitney, with equals as halves', () => {
  expect(probabilityOfImprovement(A, B)).toBe(1);
  expect(probabilityOfImprovement(C, D)).toBeCloseTo(0.5612244897959183, 14);
  expect(probabilityOfImprovement(D, C)).toBeCloseTo(1 - 0.5612244897959183, 14);
});

test('the interquartile mean is SciPy’s trimmed mean', () => {
  const wanted = [0.7133333333333333, 0.92, 0.92, 0.92];
  [A, C, C.slice(0, 4), C.slice(0, 5)].forEach((values, place) => {
    expect(interquartileMean(values)).toBeCloseTo(wanted[place]!, 14);
  });
});

test('several comparisons are corrected as statsmodels does, and those without a p-value count for nothing', () => {
  const adjusted = holm([0.01, 0.04, 0.03, 0.005, 0.5, 0.02]);
  const wanted = [0.05, 0.09, 0.09, 0.03, 0.5, 0.08];
  adjusted.forEach((p, place) => {
    expect(p).toBeCloseTo(wanted[place]!, 12);
  });
  expect(holm([null, 0.01, null, 0.02])).toEqual([null, 0.02, null, 0.02]);
});

test('the noise of an evaluation is the binomial one of a difference', () => {
  expect(evaluationNoise(0.7, 1020)).toBeCloseTo(0.03977156222054003, 12);
  expect(evaluationNoise(1, 1020)).toBe(0);
});
