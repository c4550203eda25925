import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { fakeMetrics } from '../../apps/api/test/fake-train.ts';
import type { ServerProcess } from '../../apps/api/test/server-process.ts';

const CREATE =
  'mutation ($input: CreateExperimentInput!) { createExperiment(input: $input) { __typename ... on Experiment { id runs { id contender { learningRate } } } } }';
const EPOCHS =
  'query ($id: ID!) { experiment(id: $id) { runs { id status reason attempt epochs { epoch loss valAccuracy } } } }';
const LONGEST_MILLISECONDS = 120_000;

export interface Made {
  readonly id: string;
  readonly runs: readonly { readonly id: string; readonly contender: { readonly learningRate: number } }[];
}

export interface Epoch {
  readonly epoch: number;
  readonly loss: number | null;
  readonly valAccuracy: number | null;
}

export interface RunRead {
  readonly id: string;
  readonly status: string;
  readonly reason: string | null;
  /** How many attempts there were. */
  readonly attempt: number;
  readonly epochs: readonly Epoch[];
}

interface Wanted {
  readonly epochs: number;
  readonly key?: string;
  readonly stepMilliseconds?: number;
}

/** Starts a comparison; an epoch of a contender takes three steps of so many milliseconds. */
export async function create(
  server: ServerProcess,
  { contenders, ...wanted }: Wanted & { readonly contenders: number },
): Promise<Made> {
  const rates = Array.from({ length: contenders }, (_, index) => (index + 1) / 8);
  return await createWithRates(server, { ...wanted, rates });
}

/** The same with learning rates of choice; some stand for mishaps. */
export async function createWithRates(
  server: ServerProcess,
  {
    epochs,
    key = randomUUID(),
    stepMilliseconds = 20,
    rates,
  }: Wanted & { readonly rates: readonly number[] },
): Promise<Made> {
  const { createExperiment } = await server.ask<{ createExperiment: Made & { __typename: string } }>(CREATE, {
    input: {
      epochs,
      batchSize: stepMilliseconds,
      idempotencyKey: key,
      contenders: rates.map((learningRate) => ({ optimizer: 'sgd', learningRate })),
    },
  });
  if (createExperiment.__typename !== 'Experiment')
    throw new Error(`an experiment was answered with ${createExperiment.__typename}`);
  return createExperiment;
}

export async function readRuns(server: ServerProcess, id: string): Promise<RunRead[]> {
  const { experiment } = await server.ask<{ experiment: { runs: RunRead[] } }>(EPOCHS, { id });
  return experiment.runs;
}

/** Waits until the server works again after its database was away. */
export async function answering(server: ServerProcess): Promise<void> {
  const until = performance.now() + LONGEST_MILLISECONDS;
  for (;;) {
    const why = await fetch(`${server.url}/ready`).then(
      async (answer) => (answer.ok ? null : await answer.text()),
      String,
    );
    if (why === null) {
      // What was told of the database half a second ago may still be told of it to others.
      const answers = await server.ask('{ __typename }').then(
        () => true,
        () => false,
      );
      if (answers) return;
    }
    const { exitCode, signalCode } = server.child;
    if (exitCode !== null || signalCode !== null)
      throw new Error(`the server ended with ${signalCode ?? `status ${exitCode}`}`);
    if (performance.now() > until)
      throw new Error(`the server was not ready again after ${LONGEST_MILLISECONDS / 1000} s: ${why}`);
    await sleep(50);
  }
}

/** Waits until every run has ended; however long that takes, as long as they get on. */
export async function ended(server: ServerProcess, id: string): Promise<RunRead[]> {
  let until = performance.now() + LONGEST_MILLISECONDS;
  for (let before = 0; ; ) {
    const runs = await readRuns(server, id);
    if (runs.every(({ status }) => status !== 'QUEUED' && status !== 'RUNNING')) return runs;
    const epochs = runs.reduce((sum, run) => sum + run.epochs.length, 0);
    if (epochs > before) until = performance.now() + LONGEST_MILLISECONDS;
    before = epochs;
    if (performance.now() > until)
      throw new Error(`experiment ${id} has not got on for ${LONGEST_MILLISECONDS / 1000} s`);
    await sleep(200);
  }
}

/** Every epoch that the runs must have, with its numbers: those of training without a fault. */
export function wantedEpochs(made: Made, epochs: number): Map<string, Epoch> {
  const wanted = new Map<string, Epoch>();
  for (const { id, contender } of made.runs) {
    for (let epoch = 1; epoch <= epochs; epoch++) {
      const { loss, valAccuracy } = fakeMetrics(contender.learningRate, epoch);
      wanted.set(`${id} ${epoch}`, { epoch, loss, valAccuracy });
    }
  }
  return wanted;
}

export function foundEpochs(runs: readonly RunRead[]): [string, Epoch][] {
  return runs.flatMap(({ id, epochs }) => epochs.map((row): [string, Epoch] => [`${id} ${row.epoch}`, row]));
}
