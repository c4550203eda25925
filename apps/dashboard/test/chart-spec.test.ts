import { expect, test } from 'vitest';
import { alignedData } from '../src/chart/aligned-data.ts';
import { place } from '../src/chart/axis.ts';
import { type ChartView, chartSpec } from '../src/chart/chart-spec.ts';
import { curveOf } from '../src/chart/curve.ts';
import { markedIndexes } from '../src/chart/marked-points.ts';
import { pathOf } from '../src/chart/plot-outline.tsx';
import { DEFAULT_VIEW } from '../src/chart/view-options.ts';
import { comparison, event, row, run } from './samples.ts';

const view: ChartView = { ...DEFAULT_VIEW, zoom: null };

const two = comparison([run(0, 'sgd'), run(1, 'adam')], {
  'run-0': [row(1, { LOSS: 2, VAL_ACCURACY: 0.2 }, 3), row(2, { LOSS: 1, VAL_ACCURACY: 0.9 }, 3)],
  'run-1': [row(1, { LOSS: 40, VAL_ACCURACY: 0.1 }, 4)],
});

test('a curve has a point for every row, by epoch or by the run’s own training seconds', () => {
  const rows = two.rows['run-0'] ?? [];
  expect(curveOf(rows, 'LOSS', 'epoch')).toMatchObject({ xs: [1, 2], ys: [2, 1] });
  expect(curveOf(rows, 'LOSS', 'seconds')).toMatchObject({ xs: [3, 6], ys: [2, 1], epochs: [1, 2] });
});

test('the last point of every curve lies inside of the chart, in every view', () => {
  for (const x of ['epoch', 'seconds'] as const) {
    for (const lossScale of ['linear', 'log'] as const) {
      for (const metric of ['LOSS', 'VAL_ACCURACY'] as const) {
        const spec = chartSpec(two, metric, { ...view, x, lossScale });
        for (const line of spec.lines) {
          const at = [
            place(spec.x, line.xs.at(-1) ?? Number.NaN),
            place(spec.y, line.ys.at(-1) ?? Number.NaN),
          ];
          for (const share of at) {
            expect(share).toBeGreaterThanOrEqual(0);
            expect(share).toBeLessThanOrEqual(1);
          }
        }
      }
    }
  }
});

test('a short comparison shows all its epochs from the start; a long one grows by round steps', () => {
  expect(chartSpec(two, 'LOSS', view).x).toMatchObject({ min: 1, max: 20 });
  const long = { ...two, epochs: 100 };
  expect(chartSpec(long, 'LOSS', view).x.max).toBe(40);
  const rows = Array.from({ length: 43 }, (_, index) => row(index + 1, { LOSS: 1 }));
  expect(chartSpec({ ...long, rows: { 'run-0': rows } }, 'LOSS', view).x.max).toBe(50);
});

test('a comparison that ended early ends its axis with its last epoch', () => {
  const runs = two.runs.map((one) => ({ ...one, status: 'CANCELLED' as const }));
  expect(chartSpec({ ...two, runs }, 'LOSS', view).x.max).toBe(2);
});

test('losses are read against zero, accuracies stay within 0 and 1', () => {
  expect(chartSpec(two, 'LOSS', view).y.min).toBe(0);
  const { y } = chartSpec(two, 'VAL_ACCURACY', { ...view, lossScale: 'log' });
  expect(y.scale).toBe('linear');
  expect(y.min).toBeGreaterThanOrEqual(0);
  expect(y.max).toBeLessThanOrEqual(1);
});

test('a contender that is switched off keeps its line but gives the others the room', () => {
  const spec = chartSpec(two, 'LOSS', { ...view, hidden: new Set([1]) });
  expect(spec.lines.map((line) => line.shown)).toEqual([true, false]);
  expect(spec.y.max).toBeLessThan(5);
});

