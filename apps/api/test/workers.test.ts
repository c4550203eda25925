import type { OpenDatabase } from '@optiscope/schema';
import { openTestDatabase } from '@optiscope/schema/test-database';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { capacityOf } from '../src/worker-settings.ts';
import { fakeMetrics, fakeStepLoss, MISHAP } from './fake-train.ts';
import { startTestService, type TestService } from './test-service.ts';

let database: OpenDatabase;
let service: TestService;

beforeAll(async () => {
  database = await openTestDatabase();
  service = await startTestService(database);
  service.dispatcher.start();
});

afterAll(async () => {
  await service?.close();
  await database?.close();
});

interface Series {
  steps: number[];
  values: (number | null)[];
  nonFinite: { step: number; kind: string }[];
}

interface Run {
  id: string;
  status: string;
  reason: string | null;
  attempt: number;
  lastEpoch: number;
  phaseDone: number;
  phaseTotal: number;
  engine: { runtime: string } | null;
  epochs: { epoch: number; loss: number | null; nonFinite: { metric: string; kind: string }[] }[];
  events: { kind: string; message: string }[];
}

async function create(input: object): Promise<string> {
  const { createExperiment } = await service.ask<{ createExperiment: { id: string } }>(
    'mutation ($input: CreateExperimentInput!) { createExperiment(input: $input) { ... on Experiment { id } } }',
    { input },
  );
  return createExperiment.id;
}

async function read(id: string): Promise<{ status: string; runs: Run[] }> {
  const { experiment } = await service.ask<{ experiment: { status: string; runs: Run[] } }>(
    `query ($id: ID!) { experiment(id: $id) { status runs {
      id status reason attempt lastEpoch phaseDone phaseTotal engine { runtime }
      epochs { epoch loss nonFinite { metric kind } } events { kind message }
    } } }`,
    { id },
  );
  return experiment;
}

async function ended(id: string): Promise<{ status: string; runs: Run[] }> {
  await expect.poll(async () => (await read(id)).status, { timeout: 30_000 }).not.toMatch(/QUEUED|RUNNING/);
  return await read(id);
}

function contender(learningRate: number): object {
  return { optimizer: 'sgd', learningRate };
}

test('six contenders learn side by side, spread evenly over two worker processes, each with all its epochs', async () => {
  const rates = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6];
  const id = await create({ epochs: 4, batchSize: 40, contenders: rates.map(contender) });
  await expect
    .poll(async () => (await read(id)).runs.map(({ lastEpoch }) => lastEpoch > 0), { timeout: 10_000 })
    .toEqual(rates.map(() => true));
  const { status, runs } = await ended(id);
  expect(status).toBe('FINISHED');
  for (const [index, run] of runs.entries()) {
    expect(run).toMatchObject({
      status: 'FINISHED',
      attempt: 1,
      engine: { runtime: 'fake' },
      phaseDone: 12,
      phaseTotal: 12,
    });
    expect(run.epochs.map(({ epoch, loss }) => [epoch, loss])).toEqual(
      [1, 2, 3, 4].map((epoch) => [epoch, fakeMetrics(rates[index]!, epoch).loss]),
    );
    expect(run.events.map(({ kind }) => kind)).toEqual([
      'STARTED',
      ...Array.from({ length: 4 }, () => 'CHECKPOINT'),
      'FINISHED',
    ]);
  }
  const workers = service.logged.flatMap((line) => line.match(/goes to worker process (\d+)/)?.[1] ?? []);
  const counts = Map.groupBy(workers, (worker) => worker);
  expect([...counts.values()].map(({ length }) => length)).toEqual([3, 3]);
});

test('a worker that is killed takes only the attempt with it: its runs go on from their checkpoints', async () => {
  const rates = [0.1, MISHAP.killsWorkerOnce, 0.3];
  const id = await create({ epochs: 4, batchSize: 20, contenders: rates.map(contender) });
  const { status, runs } = await ended(id);
  expect(status).toBe('FINISHED');
  for (const [index, run] of runs.entries()) {
    expect(run.epochs.map(({ epoch, loss }) => [epoch, loss])).toEqual(
      [1, 2, 3, 4].map((epoch) => [epoch, fakeMetrics(rates[index]!, epoch).loss]),
    );
  }
  expect(runs[1]!.attempt).toBe(2);
  expect(runs[1]!.events.map(({ kind }) => kind)).toContain('RESUMED');
  expect(runs[1]!.events.find(({ kind }) => kind === 'FAILED')!.message).toMatch(/killed \(SIGKILL\)/);
});

