import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Checkpoint, decodeCheckpoint } from '../src/checkpoint-file.ts';
import type { EpochEvent, StepEvent, TrainEvent } from '../src/events.ts';
import { OPTIMIZERS } from '../src/optimizers/registry.ts';
import { type PreparationHandle, prepare } from '../src/prepare.ts';
import { RunConfig } from '../src/run-config.ts';
import { RunDiscarded } from '../src/run-discarded.ts';
import { type TrainOptions, train } from '../src/train.ts';
import { writeImageFolder } from './image-folder.ts';
import { epochsOf, eventsOf, numbersOf } from './small-run.ts';

let root: string;
let options: TrainOptions;
/** Kept, so that not every run prepares anew. */
let held: readonly PreparationHandle[] = [];
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'optiscope-train-'));
  await writeImageFolder(join(root, 'images'));
  options = { cacheDirectory: join(root, 'cache'), engine: 'onnx', threads: 1 };
  held = [142, 153].map((freezeIndex) => prepare(config('sgd', { freezeIndex }), options));
});
afterAll(async () => {
  for (const preparation of held) preparation.release();
  await rm(root, { recursive: true, force: true });
});

/** 30 training and 12 validation images: four steps an epoch, the last of 6 images. */
function config(
  name: string,
  change: Partial<RunConfig> = {},
  hyperparameters: Record<string, number> = {},
): RunConfig {
  return RunConfig.parse({
    data: { kind: 'folder', path: join(root, 'images') },
    weights: { kind: 'sample' },
    alpha: 0.35,
    inputSize: 96,
    freezeIndex: 142,
    batchSize: 8,
    epochs: 3,
    seed: 7,
    optimizer: { name, hyperparameters },
    ...change,
  });
}

const steps = (events: readonly TrainEvent[]): StepEvent[] => events.filter((event) => event.type === 'step');
const epochs = (events: readonly TrainEvent[]): EpochEvent[] =>
  events.filter((event) => event.type === 'epoch');

