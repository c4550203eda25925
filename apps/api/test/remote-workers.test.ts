import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NO_POSTGRES, startPostgres, type TestPostgres } from '@optiscope/schema/test-postgres';
import { afterAll, afterEach, beforeAll, expect, type TestContext, test } from 'vitest';
import { fakeMetrics, MISHAP } from './fake-train.ts';
import { runToEnd, type ServerProcess, startServer } from './server-process.ts';
import { REAL_WORKER, startWorkerProgram, type WorkerProgram } from './worker-process.ts';

const PATIENT = { timeout: 50_000 };

let directory: string;
let postgres: TestPostgres | null = null;
let server: ServerProcess | null = null;
let workers: WorkerProgram[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'optiscope-workers-'));
  postgres = await startPostgres();
  // It leaves all runs to workers.
  if (postgres !== null) server = await startServer({ ...onPostgres('server'), WORKERS: '0' });
});
afterEach(async () => {
  for (const worker of workers) await worker.end('SIGKILL');
  workers = [];
});
afterAll(async () => {
  await server?.end('SIGTERM');
  await postgres?.stop();
  await rm(directory, { recursive: true, force: true });
});

function onPostgres(name: string): Record<string, string> {
  return { DATABASE_URL: postgres?.url ?? '', DATA_DIR: join(directory, name) };
}

function asked(context: TestContext): ServerProcess {
  return server ?? context.skip(NO_POSTGRES);
}

async function start(name: string, settings: Record<string, string> = {}): Promise<WorkerProgram> {
  const worker = await startWorkerProgram({ ...onPostgres(name), ...settings });
  workers.push(worker);
  return worker;
}

interface Run {
  id: string;
  status: string;
  reason: string | null;
  attempt: number;
  lastEpoch: number;
  worker: { pid: number; labels: string[]; status: string } | null;
  waitsFor: { reason: string } | null;
  epochs: { epoch: number; loss: number }[];
  events: { kind: string }[];
}

async function create(context: TestContext, rates: number[], input: object = {}): Promise<string> {
  const contenders = rates.map((learningRate) => ({ optimizer: 'sgd', learningRate }));
  const { createExperiment: made } = await asked(context).ask<{ createExperiment: { id: string } }>(
    'mutation ($input: CreateExperimentInput!) { createExperiment(input: $input) { ... on Experiment { id } } }',
    { input: { epochs: 3, batchSize: 20, contenders, ...input } },
  );
  return made.id;
}

async function runsOf(context: TestContext, id: string): Promise<Run[]> {
  const { experiment } = await asked(context).ask<{ experiment: { runs: Run[] } }>(
    `query ($id: ID!) { experiment(id: $id) { runs {
      id status reason attempt lastEpoch worker { pid labels status } waitsFor { reason }
      epochs { epoch loss } events { kind }
    } } }`,
    { id },
  );
  return experiment.runs;
}

async function statuses(context: TestContext, ...ids: string[]): Promise<string[]> {
  const runs = await Promise.all(ids.map((id) => runsOf(context, id)));
  return runs.map((of) => of.map(({ status }) => status[0]).join(''));
}

async function cancel(context: TestContext, id: string): Promise<void> {
  await asked(context).ask('mutation ($id: ID!) { cancelExperiment(id: $id) { __typename } }', { id });
}

test('a comparison that asks for a label is trained by the worker that has it, and says meanwhile what it waits for', async (context) => {
  const id = await create(context, [0.1, 0.2], { workerLabels: ['gpu'] });
  expect((await runsOf(context, id)).map(({ waitsFor }) => waitsFor?.reason)).toEqual([
    'NO_WORKER',
    'NO_WORKER',
  ]);
  const [plain, gpu] = [await start('plain'), await start('gpu', { LABELS: 'gpu,big', HEALTH_PORT: '0' })];
  const other = await create(context, [0.3]);
  await expect.poll(() => statuses(context, id, other), PATIENT).toEqual(['FF', 'F']);
  for (const run of await runsOf(context, id)) {
    expect(run).toMatchObject({ attempt: 1, worker: { pid: gpu.child.pid, labels: ['big', 'gpu'] } });
  }
  expect((await fetch(`${gpu.probes}/ready`)).status).toBe(200);
  expect(await (await fetch(`${gpu.probes}/metrics`)).text()).toContain('optiscope_database_up 1\n');
  const { workers: told } = await asked(context).ask<{ workers: { pid: number; status: string }[] }>(
    '{ workers(onlyThere: true) { pid status concurrency } }',
  );
  expect(told).toEqual([
    { pid: gpu.child.pid, status: 'ALIVE', concurrency: 6 },
    { pid: plain.child.pid, status: 'ALIVE', concurrency: 6 },
  ]);
});

