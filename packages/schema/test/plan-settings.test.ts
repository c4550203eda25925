import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CreateExperimentInput } from '../src/graphql/create-experiment-input.ts';
import { type ExperimentPlan, planExperiment } from '../src/store/experiment-plan.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'optiscope-plan-'));
  await mkdir(join(folder, 'flowers', 'rose'), { recursive: true });
  await mkdir(join(folder, 'empty'));
  await writeFile(join(folder, 'good.h5'), Buffer.from('\x89HDF\r\n\x1a\nand the rest', 'latin1'));
  await writeFile(join(folder, 'bad.h5'), 'not a weight file');
});

afterAll(() => rm(folder, { recursive: true }));

async function plan(input: CreateExperimentInput): Promise<ExperimentPlan> {
  const planned = await planExperiment(input);
  if ('problems' in planned) throw new Error(JSON.stringify(planned.problems));
  return planned.plan;
}

async function problems(input: CreateExperimentInput): Promise<Record<string, string>> {
  const planned = await planExperiment(input);
  if (!('problems' in planned)) throw new Error('the input was found valid');
  return Object.fromEntries(planned.problems.map(({ field, message }) => [field, message]));
}

describe('several seeds', () => {
  test('are taken in their order; one is the default', async () => {
    expect((await plan({ seeds: [3, 1] })).seeds).toEqual([3, 1]);
    expect((await plan({ seed: 4 })).seeds).toEqual([4]);
    expect((await plan({})).seeds).toEqual([1]);
  });

  test('are refused when they repeat, are out of range, too many or beside `seed`', async () => {
    const found = await problems({ seed: 1, seeds: [0, 0, -1] });
    expect(Object.keys(found)).toEqual(['seeds', 'seeds.1', 'seeds.2']);
    expect((await problems({ seeds: [] })).seeds).toMatch(/wanted 1 to 100/);
    const many = Array.from({ length: 61 }, (_, index) => index);
    expect((await problems({ seeds: many })).seeds).toMatch(/6 contenders with 61 seeds are 366 runs/);
  });
});

describe('the data and weights as the trainer has them', () => {
  test('are taken with their settings', async () => {
    await writeFile(join(folder, 'list.csv'), 'path,class\n');
    const own = { onCorrupt: 'refuse', validationFraction: 0.5, splitSeed: 9 };
    const csv = await plan({ data: { csv: { path: join(folder, 'list.csv'), ...own } } });
    expect(csv.data).toEqual({ kind: 'csv', path: join(folder, 'list.csv'), ...own });
    expect((await plan({ data: { folder: { path: join(folder, 'flowers') } } })).data).toMatchObject({
      kind: 'folder',
      validationFraction: 0.25,
    });
    const flowers = await plan({ data: { flowers102: {} }, weights: { imagenet: true } });
    expect(flowers).toMatchObject({
      data: { kind: 'flowers102', path: null, onCorrupt: 'skip' },
      weights: { kind: 'imagenet' },
      alpha: 1,
      inputSize: 224,
    });
    expect(flowers.name).toMatch(/ on Flowers-102$/);
    const h5 = await plan({ weights: { kerasH5: { path: join(folder, 'good.h5') } } });
    expect(h5.weights).toEqual({ kind: 'keras-h5', path: join(folder, 'good.h5') });
  });

  test('are refused with the field that is wrong', async () => {
    const found = await problems({
      data: { archive: { path: folder } },
      datasetPath: '/x',
      weights: { kerasH5: { path: join(folder, 'bad.h5') } },
      weightsPath: '/y',
    });
    expect(Object.keys(found).sort()).toEqual([
      'data',
      'data.archive.path',
      'weights',
      'weights.kerasH5.path',
    ]);
    const share = { folder: { path: join(folder, 'flowers'), validationFraction: 1 } };
    expect((await problems({ data: share }))['data.folder.validationFraction']).toMatch(/less than 1/);
    expect((await problems({ data: { csv: { path: 'a\0b' } } }))['data.csv.path']).toMatch(/NUL/);
  });
});

