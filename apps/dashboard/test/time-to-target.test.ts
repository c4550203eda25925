import { expect, test } from 'vitest';
import { strandsOf } from '../src/chart/strand.ts';
import { suggestedTarget, timesToTarget } from '../src/comparison/time-to-target.ts';
import { comparison, row, run } from './samples.ts';

const group = { id: 'sgd', label: 'SGD' };
const three = comparison(
  [1, 2, 3].map((seed) =>
    run(seed - 1, 'sgd', { seed, group, trainImages: 100, status: seed === 3 ? 'RUNNING' : 'FINISHED' }),
  ),
  {
    'run-0': [
      row(1, { VAL_ACCURACY: 0.4 }, 3),
      row(2, { VAL_ACCURACY: 0.7 }, 3),
      row(3, { VAL_ACCURACY: 0.5 }, 3),
    ],
    'run-1': [row(1, { VAL_ACCURACY: 0.6 }, 5)],
    'run-2': [row(1, { VAL_ACCURACY: 'NAN' }, 4), row(2, { VAL_ACCURACY: 0.3 }, 4)],
  },
);
const times = (target: number, runs = three.runs) =>
  timesToTarget(strandsOf(runs, 'together'), { ...three, runs }, target)[0]!;

test('epochs, steps and seconds to the first epoch at the target, the median over seeds with misses as infinite', () => {
  // Two, one and never: the median is two.
  expect(times(0.6)).toMatchObject({ reached: 2, open: true, median: { epochs: 2, steps: 8, seconds: 6 } });
});

test('a target that half or fewer of the runs reach has no median', () => {
  expect(times(0.65)).toMatchObject({ reached: 1, median: null });
  expect(times(0.65, three.runs.slice(0, 2))).toMatchObject({ reached: 1, open: false, median: null });
});

test('a single run tells its own time, or that it never came there', () => {
  const [first] = three.runs;
  expect(times(0.5, [first!])).toMatchObject({ reached: 1, median: { epochs: 2, seconds: 6 } });
  expect(times(0.9, [first!])).toMatchObject({ reached: 0, median: null });
});

test('a run that is under way may still reach it', () => {
  expect(times(0.9).open).toBe(true);
  expect(times(0.9, three.runs.slice(0, 2)).open).toBe(false);
});

test('the suggested target is the median of the bests, and nothing without any', () => {
  expect(suggestedTarget(three)).toBe(0.6);
  expect(suggestedTarget(comparison([]))).toBeNull();
});
