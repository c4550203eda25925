import { expect, test } from 'vitest';
import { strandsOf } from '../src/chart/strand.ts';
import { bestMeans, seedSummaries } from '../src/comparison/seed-summary.ts';
import { summaryRows } from '../src/comparison/summary.ts';
import { comparison, row, run } from './samples.ts';

const seeded = (place: number, optimizer: string, seed: number, more: Parameters<typeof run>[2] = {}) =>
  run(place, optimizer, {
    seed,
    group: { id: optimizer, label: optimizer },
    status: 'FINISHED',
    lastEpoch: 2,
    ...more,
  });

const three = comparison(
  [
    seeded(0, 'sgd', 1),
    seeded(1, 'adam', 1),
    seeded(2, 'sgd', 2),
    seeded(3, 'adam', 2, { status: 'DIVERGED', lastEpoch: 1 }),
    seeded(4, 'sgd', 2),
  ],
  {
    'run-0': [row(1, { VAL_ACCURACY: 0.5 }), row(2, { VAL_ACCURACY: 0.6 })],
    'run-1': [row(1, { VAL_ACCURACY: 0.9 }), row(2, { VAL_ACCURACY: 0.8 })],
    'run-2': [row(1, { VAL_ACCURACY: 0.7 }), row(2, { VAL_ACCURACY: 0.4 })],
    'run-3': [row(1, { VAL_ACCURACY: 'NAN' })],
    'run-4': [row(1, { VAL_ACCURACY: 0.7 }), row(2, { VAL_ACCURACY: 0.4 })],
  },
);
const summaries = seedSummaries(strandsOf(three.runs, 'together'), summaryRows(three));

test('a contender’s row is the mean of its seeds, of their last epochs and of the best of each', () => {
  const [sgd] = summaries;
  expect(sgd!.last.VAL_ACCURACY).toMatchObject({ centre: 0.5, count: 2 });
  expect(sgd!.best.VAL_ACCURACY!.centre).toBeCloseTo(0.65, 12);
  expect(sgd).toMatchObject({ finished: 2, diverged: 0, epochs: { least: 2, most: 2 } });
});

test('a seed that diverged is told, and its NaN is in no mean', () => {
  const adam = summaries[1]!;
  expect(adam.last.VAL_ACCURACY).toMatchObject({ centre: 0.8, count: 1, low: null });
  expect(adam).toMatchObject({ finished: 1, diverged: 1, epochs: { least: 1, most: 2 } });
});

test('what ran again with a seed stands by itself: the same twice is not two', () => {
  expect(summaries.map(({ strand }) => strand.runs.map(({ id }) => id))).toEqual([
    ['run-0', 'run-2'],
    ['run-1', 'run-3'],
    ['run-4'],
  ]);
});

test('the best mean of a column is marked, and equals share it', () => {
  expect([...bestMeans(summaries, 'last', 'VAL_ACCURACY')]).toEqual([1]);
  expect([...bestMeans([summaries[0]!, summaries[0]!], 'best', 'VAL_ACCURACY')]).toEqual([0, 1]);
  expect(bestMeans(summaries, 'last', 'LOSS').size).toBe(0);
});