describe('the shared settings', () => {
  test('are those given, defaults of their own filled in; null is the same as left out', async () => {
    const planned = await plan({
      settings: {
        labelSmoothing: 0.1,
        classWeights: 'balanced',
        dropout: null,
        clipping: { by: 'globalNorm', limit: 1 },
        schedule: { kind: 'step', everyEpochs: 5 },
        augmentation: { flip: true },
        stopping: { earlyStopping: { patience: 3 }, target: null },
      },
    });
    expect(planned.settings).toMatchObject({
      labelSmoothing: 0.1,
      classWeights: 'balanced',
      clipping: { by: 'globalNorm', limit: 1 },
      schedule: { kind: 'step', everyEpochs: 5, factor: 0.1 },
      augmentation: { flip: true, views: 4, includePlain: true },
      stopping: { minutes: null, earlyStopping: { patience: 3, metric: 'valLoss' }, target: null },
    });
    expect(Object.keys(planned.settings)).not.toContain('dropout');
  });

  test('are checked by the trainer, and every problem names its field', async () => {
    const found = await problems({
      epochs: 5,
      settings: {
        labelSmoothing: 1,
        clipping: { limit: 0 },
        weightDecay: { rate: -1 },
        augmentation: { views: 1 },
        stopping: { earlyStopping: { patience: -1 } },
      },
    });
    expect(Object.keys(found).sort()).toEqual(
      [
        'settings.labelSmoothing',
        'settings.clipping.by',
        'settings.clipping.limit',
        'settings.weightDecay.rate',
        'settings.augmentation',
        'settings.stopping.earlyStopping.patience',
      ].sort(),
    );
    expect(found['settings.labelSmoothing']).toContain('wanted less than 1');
    const plateau = { patience: 3 };
    const foreign = await problems({ settings: { schedule: { kind: 'cosine', ...plateau } } });
    expect(foreign['settings.schedule.patience']).toMatch(/"Cosine" has no patience; it has endFactor/);
    const long = await problems({
      epochs: 5,
      settings: { schedule: { kind: 'warmup-cosine', warmupEpochs: 9 } },
    });
    expect(long['settings.schedule']).toMatch(/warmupEpochs/);
  });

  test('take class weights by name, each once and within bounds, in place of the kinds', async () => {
    const { settings } = await plan({
      settings: {
        classWeightsByName: [
          { class: 'rose', weight: 2.5 },
          { class: 'toString', weight: 0 },
        ],
      },
    });
    expect(Object.entries(settings.classWeights as object)).toEqual([
      ['rose', 2.5],
      ['toString', 0],
    ]);
    const found = await problems({
      settings: {
        classWeights: 'balanced',
        classWeightsByName: [
          { class: 'rose', weight: 1 },
          { class: 'rose', weight: -1 },
        ],
      },
    });
    expect(Object.keys(found)).toEqual([
      'settings.classWeightsByName',
      'settings.classWeightsByName.1.class',
      'settings.classWeightsByName.1.weight',
    ]);
  });

  test('want the kind of a schedule whose settings are given', async () => {
    expect(Object.keys(await problems({ settings: { schedule: { factor: 0.5 } } }))).toEqual([
      'settings.schedule.kind',
    ]);
  });
});

describe('Lookahead', () => {
  test('is planned beside the optimizer, with its defaults', async () => {
    const { contenders } = await plan({
      contenders: [{ optimizer: 'adam', lookahead: { slowStepSize: 0.8 } }, { optimizer: 'adam' }],
    });
    expect(contenders.map(({ label, lookahead }) => [label, lookahead])).toEqual([
      ['Lookahead(Adam)', { syncPeriod: 6, slowStepSize: 0.8 }],
      ['Adam', null],
    ]);
    expect(contenders[0]!.hyperparameters).toEqual(contenders[1]!.hyperparameters);
  });

  test('is refused where it cannot be, or with a setting out of range', async () => {
    const found = await problems({
      contenders: [
        { optimizer: 'ranger', lookahead: {} },
        { optimizer: 'sgd', lookahead: { syncPeriod: 0 } },
      ],
    });
    expect(Object.keys(found)).toEqual(['contenders.0.lookahead', 'contenders.1.lookahead.syncPeriod']);
  });
});
