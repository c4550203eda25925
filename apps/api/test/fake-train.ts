import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EpochMetrics } from '@optiscope/trainer';
import type { Train } from '../src/worker/serve-runs.ts';

/** Learning rates that stand for mishaps. Every other one trains as it should. */
export const MISHAP = {
  /** Kills its own process at the second epoch, at every attempt. */
  killsWorker: 13,
  /** Kills its own process at the second epoch of the first attempt only. */
  killsWorkerOnce: 14,
  /** Kills its own process once, right after it wrote the checkpoint of its second epoch. */
  killsWorkerAtCheckpoint: 16,
  /** Loses its checkpoint with its worker, and then measures otherwise, as with other data. */
  changes: 15,
  /** Reaches a target and finds something, both after its second epoch, and tells it again when it goes on. */
  notices: 17,
  /** Takes more and more memory, and never ends by itself. */
  eatsMemory: 18,
  /** Throws at every attempt. */
  throws: 66,
  /** Throws what would only come again. */
  throwsForGood: 67,
  /** Ends as diverged after its first epoch, whose validation loss is infinite and whose accuracy is NaN. */
  diverges: 99,
} as const;

/** Stands for the trainer's errors of data and weights. */
export class LastingError extends Error {}

const STEPS = 3;

/** The loss of a step, counted over the whole run, follows from these two alone; its gradient norm is infinite now and then. */
export function fakeStepLoss(learningRate: number, step: number): number {
  return learningRate + 1 / step;
}

/** The metrics of an epoch follow from the learning rate and the epoch alone, as a deterministic trainer's do. */
export function fakeMetrics(learningRate: number, epoch: number): EpochMetrics {
  const diverges = learningRate === MISHAP.diverges;
  return {
    epoch,
    loss: learningRate / epoch,
    accuracy: diverges ? Number.NaN : 1 - 1 / (epoch + 1),
    valLoss: diverges ? Number.POSITIVE_INFINITY : (2 * learningRate) / epoch,
    valAccuracy: 0.5,
    learningRate,
    trainSeconds: 0.1,
    evaluationSeconds: 0.01,
    examplesSeen: 100 * epoch,
    gradientNorm: -0,
    updateRatio: 5e-324,
  };
}

/**
 * Behaves towards the service as the trainer does: checkpoints before each epoch's event, goes on from the last
 * one and tells its epoch again, stops at a signal. A step takes as many milliseconds as the batch size.
 */
export const fakeTrain: Train = async function* (config, { signal, checkpointDirectory }) {
  const { learningRate } = config.optimizer.hyperparameters as { learningRate: number };
  const checkpoint = join(checkpointDirectory, 'last.json');
  await mkdir(checkpointDirectory, { recursive: true });
  const done: number = await readFile(checkpoint, 'utf8').then(Number, () => 0);
  const firstAttempt = await writeFile(join(checkpointDirectory, 'begun'), '', { flag: 'wx' }).then(
    () => true,
    () => false,
  );
  if (learningRate === MISHAP.throws) throw new Error('This data set cannot be read.');
  if (learningRate === MISHAP.throwsForGood) throw new LastingError('This data set has no classes.');

  const eaten: Buffer[] = [];
  while (learningRate === MISHAP.eatsMemory) {
    eaten.push(Buffer.alloc(8 * 2 ** 20, eaten.length + 1));
    await new Promise((resolve) => setTimeout(resolve, 5));
    signal.throwIfAborted();
  }

  yield { type: 'features', done: 0, total: 10, imagesPerSecond: 0, cached: false };
  yield { type: 'features', done: 10, total: 10, imagesPerSecond: 0, cached: true };
  yield {
    type: 'started',
    engine: { runtime: 'fake', device: 'none', version: '1', threads: 1, reason: 'It is a test.' },
    classes: ['a', 'b'],
    trainImages: 100,
    validationImages: 50,
    stepsPerEpoch: STEPS,
    trainableParameters: 10,
    totalParameters: 20,
    skipped: [],
    resumedAfterEpoch: done,
    resumedAfterStep: 0,
  };
  if (done > 0) yield { type: 'epoch', ...fakeMetrics(learningRate, done) };
  for (let epoch = done + 1; epoch <= config.epochs; epoch++) {
    for (let step = 1; step <= STEPS; step++) {
      await new Promise((resolve) => setTimeout(resolve, config.batchSize));
      signal.throwIfAborted();
      yield {
        type: 'step',
        epoch,
        step,
        stepsPerEpoch: STEPS,
        loss: fakeStepLoss(learningRate, (epoch - 1) * STEPS + step),
        gradientNorm: step === 2 ? Number.POSITIVE_INFINITY : step,
        learningRate,
        imagesPerSecond: 100,
      };
    }
    const once = learningRate === MISHAP.killsWorkerOnce || learningRate === MISHAP.changes;
    const kills = learningRate === MISHAP.killsWorker || (once && firstAttempt);
    if (kills && epoch === 2) process.kill(process.pid, 'SIGKILL');
    // A worker that kills itself for good never gets a checkpoint, and so never gets on.
    if (learningRate !== MISHAP.killsWorker && learningRate !== MISHAP.changes) {
      await writeFile(`${checkpoint}.new`, String(epoch));
      await rename(`${checkpoint}.new`, checkpoint);
    }
    const killsAtCheckpoint = learningRate === MISHAP.killsWorkerAtCheckpoint && firstAttempt;
    if (killsAtCheckpoint && epoch === 2) process.kill(process.pid, 'SIGKILL');
    yield { type: 'checkpoint', epoch, step: 0, path: checkpoint, bytes: 1 };
    const changed = learningRate === MISHAP.changes && !firstAttempt;
    yield { type: 'epoch', ...fakeMetrics(learningRate, epoch), ...(changed && { loss: 7 }) };
    if (learningRate === MISHAP.notices && epoch === 2) {
      yield { type: 'target', target: 0.5, valAccuracy: 0.5, epoch, step: 6, seconds: 0.5 };
      yield {
        type: 'finding',
        kind: 'sawtooth',
        epoch,
        step: null,
        numbers: { period: 7.5 },
        message: 'The loss is a sawtooth.',
        suggestion: { learningRate: 0.02, from: 0.01, to: 0.05 },
      };
    }
    if (learningRate === MISHAP.diverges) {
      yield {
        type: 'diverged',
        optimizer: config.optimizer.name,
        epoch: epoch + 1,
        step: 1,
        loss: 'NAN',
        weight: null,
        lastFiniteLoss: 9,
        suggestion: null,
        message: 'The loss became NaN in epoch 2, step 1.',
      };
      return;
    }
  }
  yield {
    type: 'finished',
    epochs: config.epochs,
    seconds: 1,
    reason: 'epochs',
    bestEpoch: config.epochs,
    restoredEpoch: null,
  };
};