test('a worker that is killed between a checkpoint and its report takes no step with it', async () => {
  const id = await create({
    epochs: 4,
    batchSize: 20,
    contenders: [contender(MISHAP.killsWorkerAtCheckpoint)],
  });
  const { status, runs } = await ended(id);
  expect(status).toBe('FINISHED');
  expect(runs[0]!.attempt).toBe(2);
  const { run } = await service.ask<{ run: { stepSeries: Series[] } }>(
    `query ($id: ID!) { run(id: $id) {
      stepSeries(metrics: [LOSS, GRADIENT_NORM]) { steps values nonFinite { step kind } }
    } }`,
    { id: runs[0]!.id },
  );
  const steps = Array.from({ length: 12 }, (_, index) => index + 1);
  expect(run.stepSeries).toEqual([
    {
      steps,
      values: steps.map((step) => fakeStepLoss(MISHAP.killsWorkerAtCheckpoint, step)),
      nonFinite: [],
    },
    {
      steps,
      values: steps.map((step) => (step % 3 === 2 ? null : step % 3 || 3)),
      nonFinite: [2, 5, 8, 11].map((step) => ({ step, kind: 'POS_INF' })),
    },
  ]);
});

test('a target that is reached and what the trainer finds are events of the run, with their numbers', async () => {
  const id = await create({ epochs: 3, batchSize: 5, contenders: [contender(MISHAP.notices)] });
  const { runs } = await ended(id);
  expect(runs[0]!.status).toBe('FINISHED');
  const { run } = await service.ask<{ run: { events: { kind: string }[] } }>(
    'query ($id: ID!) { run(id: $id) { events { kind epoch numbers { name value } } } }',
    { id: runs[0]!.id },
  );
  const noticed = run.events.filter(({ kind }) => kind === 'TARGET' || kind === 'SAWTOOTH');
  expect(noticed).toMatchObject([
    { kind: 'TARGET', epoch: 2, numbers: expect.arrayContaining([{ name: 'valAccuracy', value: 0.5 }]) },
    {
      kind: 'SAWTOOTH',
      epoch: 2,
      numbers: expect.arrayContaining([
        { name: 'period', value: 7.5 },
        { name: 'suggestedLearningRate', value: 0.02 },
      ]),
    },
  ]);
});

test('a run that takes its worker down again and again is given up with the reason; the others finish', async () => {
  const rates = [0.1, MISHAP.killsWorker, 0.3];
  const id = await create({ epochs: 3, batchSize: 20, contenders: rates.map(contender) });
  const { status, runs } = await ended(id);
  expect(status).toBe('FINISHED');
  expect(runs.map((run) => run.status)).toEqual(['FINISHED', 'FAILED', 'FINISHED']);
  // Its first attempt brought epoch 1, which counts as getting on; three more brought nothing new.
  expect(runs[1]).toMatchObject({ lastEpoch: 1 });
  expect(runs[1]!.reason).toMatch(/killed \(SIGKILL\).*memory.*last of 3 attempts/);
});

