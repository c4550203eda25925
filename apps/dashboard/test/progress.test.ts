import { expect, test } from 'vitest';
import {
  activityText,
  comparisonSecondsLeft,
  comparisonShare,
  trainingShare,
} from '../src/comparison/progress.ts';
import { run } from './samples.ts';

test('a run that has ended counts as done, one that prepares images as not begun', () => {
  expect(trainingShare(run(0, 'sgd', { status: 'DIVERGED', phaseDone: 3 }))).toBe(1);
  expect(trainingShare(run(0, 'sgd', { phase: 'FEATURES', phaseDone: 50 }))).toBe(0);
  expect(trainingShare(run(0, 'sgd', { phaseDone: 25 }))).toBe(0.25);
  expect(
    comparisonShare({
      runs: [run(0, 'sgd', { phaseDone: 50 }), run(1, 'adam', { status: 'QUEUED', phase: null })],
    }),
  ).toBe(0.25);
});

test('time left is that of the slowest run, with a share of what still waits', () => {
  const half = { phaseDone: 50, secondsLeft: 30 };
  expect(
    comparisonSecondsLeft({ runs: [run(0, 'sgd', half), run(1, 'adam', { ...half, secondsLeft: 40 })] }),
  ).toBe(40);
  const waiting = { status: 'QUEUED', phase: null } as const;
  const runs = [
    run(0, 'sgd', half),
    run(1, 'adam', half),
    run(2, 'ranger', waiting),
    run(3, 'radam', waiting),
  ];
  // Two work now, at 60 s a run; the two that wait take as long again.
  expect(comparisonSecondsLeft({ runs })).toBe(90);
});

test('time left is not told before any run can tell', () => {
  expect(comparisonSecondsLeft({ runs: [run(0, 'sgd'), run(1, 'adam', { status: 'QUEUED' })] })).toBeNull();
  expect(comparisonSecondsLeft({ runs: [run(0, 'sgd', { status: 'FINISHED' })] })).toBeNull();
});

test('what a run does is said in words', () => {
  expect(activityText(run(0, 'sgd', { lastEpoch: 6 }), 20)).toBe('epoch 7 of 20');
  expect(activityText(run(0, 'sgd', { lastEpoch: 20 }), 20)).toBe('epoch 20 of 20');
  expect(activityText(run(0, 'sgd', { phase: 'FEATURES', phaseDone: 320, phaseTotal: 900 }), 20)).toBe(
    'preparing images, 320 of 900',
  );
  const fetched = { phase: 'DOWNLOADING', phaseDone: 12_345_678, phaseTotal: 344_862_509 } as const;
  expect(activityText(run(0, 'sgd', fetched), 20)).toBe('fetching files, 12.3 of 344.9 MB');
  expect(activityText(run(0, 'sgd', { ...fetched, phaseTotal: 0 }), 20)).toBe('fetching files, 12.3 MB');
  expect(activityText(run(0, 'sgd', { phase: 'PREPARING', phaseDone: 3, phaseTotal: 7 }), 20)).toBe(
    'reading and checking the data, 42 %',
  );
  expect(activityText(run(0, 'sgd', { phase: null }), 20)).toBe('starting');
  expect(activityText(run(0, 'sgd', { status: 'QUEUED', attempt: 0 }), 20)).toBe('waits for a free worker');
  expect(activityText(run(0, 'sgd', { status: 'QUEUED', attempt: 1 }), 20)).toBe(
    'goes on as soon as a worker is free',
  );
  expect(activityText(run(0, 'sgd', { status: 'DIVERGED', lastEpoch: 0 }), 20)).toBe(
    'ended in the first epoch',
  );
});