test('a curve that dwarfs another is noticed, on a linear scale of losses only', () => {
  const far = comparison([run(0, 'sgd'), run(1, 'adam')], {
    'run-0': [row(1, { LOSS: 2, VAL_ACCURACY: 0.9 })],
    'run-1': [row(1, { LOSS: 4e7, VAL_ACCURACY: 0.01 })],
  });
  expect(chartSpec(far, 'LOSS', view).dwarfed).toBe(true);
  expect(chartSpec(far, 'LOSS', { ...view, lossScale: 'log' }).dwarfed).toBe(false);
  expect(chartSpec(far, 'LOSS', { ...view, hidden: new Set([1]) }).dwarfed).toBe(false);
  expect(chartSpec(far, 'VAL_ACCURACY', view).dwarfed).toBe(false);
  expect(chartSpec(two, 'LOSS', view).dwarfed).toBe(false);
});

test('zooming in ranges the values that are in sight', () => {
  const spec = chartSpec(two, 'LOSS', { ...view, zoom: { from: 2, to: 3 } });
  expect(spec.x).toMatchObject({ min: 2, max: 3 });
  expect(spec.y.max).toBeLessThan(2);
});

test('values that are not finite become marks with their kind, and gaps in the line', () => {
  const broken = comparison([run(0, 'momentum')], {
    'run-0': [
      row(1, { VAL_LOSS: 1 }),
      row(2, { VAL_LOSS: 'NAN' }),
      row(3, { VAL_LOSS: 'NAN' }),
      row(4, { VAL_LOSS: 'POS_INF' }),
      row(5, { VAL_LOSS: 3 }),
      row(6, { VAL_LOSS: 'NEG_INF' }),
    ],
  });
  const spec = chartSpec(broken, 'VAL_LOSS', view);
  expect(spec.lines[0]?.ys).toEqual([1, null, null, null, 3, null]);
  expect(spec.marks.map(({ text, fromX, toX, edge }) => ({ text, fromX, toX, edge }))).toEqual([
    { text: 'NaN, ∞', fromX: 2, toX: 4, edge: 'top' },
    { text: '−∞', fromX: 6, toX: 6, edge: 'bottom' },
  ]);
  expect(spec.marks[0]?.title).toContain('not a number (NaN) in epochs 2 to 3, infinite (+∞) in epoch 4');
  expect(pathOf(spec.lines[0] ?? expect.fail('no line'), spec).match(/M/g)).toHaveLength(2);
});

test('a diverged run is marked at its last finite point, with the reason', () => {
  const diverged = comparison(
    [run(0, 'sgd', { status: 'DIVERGED', reason: 'The loss became NaN in epoch 3, step 7.', lastEpoch: 2 })],
    { 'run-0': [row(1, { LOSS: 2 }), row(2, { LOSS: 5 })] },
  );
  expect(chartSpec(diverged, 'LOSS', view).marks).toMatchObject([
    { kind: 'diverged', fromX: 2, y: 5, title: 'The loss became NaN in epoch 3, step 7.' },
  ]);
});

test('a run that diverged before its first epoch is marked all the same, where the worst values are', () => {
  const runs = [0, 1].map((position) =>
    run(position, 'sgd', { status: 'DIVERGED', reason: 'NaN', lastEpoch: 0 }),
  );
  const diverged = comparison(runs, {}, { events: [event('e', 'run-0', 'DIVERGED', { epoch: 1, step: 3 })] });
  const marks = chartSpec(diverged, 'LOSS', view).marks;
  expect(marks).toMatchObject([
    { kind: 'diverged', fromX: 1, y: null, edge: 'top', lane: 0 },
    { kind: 'diverged', fromX: 1, y: null, edge: 'top', lane: 1 },
  ]);
  expect(chartSpec(diverged, 'ACCURACY', view).marks[0]?.edge).toBe('bottom');
});

test('a loss of zero, which no logarithm shows, leaves the axis whole', () => {
  const zero = comparison([run(0, 'sgd')], { 'run-0': [row(1, { LOSS: 0 }), row(2, { LOSS: 0.5 })] });
  const { y } = chartSpec(zero, 'LOSS', { ...view, lossScale: 'log' });
  expect(Number.isFinite(y.min) && y.min > 0 && y.max > y.min).toBe(true);
});