test('a run that always throws is given up after three attempts, with what it said', async () => {
  const id = await create({ epochs: 3, batchSize: 5, contenders: [MISHAP.throws, 0.2].map(contender) });
  const { runs } = await ended(id);
  expect(runs[0]).toMatchObject({ status: 'FAILED', attempt: 3 });
  expect(runs[0]!.reason).toMatch(/^This data set cannot be read\. \(The last of 3 attempts/);
  expect(runs[1]).toMatchObject({ status: 'FINISHED', attempt: 1 });
});

test('a run whose data or weights cannot be used fails at once: another attempt would end the same', async () => {
  const id = await create({ epochs: 3, batchSize: 5, contenders: [contender(MISHAP.throwsForGood)] });
  const { status, runs } = await ended(id);
  expect(status).toBe('FAILED');
  expect(runs[0]).toMatchObject({ status: 'FAILED', attempt: 1, reason: 'This data set has no classes.' });
});

test('a run that measures an epoch otherwise than its attempt before fails rather than mixing two curves', async () => {
  const id = await create({ epochs: 3, batchSize: 5, contenders: [contender(MISHAP.changes)] });
  const { runs } = await ended(id);
  expect(runs[0]).toMatchObject({ status: 'FAILED', attempt: 2, lastEpoch: 1 });
  expect(runs[0]!.reason).toMatch(/^Epoch 1, measured again in attempt 2, came out otherwise/);
  expect(runs[0]!.epochs.map(({ loss }) => loss)).toEqual([fakeMetrics(MISHAP.changes, 1).loss]);
  await expect.poll(() => service.dispatcher.running).toBe(0);
});

test('a run that diverges ends as a result, and NaN and infinity keep their kind from the worker to the answer', async () => {
  const id = await create({ epochs: 3, batchSize: 5, contenders: [contender(MISHAP.diverges)] });
  const { status, runs } = await ended(id);
  expect(status).toBe('FINISHED');
  expect(runs[0]).toMatchObject({ status: 'DIVERGED', reason: 'The loss became NaN in epoch 2, step 1.' });
  expect(runs[0]!.epochs).toEqual([
    {
      epoch: 1,
      loss: 99,
      nonFinite: [
        { metric: 'ACCURACY', kind: 'NAN' },
        { metric: 'VAL_LOSS', kind: 'POS_INF' },
      ],
    },
  ]);
});

test('a comparison that is cancelled stops its workers; what it had by then stays', async () => {
  const id = await create({ epochs: 10_000, batchSize: 20, contenders: [0.1, 0.2].map(contender) });
  const patient = { timeout: 50_000 };
  await expect.poll(async () => (await read(id)).runs[1]!.lastEpoch, patient).toBeGreaterThan(0);
  await service.ask('mutation ($id: ID!) { cancelExperiment(id: $id) { ... on Experiment { status } } }', {
    id,
  });
  const { status, runs } = await read(id);
  expect(status).toBe('CANCELLED');
  await expect.poll(() => service.dispatcher.running, patient).toBe(0);
  const after = await read(id);
  expect(after.runs.map(({ lastEpoch }) => lastEpoch)).toEqual(runs.map(({ lastEpoch }) => lastEpoch));
  expect(runs[0]!.epochs).toHaveLength(runs[0]!.lastEpoch);
});

test('a run that is paused leaves its worker, waits, and goes on to the last epoch when it is resumed', async () => {
  const patient = { timeout: 50_000 };
  const id = await create({ epochs: 12, batchSize: 30, contenders: [0.1, 0.2].map(contender) });
  await expect.poll(async () => (await read(id)).runs[0]!.lastEpoch, patient).toBeGreaterThan(1);
  const [run, other] = (await read(id)).runs;
  await service.ask('mutation ($id: ID!) { pauseRun(id: $id) { __typename } }', { id: run!.id });
  const paused = (await read(id)).runs[0]!;
  expect(paused.status).toBe('PAUSED');
  await expect.poll(async () => (await read(id)).runs[1]!.status, patient).toBe('FINISHED');
  await expect.poll(() => service.dispatcher.running, patient).toBe(0);
  expect((await read(id)).status).toBe('PAUSED');
  expect((await read(id)).runs[0]).toMatchObject({
    status: 'PAUSED',
    lastEpoch: paused.lastEpoch,
    attempt: 1,
  });

  await service.ask('mutation ($id: ID!) { resumeExperiment(id: $id) { __typename } }', { id });
  const { runs } = await ended(id);
  expect(runs[0]).toMatchObject({ status: 'FINISHED', attempt: 2, lastEpoch: 12 });
  expect(runs[0]!.epochs.map(({ epoch, loss }) => [epoch, loss])).toEqual(
    Array.from({ length: 12 }, (_, index) => [index + 1, fakeMetrics(0.1, index + 1).loss]),
  );
  expect(runs[0]!.events.map(({ kind }) => kind).filter((kind) => kind !== 'CHECKPOINT')).toEqual([
    'STARTED',
    'PAUSED',
    'RESUMED',
    'FINISHED',
  ]);
  expect(runs[1]).toMatchObject({ id: other!.id, attempt: 1 });
});

test('runs that are given more epochs go on from their checkpoints, also those that are under way', async () => {
  const patient = { timeout: 50_000 };
  const id = await create({ epochs: 10, batchSize: 30, contenders: [0.1].map(contender) });
  const extend = async (epochs: number) =>
    service.ask(
      'mutation ($id: ID!, $epochs: Int) { extendExperiment(id: $id, epochs: $epochs) { __typename } }',
      { id, epochs },
    );
  await expect.poll(async () => (await read(id)).runs[0]!.lastEpoch, patient).toBeGreaterThan(0);
  await extend(12);
  await expect.poll(async () => (await read(id)).runs[0]!.status, patient).toBe('FINISHED');
  expect((await read(id)).runs[0]).toMatchObject({ attempt: 2, lastEpoch: 12 });
  await extend(14);
  const { runs } = await ended(id);
  expect(runs[0]).toMatchObject({ status: 'FINISHED', attempt: 3, lastEpoch: 14 });
  expect(runs[0]!.epochs.map(({ epoch, loss }) => [epoch, loss])).toEqual(
    Array.from({ length: 14 }, (_, index) => [index + 1, fakeMetrics(0.1, index + 1).loss]),
  );
  expect(runs[0]!.events.filter(({ kind }) => kind === 'RESUMED')).toHaveLength(2);
});

test('more contenders than fit wait their turn and all finish', async () => {
  const rates = Array.from({ length: 15 }, (_, index) => 0.01 * (index + 1));
  const id = await create({ epochs: 1, batchSize: 5, contenders: rates.map(contender) });
  const { runs } = await ended(id);
  expect(runs.map(({ status }) => status)).toEqual(rates.map(() => 'FINISHED'));
});

test('whatever the number of workers, six contenders fit at once and each worker takes as many as the others', () => {
  expect([1, 2, 3, 4, 6, 16].map(capacityOf)).toEqual([6, 6, 6, 8, 6, 16]);
});
