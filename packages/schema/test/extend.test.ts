import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { endRun } from '../src/store/end-run.ts';
import { recordEpoch } from '../src/store/record-epoch.ts';
import { runs } from '../src/tables/run.ts';
import { ask, ID, mutate, serviceOn } from './ask.ts';
import { describeOnBoth } from './databases.ts';
import { anExperiment, claimed, epochReport, runsOf } from './fixtures.ts';

function finished(epochs: number) {
  return {
    type: 'finished',
    epochs,
    seconds: 1,
    reason: 'epochs',
    bestEpoch: epochs,
    restoredEpoch: null,
  } as const;
}

describeOnBoth('an experiment that is to have more', (opened) => {
  test('says why more epochs change nothing where every run was stopped by its own rule', async (context) => {
    const database = opened(context);
    const { service } = serviceOn(database);
    const { experiment, runs: made } = await anExperiment(database.db, { contenders: 1 });
    const claim = await claimed(database.db, made[0]!);
    await recordEpoch(database.db, claim, epochReport(1));
    await endRun(database.db, claim, { ...finished(1), reason: 'early stopping' });
    expect(
      await mutate(service, 'extendExperiment', `${ID}, $epochs: Int`, { id: experiment.id, epochs: 9 }),
    ).toMatchObject({ code: 'EXPERIMENT_ENDED', message: expect.stringContaining('after epoch 1 of 3') });
    expect((await runsOf(database.db, experiment.id))[0]!.status).toBe('FINISHED');
  });

  test('extends by epochs: finished runs go on, those under way are taken up anew, the others stay', async (context) => {
    const database = opened(context);
    const { db } = database;
    const { service, queued } = serviceOn(database);
    const { experiment, runs: made } = await anExperiment(db, { contenders: 4 });
    const [done, running, failed] = [
      await claimed(db, made[0]!),
      await claimed(db, made[1]!),
      await claimed(db, made[2]!),
    ];
    for (const epoch of [1, 2, 3]) await recordEpoch(db, done, epochReport(epoch));
    await endRun(db, done, finished(3));
    await endRun(db, failed, {
      type: 'diverged',
      optimizer: 'sgd',
      epoch: 1,
      step: 1,
      loss: 'NAN',
      weight: null,
      suggestion: null,
      lastFiniteLoss: 1,
      message: 'The loss became NaN.',
    });
    const EXTEND = `${ID}, $epochs: Int, $seeds: [Int!], $contenders: [ContenderInput!]`;
    const { id } = experiment;
    expect(await mutate(service, 'extendExperiment', EXTEND, { id, epochs: 3 })).toMatchObject({
      problems: [{ field: 'epochs', message: expect.stringContaining('more than the 3') }],
    });
    expect(await mutate(service, 'extendExperiment', EXTEND, { id })).toMatchObject({
      code: 'INVALID_INPUT',
    });
    expect(await mutate(service, 'extendExperiment', EXTEND, { id, epochs: 5 })).toMatchObject({
      epochs: 5,
      status: 'RUNNING',
    });
    expect((await runsOf(db, id)).map(({ status }) => status)).toEqual([
      'QUEUED',
      'QUEUED',
      'DIVERGED',
      'QUEUED',
    ]);
    expect(queued).toEqual([made[0]!.id, made[1]!.id]);
    expect(await recordEpoch(db, running, epochReport(1))).toBe('REFUSED');
    const again = await claimed(db, made[0]!);
    expect(again.config.epochs).toBe(5);
    await recordEpoch(db, again, epochReport(4));
    await recordEpoch(db, again, epochReport(5));
    await endRun(db, again, finished(5));
    expect((await runsOf(db, id))[0]).toMatchObject({ status: 'FINISHED', lastEpoch: 5 });
  });

  test('extends by seeds and contenders: each with each, labelled apart, and none twice', async (context) => {
    const database = opened(context);
    const { service, queued } = serviceOn(database);
    const { experiment } = await anExperiment(database.db, { contenders: 1 });
    const { id } = experiment;
    const EXTEND = `${ID}, $seeds: [Int!], $contenders: [ContenderInput!]`;
    expect(
      await mutate(service, 'extendExperiment', EXTEND, {
        id,
        seeds: [1, 7, 7],
        contenders: [{ optimizer: 'newton' }],
      }),
    ).toMatchObject({
      problems: [{ field: 'seeds.0' }, { field: 'seeds.2' }, { field: 'contenders.0.optimizer' }],
    });
    const extension = {
      id,
      seeds: [7, 8],
      contenders: [{ optimizer: 'sgd', learningRate: 0.5, lookahead: {} }],
      idempotencyKey: `more ${id}`,
    };
    await Promise.all([1, 2].map(() => mutate(service, 'extendExperiment', EXTEND, extension)));
    const answer = await ask<{ experiment: { seeds: number[]; runs: { label: string; seed: number }[] } }>(
      service,
      'query ($id: ID!) { experiment(id: $id) { seeds runs { label seed contender { lookahead { syncPeriod slowStepSize } } } } }',
      { id },
    );
    expect(answer.experiment.seeds).toEqual([1, 7, 8]);
    expect(answer.experiment.runs.map(({ label }) => label)).toEqual([
      'SGD, seed 1',
      'Lookahead(SGD), seed 1',
      'SGD, seed 7',
      'Lookahead(SGD), seed 7',
      'SGD, seed 8',
      'Lookahead(SGD), seed 8',
    ]);
    expect(answer.experiment.runs[1]).toMatchObject({
      contender: { lookahead: { syncPeriod: 6, slowStepSize: 0.5 } },
    });
    expect(queued).toHaveLength(5);
    // The trainer takes what is stored.
    const rows = await runsOf(database.db, id);
    const claim = await claimed(database.db, rows[1]!);
    expect(claim.config.optimizer.lookahead).toEqual({ syncPeriod: 6, slowStepSize: 0.5 });
  });

  test('does not give more epochs to runs whose schedule spans the whole run, unless none has begun', async (context) => {
    const database = opened(context);
    const { service } = serviceOn(database);
    const CREATE =
      'mutation ($input: CreateExperimentInput!) { createExperiment(input: $input) { ... on Experiment { id runs { id } } } }';
    const input = {
      epochs: 4,
      contenders: [{ optimizer: 'sgd' }],
      settings: { schedule: { kind: 'COSINE' } },
    };
    const { createExperiment: made } = await ask<{
      createExperiment: { id: string; runs: { id: string }[] };
    }>(service, CREATE, { input });
    const EXTEND = '$id: ID!, $epochs: Int';
    const { id } = made;
    expect(await mutate(service, 'extendExperiment', EXTEND, { id, epochs: 5 })).toMatchObject({ epochs: 5 });
    const [run] = await database.db.select().from(runs).where(eq(runs.id, made.runs[0]!.id));
    await claimed(database.db, run!);
    expect(await mutate(service, 'extendExperiment', EXTEND, { id, epochs: 6 })).toMatchObject({
      __typename: 'Conflict',
      code: 'SCHEDULE_SPANS_RUN',
      message: expect.stringContaining('cloneExperiment'),
    });
  });

  test('is cloned with what was changed, and all else is as it was', async (context) => {
    const database = opened(context);
    const { service, queued } = serviceOn(database);
    const CREATE =
      'mutation ($input: CreateExperimentInput!) { createExperiment(input: $input) { ... on Experiment { id runs { label } } } }';
    const { createExperiment: made } = await ask<{
      createExperiment: { id: string; runs: { label: string }[] };
    }>(service, CREATE, {
      input: {
        name: 'The first',
        epochs: 4,
        seeds: [3, 5],
        contenders: [
          { optimizer: 'sgd', learningRate: 0.5, lookahead: { syncPeriod: 4 } },
          { optimizer: 'adam', label: 'mine', hyperparameters: [{ name: 'beta1', value: 0.8 }] },
        ],
        settings: {
          dropout: 0.25,
          classWeights: 'BALANCED',
          clipping: { by: 'GLOBAL_NORM', limit: 2 },
          schedule: { kind: 'REDUCE_ON_PLATEAU', metric: 'VAL_ACCURACY' },
        },
      },
    });
    // Seed after seed, so that all contenders of one can be compared early.
    expect(made.runs.map(({ label }) => label)).toEqual([
      'Lookahead(SGD), seed 3',
      'mine, seed 3',
      'Lookahead(SGD), seed 5',
      'mine, seed 5',
    ]);
    const whole = `id name epochs batchSize seeds
      settings { dropout labelSmoothing classWeights clipping { by limit } schedule { kind metric patience } }
      contenders { label learningRate hyperparameters { name value } lookahead { syncPeriod slowStepSize } }`;
    const CLONE = `mutation ($id: ID!, $changes: CreateExperimentInput!) {
      cloneExperiment(id: $id, changes: $changes) { ... on Experiment { ${whole} } ... on InvalidInput { problems { field } } } }`;
    const { experiment: original } = await ask<{ experiment: Record<string, unknown> }>(
      service,
      `query ($id: ID!) { experiment(id: $id) { ${whole} } }`,
      { id: made.id },
    );
    expect(original).toMatchObject({
      settings: {
        dropout: 0.25,
        classWeights: 'BALANCED',
        clipping: { by: 'GLOBAL_NORM', limit: 2 },
        schedule: { kind: 'REDUCE_ON_PLATEAU', metric: 'VAL_ACCURACY', patience: 10 },
      },
    });
    queued.length = 0;
    const changes = {
      epochs: 9,
      settings: { dropout: null, labelSmoothing: 0.1 },
      idempotencyKey: `clone ${made.id}`,
    };
    const clones = await Promise.all(
      [1, 2].map(() =>
        ask<{ cloneExperiment: Record<string, unknown> }>(service, CLONE, { id: made.id, changes }),
      ),
    );
    expect(clones[1]).toEqual(clones[0]);
    expect(clones[0]!.cloneExperiment).toEqual({
      ...original,
      id: expect.any(String),
      name: 'Copy of The first',
      epochs: 9,
      settings: { ...(original.settings as object), dropout: 0, labelSmoothing: 0.1 },
    });
    expect(queued).toHaveLength(4);
    const wrong = { preset: 'dense-only', seeds: [] };
    expect(await ask(service, CLONE, { id: made.id, changes: wrong })).toEqual({
      cloneExperiment: { problems: [{ field: 'preset' }, { field: 'seeds' }] },
    });
  });

  test('is tried out without making anything', async (context) => {
    const database = opened(context);
    const { service, queued } = serviceOn(database);
    const VALIDATE = `query ($input: CreateExperimentInput!) { validateExperiment(input: $input) {
      ... on ExperimentPlan { name epochs runs seeds dataset { kind } contenders { label lookahead { syncPeriod } } settings { stopping { earlyStopping { metric patience } } } }
      ... on InvalidInput { code problems { field } }
    } }`;
    const input = {
      epochs: 7,
      seeds: [1, 2],
      contenders: [{ optimizer: 'sgd', lookahead: {} }],
      data: { flowers102: {} },
      settings: { stopping: { earlyStopping: { patience: 2 } } },
    };
    expect(await ask(service, VALIDATE, { input })).toEqual({
      validateExperiment: {
        name: 'Lookahead(SGD) on Flowers-102',
        epochs: 7,
        runs: 2,
        seeds: [1, 2],
        dataset: { kind: 'FLOWERS102' },
        contenders: [{ label: 'Lookahead(SGD)', lookahead: { syncPeriod: 6 } }],
        settings: { stopping: { earlyStopping: { metric: 'VAL_LOSS', patience: 2 } } },
      },
    });
    expect(await ask(service, VALIDATE, { input: { epochs: 0, settings: { dropout: 1 } } })).toEqual({
      validateExperiment: {
        code: 'INVALID_INPUT',
        problems: [{ field: 'epochs' }, { field: 'settings.dropout' }],
      },
    });
    await expect(
      ask(service, VALIDATE, { input: { data: { sample: true, flowers102: {} } } }),
    ).rejects.toThrow(/exactly one/i);
    expect(queued).toEqual([]);
  });
});