describe('a run', () => {
  test('tells features, start, steps, epochs and end in this order, and counts what it did', async () => {
    const events = await eventsOf(train(config('adam'), options));
    const kinds = events.map(({ type }) => type).filter((type, index, all) => type !== all[index - 1]);
    expect(kinds).toEqual([
      'preparing',
      'features',
      'started',
      'step',
      'epoch',
      'step',
      'epoch',
      'step',
      'layers',
      'epoch',
      'finished',
    ]);
    const started = events.find((event) => event.type === 'started')!;
    expect(started).toMatchObject({
      classes: ['class 0', 'class 1', 'class 2'],
      trainImages: 30,
      validationImages: 12,
      stepsPerEpoch: 4,
      resumedAfterEpoch: 0,
      skipped: [],
    });
    expect(started.engine).toMatchObject({ runtime: 'onnx', device: 'cpu', threads: 1 });
    expect(steps(events).map(({ epoch, step }) => [epoch, step])).toEqual(
      [1, 2, 3].flatMap((epoch) => [1, 2, 3, 4].map((step) => [epoch, step])),
    );
    expect(epochs(events).map(({ examplesSeen }) => examplesSeen)).toEqual([30, 60, 90]);
    for (const epoch of epochs(events)) {
      const own = steps(events).filter((step) => step.epoch === epoch.epoch);
      const weighted = own.reduce((sum, { loss }, index) => sum + loss * (index === 3 ? 6 : 8), 0) / 30;
      expect(epoch.loss).toBeCloseTo(weighted, 12);
      expect(epoch.gradientNorm).toBeGreaterThan(0);
      expect(epoch.updateRatio).toBeGreaterThan(0);
    }
  });

  test('learns what the images show', async () => {
    const events = await eventsOf(
      train(config('adam', { epochs: 15, freezeIndex: 153 }, { learningRate: 0.01 }), options),
    );
    expect(epochs(events).at(-1)!.accuracy).toBeGreaterThan(0.9);
    expect(epochs(events).at(-1)!.valAccuracy).toBeGreaterThan(0.6);
  });

  test('finds its features in the cache the second time', async () => {
    const own = { ...options, cacheDirectory: join(root, 'own cache') };
    await eventsOf(train(config('sgd', { epochs: 1 }), own));
    const told = await eventsOf(train(config('sgd', { epochs: 1 }), own));
    expect(told.find(({ type }) => type === 'features')).toMatchObject({ cached: true, done: 42, total: 42 });
  });

  test('of the same configuration gives the same numbers', async () => {
    const [a, b] = await Promise.all([
      eventsOf(train(config('ranger'), options)),
      eventsOf(train(config('ranger'), options)),
    ]);
    expect(steps(a).map(({ loss }) => loss)).toEqual(steps(b).map(({ loss }) => loss));
  });

  test('starts where other contenders of its seed start, and elsewhere with another seed', async () => {
    const first = async (name: string, seed: number): Promise<number> =>
      steps(await eventsOf(train(config(name, { epochs: 1, seed, freezeIndex: 153 }), options)))[0]!.loss;
    const loss = await first('sgd', 7);
    expect(await first('ranger', 7)).toBe(loss);
    expect(await first('sgd', 8)).not.toBe(loss);
  });

  test('that diverges ends as a result with its place and its last finite loss, not as an error', async () => {
    const events = await eventsOf(train(config('sgd', {}, { learningRate: 1e30 }), options));
    const last = events.at(-1)!;
    expect(last).toMatchObject({ type: 'diverged', optimizer: 'sgd', epoch: 1 });
    if (last.type !== 'diverged') return;
    expect(last.step).toBeGreaterThan(1);
    expect(last.lastFiniteLoss).toBe(steps(events).at(-1)!.loss);
    expect(last.message).toMatch(
      /^SGD diverged at learning rate 1e\+30: the loss became \w+ in epoch 1, step \d of 4; the last finite loss was /,
    );
  });

  test('that is aborted ends with the signal’s reason', async () => {
    const controller = new AbortController();
    const seen: TrainEvent[] = [];
    const run = async (): Promise<void> => {
      for await (const event of train(config('sgd', { epochs: 100 }), {
        ...options,
        signal: controller.signal,
      })) {
        seen.push(event);
        if (event.type === 'epoch') controller.abort(new Error('no longer wanted'));
      }
    };
    await expect(run()).rejects.toThrow('no longer wanted');
    expect(epochs(seen)).toHaveLength(1);
  });

  test('with an unknown optimizer, or a hyper-parameter out of range, says what is known and what is wanted', async () => {
    await expect(eventsOf(train(config('sdg'), options))).rejects.toThrow(
      `There is no optimizer "sdg"; known are ${OPTIMIZERS.map(({ name }) => name).join(', ')}.`,
    );
    await expect(eventsOf(train(config('adam', {}, { beta1: 1 }), options))).rejects.toThrow(
      'Adam: beta1 is 1, wanted a finite number at least 0 and below 1.',
    );
  });
});

