import { expect, test } from 'vitest';
import { chartSpec } from '../src/chart/chart-spec.ts';
import { bandPathOf } from '../src/chart/plot-outline.tsx';
import { readingAt } from '../src/chart/reading.ts';
import { spreadOf, studentQuantile } from '../src/chart/spread.ts';
import { hasSeveralSeeds, strandsOf } from '../src/chart/strand.ts';
import { tracesOf } from '../src/chart/traces.ts';
import { DEFAULT_VIEW } from '../src/chart/view-options.ts';
import { comparison, row, run } from './samples.ts';

const FIVE = [0.91, 0.95, 0.87, 0.93, 0.9];

test('centre and band are those of NumPy and SciPy', () => {
  // NumPy 2.4.6, SciPy 1.17.1: std(ddof=1), stats.sem, stats.t.interval(0.95, 4, mean, sem), percentile(25, 75)
  const mean = 0.912;
  const halves = {
    deviation: 0.030331501776206197,
    error: 0.013564659966250532,
    interval: 0.9496615337669689 - mean,
  } as const;
  for (const [band, half] of Object.entries(halves)) {
    const spread = spreadOf(FIVE, 'mean', band as keyof typeof halves)!;
    expect(spread.centre).toBeCloseTo(mean, 12);
    expect(spread.high! - mean).toBeCloseTo(half, 7);
    expect(mean - spread.low!).toBeCloseTo(half, 7);
  }
  const quartiles = spreadOf(FIVE, 'median', 'quartiles');
  expect(quartiles).toEqual({ centre: 0.91, low: 0.9, high: 0.93, count: 5 });
  expect(spreadOf(FIVE, 'median', 'range')).toEqual({ centre: 0.91, low: 0.87, high: 0.95, count: 5 });
});

test('Student’s quantile is SciPy’s, at few degrees of freedom and at many', () => {
  const wanted = { 1: 12.706205, 4: 2.776445, 11: 2.200985, 15: 2.13145, 30: 2.042272, 99: 1.984217 };
  for (const [freedom, quantile] of Object.entries(wanted)) {
    expect(Math.abs(studentQuantile(Number(freedom)) - quantile)).toBeLessThan(1e-5);
  }
});

test('one value has a centre and no band; none has nothing', () => {
  expect(spreadOf([2], 'mean', 'interval')).toEqual({ centre: 2, low: null, high: null, count: 1 });
  expect(spreadOf([], 'mean', 'interval')).toBeNull();
});

const seeded = (position: number, optimizer: string, seed: number) =>
  run(position, optimizer, {
    seed,
    group: { id: optimizer, label: optimizer },
    label: `${optimizer} ${seed}`,
  });
const twice = comparison(
  [seeded(0, 'sgd', 1), seeded(1, 'adam', 1), seeded(2, 'sgd', 2), seeded(3, 'adam', 2)],
  {
    'run-0': [row(1, { LOSS: 2 }, 3), row(2, { LOSS: 1 }, 3)],
    'run-1': [row(1, { LOSS: 5 }, 3)],
    'run-2': [row(1, { LOSS: 4 }, 5), row(2, { LOSS: 'NAN' }, 5)],
  },
);
const view = { ...DEFAULT_VIEW, zoom: null };

test('the runs of a contender are one line with a band, and the legend has an entry for each contender', () => {
  expect(hasSeveralSeeds(twice.runs)).toBe(true);
  expect(strandsOf(twice.runs, 'together').map(({ label, runs }) => [label, runs.length])).toEqual([
    ['sgd', 2],
    ['adam', 2],
  ]);
  const { lines } = chartSpec(twice, 'LOSS', { ...view, band: 'range' });
  expect(lines.map(({ label, ys, counts }) => ({ label, ys, counts }))).toEqual([
    { label: 'sgd', ys: [3, 1], counts: [2, 1] },
    { label: 'adam', ys: [5], counts: [1] },
  ]);
  expect(lines[0]!.band).toEqual({ low: [2, null], high: [4, null] });
  expect(strandsOf(twice.runs, 'apart')).toHaveLength(4);
});

test('switching a contender off changes nothing of another', () => {
  const all = chartSpec(twice, 'LOSS', view).lines[0]!;
  const alone = chartSpec(twice, 'LOSS', { ...view, hidden: new Set([1]) }).lines[0]!;
  expect(alone).toEqual(all);
});

test('a seed that is not a number is marked with its name, and the mean is of the others', () => {
  const spec = chartSpec(twice, 'LOSS', view);
  expect(spec.marks).toMatchObject([{ runId: 'run-2', kind: 'non-finite', text: 'NaN', fromX: 2 }]);
  expect(spec.marks[0]!.title).toContain('SGD');
});

test('by seconds the line of several runs stands where they are on average', () => {
  expect(chartSpec(twice, 'LOSS', { ...view, x: 'seconds' }).lines[0]!.xs).toEqual([4, 8]);
});

test('steps and examples follow from the images and the batch; who tells no images has no line there', () => {
  const runs = [run(0, 'sgd', { trainImages: 100 }), run(1, 'adam', { origin: 'IMPORTED' })];
  const rows = { 'run-0': [row(1, { LOSS: 2 }), row(2, { LOSS: 1 })], 'run-1': [row(1, { LOSS: 3 })] };
  const sized = comparison(runs, rows, { batchSize: 32 });
  expect(chartSpec(sized, 'LOSS', { ...view, x: 'step' }).lines.map(({ xs }) => xs)).toEqual([[4, 8], []]);
  expect(chartSpec(sized, 'LOSS', { ...view, x: 'examples' }).lines[0]!.xs).toEqual([100, 200]);
});

test('a reading tells the band and of how many runs it is', () => {
  const spec = chartSpec(twice, 'LOSS', { ...view, band: 'range' });
  const reading = readingAt(spec, 1, 'epoch');
  expect(reading.rows.map((one) => one.band)).toEqual(['2.000 to 4.000, 2 runs', '1 run']);
});

test('bands are drawn below lines, as a closed shape, and reach the end of a logarithmic axis', () => {
  const spec = chartSpec(twice, 'LOSS', { ...view, band: 'deviation', lossScale: 'log' });
  expect(tracesOf(spec).map(({ role }) => role)).toEqual(['low', 'high', 'low', 'high', 'line', 'line']);
  const full = { xs: [1, 2], band: { low: [-1, 1], high: [3, 2] } };
  const path = bandPathOf(full, spec);
  expect(path.startsWith('M') && path.endsWith('Z')).toBe(true);
  expect(path).not.toContain('NaN');
  expect(bandPathOf({ xs: [1], band: null }, spec)).toBe('');
});

test('smoothing keeps what was measured, faintly, and smooths each run before they are joined', () => {
  const spec = chartSpec(twice, 'LOSS', { ...view, smoothing: { kind: 'mean', span: 2 } });
  expect(spec.lines[0]!.raw).toEqual([3, 1]);
  expect(spec.lines[0]!.ys).toEqual([3, 1.5]);
  expect(tracesOf(spec).filter(({ role }) => role === 'raw')).toHaveLength(2);
});
