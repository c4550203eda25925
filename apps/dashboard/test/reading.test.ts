import { expect, test } from 'vitest';
import { type ChartView, chartSpec } from '../src/chart/chart-spec.ts';
import { createHoverStore } from '../src/chart/hover-store.ts';
import { nearestPlace, readablePlaces, readingAt } from '../src/chart/reading.ts';
import { DEFAULT_VIEW } from '../src/chart/view-options.ts';
import { comparison, row, run } from './samples.ts';

const view: ChartView = { ...DEFAULT_VIEW, zoom: null };
const three = comparison([run(0, 'sgd'), run(1, 'adam'), run(2, 'ranger')], {
  'run-0': [row(1, { VAL_LOSS: 2, VAL_ACCURACY: 0.1 }, 3), row(2, { VAL_LOSS: 1, VAL_ACCURACY: 0.2 }, 3)],
  'run-1': [
    row(1, { VAL_LOSS: 1, VAL_ACCURACY: 0.9 }, 4),
    row(2, { VAL_LOSS: 'POS_INF', VAL_ACCURACY: 0.8 }, 4),
  ],
  'run-2': [row(1, { VAL_LOSS: 3, VAL_ACCURACY: 0.5 }, 5)],
});
const labels = (reading: { rows: readonly { line: { label: string } }[] }) =>
  reading.rows.map(({ line }) => line.label);

test('a reading ranks the best first: the lowest loss, the highest accuracy', () => {
  expect(labels(readingAt(chartSpec(three, 'VAL_LOSS', view), 1, 'epoch'))).toEqual([
    'ADAM',
    'SGD',
    'RANGER',
  ]);
  expect(labels(readingAt(chartSpec(three, 'VAL_ACCURACY', view), 1, 'epoch'))).toEqual([
    'ADAM',
    'RANGER',
    'SGD',
  ]);
});

test('a value that is not finite is read with its kind, behind the others', () => {
  const reading = readingAt(chartSpec(three, 'VAL_LOSS', view), 2, 'epoch');
  expect(reading.rows.map(({ line, text }) => [line.label, text])).toEqual([
    ['SGD', '1.000'],
    ['ADAM', '∞'],
  ]);
  expect(reading.rows[1]?.point).toBeNull();
});

test('across seconds every run is read at its own nearest epoch', () => {
  const reading = readingAt(chartSpec(three, 'VAL_ACCURACY', { ...view, x: 'seconds' }), 6, 'seconds');
  expect(reading.title).toBe('6.0 s of training');
  expect(Object.fromEntries(reading.rows.map(({ line, epoch }) => [line.label, epoch]))).toEqual({
    SGD: 2,
    ADAM: 1,
    RANGER: 1,
  });
});

test('contenders that are switched off are not read', () => {
  const spec = chartSpec(three, 'VAL_LOSS', { ...view, hidden: new Set([0, 1]) });
  expect(labels(readingAt(spec, 1, 'epoch'))).toEqual(['RANGER']);
  expect(readablePlaces(spec)).toEqual([1]);
});

test('where a run diverged can be read, even when no line has a value there', () => {
  const lost = comparison([run(0, 'sgd', { status: 'DIVERGED', reason: 'The loss became NaN in epoch 1.' })]);
  const spec = chartSpec(lost, 'VAL_LOSS', view);
  expect(readablePlaces(spec)).toEqual([1]);
  const reading = readingAt(spec, 1, 'epoch');
  expect(reading.rows).toEqual([]);
  expect(reading.diverged.map((mark) => mark.title)).toEqual(['The loss became NaN in epoch 1.']);
});

test('the place that is read is the nearest one that has a value', () => {
  expect(nearestPlace([1, 4, 9], 6.4)).toBe(4);
  expect(nearestPlace([1, 4, 9], 6.6)).toBe(9);
  expect(nearestPlace([1, 4, 9], -5)).toBe(1);
  expect(nearestPlace([], 3)).toBeNull();
});

test('charts are told of a new place once, and not at all when it is the same', () => {
  const store = createHoverStore();
  let told = 0;
  const forget = store.subscribe(() => {
    told += 1;
  });
  store.set({ x: 3, chart: 'LOSS', y: 0.5 });
  store.set({ x: 3, chart: 'LOSS', y: 0.5 });
  store.set(null);
  store.set(null);
  forget();
  store.set({ x: 4, chart: 'LOSS', y: 0.5 });
  expect(told).toBe(2);
});