describe('a run that is stopped and goes on', () => {
  /** The whole way, from images to the last checkpoint; `resume.test.ts` has every optimizer. */
  test('ends with the same losses and weights as one never interrupted, when it was asked to stop in mid-epoch', async () => {
    const run = config('ranger');
    const whole = { ...options, checkpointDirectory: join(root, 'whole') };
    const parts = { ...options, checkpointDirectory: join(root, 'parts') };
    const uninterrupted = await eventsOf(train(run, whole));

    const controller = new AbortController();
    const before: TrainEvent[] = [];
    for await (const event of train(run, { ...parts, signal: controller.signal })) {
      before.push(event);
      if (event.type !== 'step' || event.epoch !== 2 || event.step !== 3) continue;
      controller.abort(new Error('Stopped.'));
      break;
    }
    const after = await eventsOf(train(run, parts));
    expect(after.find((event) => event.type === 'started')).toMatchObject({
      resumedAfterEpoch: 1,
      resumedAfterStep: 3,
    });
    // Finished epochs are told again, so that nothing is lost if it was not heard; steps are not.
    expect(epochsOf(after)).toEqual(epochsOf(uninterrupted));
    expect(numbersOf([...before, ...after])).toEqual(numbersOf(uninterrupted));
    expect(await lastTensors(parts.checkpointDirectory)).toEqual(
      await lastTensors(whole.checkpointDirectory),
    );
    expect((await readdir(parts.checkpointDirectory)).sort()).toEqual([
      expect.stringMatching(/^000003-000000-[0-9a-f]{12}\.checkpoint$/),
      'best.checkpoint',
    ]);
  });

  test('repeats with the same numbers what came after the last checkpoint, when it was killed', async () => {
    const run = config('adam');
    const killed = {
      ...options,
      checkpointDirectory: join(root, 'killed'),
      checkpointEverySteps: 3,
    };
    const before: TrainEvent[] = [];
    for await (const event of train(run, killed)) {
      before.push(event);
      if (event.type === 'step' && event.epoch === 2 && event.step === 4) break;
    }
    const after = await eventsOf(train(run, killed));
    expect(after.find((event) => event.type === 'started')).toMatchObject({
      resumedAfterEpoch: 1,
      resumedAfterStep: 2,
    });
    expect(numbersOf(after).slice(0, 2)).toEqual(numbersOf(before).slice(-2));
    const whole = { ...options, checkpointDirectory: join(root, 'not killed') };
    expect(numbersOf(after)).toEqual(numbersOf(await eventsOf(train(run, whole))).slice(6));
    expect(await lastTensors(killed.checkpointDirectory)).toEqual(
      await lastTensors(whole.checkpointDirectory),
    );
  });

  test('passes over a torn or damaged checkpoint and takes the one before, or begins anew', async () => {
    const checkpointDirectory = join(root, 'damaged');
    const run = config('sgd', { freezeIndex: 153 });
    const part = async (last: number): Promise<TrainEvent | undefined> => {
      const controller = new AbortController();
      const events: TrainEvent[] = [];
      for await (const event of train(run, { ...options, checkpointDirectory, signal: controller.signal })) {
        events.push(event);
        if (event.type === 'epoch' && event.epoch === last) break;
      }
      return events.find((event) => event.type === 'started');
    };
    await part(2);
    const [, second] = (await readdir(checkpointDirectory)).sort();
    await truncate(join(checkpointDirectory, second!), 1000);
    expect(await part(2)).toMatchObject({ resumedAfterEpoch: 1 });
    for (const name of await readdir(checkpointDirectory)) {
      await writeFile(join(checkpointDirectory, name), 'not a checkpoint');
    }
    expect(await part(1)).toMatchObject({ resumedAfterEpoch: 0 });
  });

  test('does not take the checkpoint of a run with other hyper-parameters', async () => {
    const checkpointDirectory = join(root, 'foreign');
    const run = (learningRate: number): RunConfig =>
      config('sgd', { epochs: 1, freezeIndex: 153 }, { learningRate });
    await eventsOf(train(run(0.1), { ...options, checkpointDirectory }));
    const events = await eventsOf(train(run(0.05), { ...options, checkpointDirectory }));
    expect(events.find((event) => event.type === 'started')).toMatchObject({ resumedAfterEpoch: 0 });
  });

  test('writes nothing when it is not wanted any more', async () => {
    const checkpointDirectory = join(root, 'discarded');
    const controller = new AbortController();
    const run = async (): Promise<void> => {
      const all = { ...options, checkpointDirectory, signal: controller.signal };
      for await (const event of train(config('sgd', { freezeIndex: 153 }), all)) {
        if (event.type === 'step' && event.epoch === 2) controller.abort(new RunDiscarded('Cancelled.'));
      }
    };
    await expect(run()).rejects.toThrow('Cancelled.');
    expect((await readdir(checkpointDirectory)).sort()).toEqual([
      expect.stringMatching(/^000001-000000-/),
      'best.checkpoint',
    ]);
  });
});

async function lastTensors(directory: string): Promise<Checkpoint['tensors']> {
  const [name] = (await readdir(directory)).sort();
  const checkpoint = decodeCheckpoint(await readFile(join(directory, name!)))!;
  expect(checkpoint.epoch).toBe(3);
  return checkpoint.tensors;
}