test('three comparisons share a worker equally; one of higher priority is next; what a killed worker had goes on elsewhere', async (context) => {
  const endless = { epochs: 10_000 };
  const [a, b, c] = [
    await create(context, [0.1, 0.2, 0.3], endless),
    await create(context, [0.4, 0.5, 0.6], endless),
    await create(context, [0.7], endless),
  ];
  const first = await start('shared', { CONCURRENCY: '3' });
  await expect.poll(() => statuses(context, a, b, c), PATIENT).toEqual(['RQQ', 'RQQ', 'R']);
  const urgent = await create(context, [0.8], { ...endless, priority: 1 });
  await cancel(context, c);
  await expect.poll(() => statuses(context, a, b, urgent), PATIENT).toEqual(['RQQ', 'RQQ', 'R']);
  await expect.poll(async () => (await runsOf(context, urgent))[0]!.lastEpoch, PATIENT).toBeGreaterThan(0);

  await first.end('SIGKILL');
  const second = await start('shared', { CONCURRENCY: '3' });
  await expect
    .poll(async () => (await runsOf(context, urgent))[0], PATIENT)
    .toMatchObject({ status: 'RUNNING', attempt: 2, worker: { pid: second.child.pid } });
  await expect
    .poll(async () => (await runsOf(context, urgent))[0]!.events.map(({ kind }) => kind), PATIENT)
    .toContain('RESUMED');

  // Told to stop, it puts all back, with checkpoints, and says that it left.
  expect(await second.end('SIGTERM')).toBe(0);
  expect(await statuses(context, a, b, urgent)).toEqual(['QQQ', 'QQQ', 'Q']);
  const [run] = await runsOf(context, urgent);
  expect(run).toMatchObject({ worker: { status: 'STOPPED' } });
  expect(run!.epochs).toEqual(
    Array.from({ length: run!.lastEpoch }, (_, index) => ({
      epoch: index + 1,
      loss: fakeMetrics(0.8, index + 1).loss,
    })),
  );
  for (const id of [a, b, urgent]) await cancel(context, id);
});

test('a run that needs more memory than its worker may take fails with the reason; the others finish', async (context) => {
  const id = await create(context, [MISHAP.eatsMemory, 0.1, 0.2]);
  await start('small', { MAX_MEMORY: '600M', CONCURRENCY: '2' });
  await expect.poll(() => statuses(context, id), PATIENT).toEqual(['FFF']);
  const [greedy, ...others] = await runsOf(context, id);
  expect(greedy).toMatchObject({ status: 'FAILED' });
  expect(greedy!.reason).toMatch(/took \d+ MiB of memory.*600 MiB in all.*last of 3 attempts/);
  expect(others.map(({ status }) => status)).toEqual(['FINISHED', 'FINISHED']);
});

test('a worker that is told to drain trains on what it has, and takes no more', async (context) => {
  const id = await create(context, [0.1], { epochs: 10_000 });
  const worker = await start('drained', { HEALTH_PORT: '0' });
  await expect.poll(() => statuses(context, id), PATIENT).toEqual(['R']);
  const { ask } = asked(context);
  const { workers: there } = await ask<{ workers: { id: string }[] }>('{ workers(onlyThere: true) { id } }');
  const drain =
    'mutation ($id: ID!, $drain: Boolean!) { drainWorker(id: $id, drain: $drain) { ... on Worker { status } } }';
  const told = await ask(drain, { id: there[0]!.id, drain: true });
  expect(told).toEqual({ drainWorker: { status: 'DRAINING' } });
  await expect
    .poll(async () => await (await fetch(`${worker.probes}/ready`)).json(), PATIENT)
    .toEqual({ ready: true, reasons: [], hindrances: ['It was told to take no more runs (drainWorker).'] });
  const next = await create(context, [0.2]);
  const [run] = await runsOf(context, id);
  await expect
    .poll(async () => (await runsOf(context, id))[0]!.lastEpoch, PATIENT)
    .toBeGreaterThan(run!.lastEpoch + 3);
  expect(await statuses(context, id, next)).toEqual(['R', 'Q']);
  await ask(drain, { id: there[0]!.id, drain: false });
  await expect.poll(() => statuses(context, id, next), PATIENT).toEqual(['R', 'F']);
  await cancel(context, id);
});

test('a worker without a database, without a server that made its tables, or with settings that are none says what it needs', async (context) => {
  asked(context);
  const program = REAL_WORKER;
  const without = await runToEnd({ DATABASE_URL: '' }, { program });
  expect(without).toMatchObject({
    status: 2,
    said: expect.stringContaining('DATABASE_URL is not set; wanted'),
  });
  const wrong = await runToEnd(onPostgres('x'), {
    program,
    args: ['--labels', 'a b', '--max-memory=3', '--concurrency', '0'],
  });
  expect(wrong.status).toBe(2);
  for (const name of ['LABELS is "a b"', 'MAX_MEMORY is "3"', 'CONCURRENCY is "0"']) {
    expect(wrong.said).toContain(`${name}; wanted `);
  }
  const empty = (postgres?.url ?? '').replace(/\/postgres$/, '/template1');
  const unmade = await runToEnd({ ...onPostgres('x'), DATABASE_URL: empty }, { program });
  expect(unmade).toMatchObject({
    status: 1,
    said: expect.stringContaining('has not the tables of this version'),
  });
});
