import { expect, test } from 'vitest';
import { Pace } from '../src/worker/pace.ts';
import { RunProgress } from '../src/worker/run-progress.ts';

test('the time left follows how fast steps were done lately, waiting included', () => {
  const pace = new Pace();
  for (let second = 0; second <= 100; second++) pace.note(second, second * 10); // ten steps a second
  expect(pace.secondsTo(2_000)).toBeCloseTo(100);
  for (let second = 101; second <= 200; second++) pace.note(second, 1_000 + (second - 100)); // then one
  expect(pace.secondsTo(2_000)).toBeCloseTo(900);
});

test('nothing is told of the time left before it can be told', () => {
  const pace = new Pace();
  expect(pace.secondsTo(100)).toBeNull();
  pace.note(0, 0);
  pace.note(1, 5);
  expect(pace.secondsTo(100)).toBeNull();
  pace.note(2, 10);
  expect(pace.secondsTo(100)).toBeCloseTo(18);
});

test('a resumed run counts the steps of the epochs before, but not their time', () => {
  const progress = new RunProgress(10);
  const started = {
    type: 'started' as const,
    engine: { runtime: '', device: '', version: '', threads: 1, reason: '' },
    classes: [],
    trainImages: 0,
    validationImages: 0,
    stepsPerEpoch: 20,
    trainableParameters: 0,
    totalParameters: 0,
    skipped: [],
    resumedAfterEpoch: 4,
    resumedAfterStep: 0,
  };
  progress.features({
    type: 'features',
    done: 3,
    total: 9,
    imagesPerSecond: Number.POSITIVE_INFINITY,
    cached: false,
  });
  expect(progress.current).toMatchObject({ phase: 'FEATURES', phaseDone: 3, imagesPerSecond: null });
  progress.started(started, 100);
  const step = { type: 'step' as const, stepsPerEpoch: 20, loss: 1, gradientNorm: 1, learningRate: 1 };
  progress.step({ ...step, epoch: 5, step: 10, imagesPerSecond: 300 }, 105);
  expect(progress.current).toEqual({
    phase: 'TRAINING',
    phaseDone: 90,
    phaseTotal: 200,
    imagesPerSecond: 300,
    secondsLeft: 55,
  });
});

test('fetching is told in bytes, making ready as it is counted, and neither promises an end', () => {
  const progress = new RunProgress(10);
  const file = { type: 'preparing', what: '102flowers.tgz' } as const;
  progress.preparing({ ...file, stage: 'download', done: 1e6, total: 344_862_509 });
  expect(progress.current).toEqual({
    phase: 'DOWNLOADING',
    phaseDone: 1e6,
    phaseTotal: 344_862_509,
    imagesPerSecond: null,
    secondsLeft: null,
  });
  progress.preparing({ ...file, stage: 'download', done: 3e9, total: null });
  expect(progress.current).toMatchObject({ phaseDone: 2 ** 31 - 1, phaseTotal: 0 });
  progress.preparing({ ...file, stage: 'unpack', done: 5, total: 10 });
  expect(progress.current).toMatchObject({ phase: 'PREPARING', phaseDone: 5, phaseTotal: 10 });
});
