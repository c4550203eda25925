import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { REAL, type ServerProcess, startServer } from './server-process.ts';

let directory: string;
let server: ServerProcess;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'optiscope-trainer-'));
});

afterAll(async () => {
  await server?.end('SIGKILL');
  await rm(directory, { recursive: true, force: true });
});

async function start(): Promise<void> {
  server = await startServer({ DATA_DIR: directory }, { program: REAL, args: ['--api-only'] });
}

interface Run {
  status: string;
  reason: string | null;
  attempt: number;
  lastEpoch: number;
  trainImages: number;
  engine: { runtime: string; reason: string };
  epochs: { epoch: number; loss: number; valLoss: number }[];
  events: { kind: string }[];
  stepSeries: { metric: string; steps: number[]; values: number[] }[];
}

async function create(): Promise<string> {
  const { createExperiment } = await server.ask<{ createExperiment: { id: string } }>(
    `mutation { createExperiment(input: {
      epochs: 7, alpha: 0.5, inputSize: 96, contenders: [{ optimizer: "sgd" }, { optimizer: "adam" }]
    }) { ... on Experiment { id } } }`,
  );
  return createExperiment.id;
}

async function runsOf(id: string): Promise<Run[]> {
  const { experiment } = await server.ask<{ experiment: { runs: Run[] } }>(
    `query ($id: ID!) { experiment(id: $id) { runs {
      status reason attempt lastEpoch trainImages engine { runtime reason } epochs { epoch loss valLoss } events { kind }
      stepSeries(metrics: [LOSS, GRADIENT_NORM, LEARNING_RATE]) { metric steps values }
    } } }`,
    { id },
  );
  return experiment.runs;
}

async function finished(id: string): Promise<Run[]> {
  await expect
    .poll(async () => (await runsOf(id)).map(({ status }) => status), { timeout: 180_000, interval: 200 })
    .toEqual(['FINISHED', 'FINISHED']);
  return await runsOf(id);
}

test('a sample comparison that loses its server in mid-run ends, with its own checkpoints, as one that did not', async () => {
  await start();
  const id = await create();
  await expect
    .poll(async () => (await runsOf(id)).map(({ lastEpoch }) => lastEpoch >= 2), {
      timeout: 180_000,
      interval: 50,
    })
    .toEqual([true, true]);
  const shown = await runsOf(id);
  expect(shown.every(({ status }) => status === 'RUNNING')).toBe(true);
  await server.end('SIGKILL');

  await start();
  const interrupted = await finished(id);
  for (const [index, run] of interrupted.entries()) {
    expect(run.epochs.map(({ epoch }) => epoch)).toEqual(Array.from({ length: 7 }, (_, i) => i + 1));
    expect(run.epochs.slice(0, shown[index]!.epochs.length)).toEqual(shown[index]!.epochs);
    expect(run.events.map(({ kind }) => kind)).toContain('RESUMED');
    expect(run).toMatchObject({ attempt: 2, trainImages: 600, engine: { runtime: 'onnx' } });
  }
  const whole = await finished(await create());
  expect(interrupted.map(({ epochs }) => epochs)).toEqual(whole.map(({ epochs }) => epochs));
  expect(interrupted.map(({ stepSeries }) => stepSeries)).toEqual(whole.map(({ stepSeries }) => stepSeries));
  // 600 images in batches of 32
  expect(whole[0]!.stepSeries[0]!.steps).toEqual(Array.from({ length: 7 * 19 }, (_, i) => i + 1));
}, 300_000);