test('before the first epoch the chart is empty but has its axes', () => {
  const spec = chartSpec(comparison([run(0, 'sgd')]), 'LOSS', view);
  expect(spec.empty).toBe(true);
  expect(spec.x.ticks.length).toBeGreaterThan(1);
  expect(spec.y.ticks.length).toBeGreaterThan(1);
});

test('the same comparison and view give the same chart', () => {
  expect(chartSpec(two, 'VAL_ACCURACY', view)).toEqual(chartSpec(two, 'VAL_ACCURACY', view));
});

test('ten thousand epochs of a run are drawn, not overflowed', () => {
  const rows = Array.from({ length: 10_000 }, (_, index) => row(index + 1, { LOSS: 1 / (index + 1) }));
  const spec = chartSpec(comparison([run(0, 'sgd')], { 'run-0': rows }, { epochs: 10_000 }), 'LOSS', view);
  expect(spec.x.max).toBe(10_000);
  expect(markedIndexes(spec.lines[0] ?? expect.fail('no line'), spec.x, 600).length).toBeLessThan(25);
});

test('lines over different seconds share one axis: foreign places are passed, own gaps stay gaps', () => {
  const [xs, first, second] = alignedData([
    { xs: [1, 3, 5], ys: [10, null, 30] },
    { xs: [2, 4, 5], ys: [1, 2, 3] },
  ]);
  expect(xs).toEqual([1, 2, 3, 4, 5]);
  expect(first).toEqual([10, null, null, null, 30]);
  expect(second).toEqual([undefined, 1, undefined, 2, 3]);
});

test('the last point always has its marker, and a point between two gaps too', () => {
  const x = { scale: 'linear' as const, min: 1, max: 100, ticks: [] };
  const xs = Array.from({ length: 100 }, (_, index) => index + 1);
  const ys = xs.map((epoch) => (epoch === 49 || epoch === 51 ? null : 1));
  const marked = markedIndexes({ xs, ys, position: 0 }, x, 500);
  expect(marked).toContain(99);
  expect(marked).toContain(49);
  expect(marked.length).toBeLessThan(20);
  expect(markedIndexes({ xs: [1, 2], ys: [1, 2], position: 0 }, { ...x, max: 20 }, 500)).toEqual([0, 1]);
});

test('what happened to a run stands at its epoch on the chart that shows it, and on no other', () => {
  const told = {
    ...two,
    events: [
      event('e', 'run-0', 'SAWTOOTH', { epoch: 2, message: 'Every epoch it jumps.' }),
      event('f', 'run-0', 'EXPLOSION', { epoch: 2, message: 'It explodes.' }),
      event('g', 'run-1', 'STUCK', { epoch: 1, message: 'It learns nothing.' }),
      event('h', 'run-0', 'CHECKPOINT', { epoch: 1, message: 'Saved.' }),
    ],
  };
  const signs = (metric: 'LOSS' | 'ACCURACY' | 'VAL_LOSS', more: Partial<ChartView> = {}) =>
    chartSpec(told, metric, { ...view, ...more }).happenings.map(({ sign, x, level }) => [sign, x, level]);
  expect(signs('LOSS')).toEqual([
    ['waves', 2, 0],
    ['explosion', 2, 1],
  ]);
  expect(signs('LOSS', { x: 'seconds' })).toEqual([
    ['waves', 6, 0],
    ['explosion', 6, 1],
  ]);
  expect(signs('VAL_LOSS')).toEqual([]);
  expect(signs('LOSS', { hidden: new Set([0]) })).toEqual([]);
});

test('measures of the training are drawn like losses, and none of them is the best', () => {
  const rows = [1, 2, 3].map((epoch) => ({
    epoch,
    values: { GRADIENT_NORM: epoch, LEARNING_RATE: 0.1 / epoch },
    kinds: {},
  }));
  const measured = { ...two, rows: { 'run-0': rows, 'run-1': [] } };
  const spec = chartSpec(measured, 'GRADIENT_NORM', { ...view, lossScale: 'log' });
  expect(spec.y.scale).toBe('log');
  expect(spec.lines[0]!.ys).toEqual([1, 2, 3]);
  expect(chartSpec(measured, 'LEARNING_RATE', view).y).toMatchObject({ scale: 'linear', min: 0 });
});
