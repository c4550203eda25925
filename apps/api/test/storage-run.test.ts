import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BEST, RunConfig, readNamedCheckpoint } from '@optiscope/trainer';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { StorageSettings } from '../src/storage/storage-place.ts';
import type { Report, RunOrder } from '../src/worker/messages.ts';
import { OrderedWorker } from './ordered-worker.ts';
import { type StorageServer, startStorageServer } from './storage-server.ts';

const EPOCHS = 5;
const CONFIG = RunConfig.parse({
  data: { kind: 'sample' },
  weights: { kind: 'sample' },
  alpha: 0.35,
  inputSize: 96,
  epochs: EPOCHS,
  optimizer: { name: 'adam' },
});

let root: string;
let server: StorageServer;
/** Of one that nothing happens to; it stays for the next test. */
let whole: ReturnType<typeof machine>;
const workers: OrderedWorker[] = [];

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'optiscope-stored-'));
  server = await startStorageServer();
  whole = machine('whole');
});

afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.kill()));
  await server.close();
  await rm(root, { recursive: true, force: true });
});

/** A machine: a worker process and a data directory. */
function machine(name: string): {
  worker: OrderedWorker;
  directory: string;
  order: (runId: string, token: number, storage?: StorageSettings | null) => Omit<RunOrder, 'type'>;
} {
  const worker = new OrderedWorker();
  workers.push(worker);
  const directory = join(root, name);
  return {
    worker,
    directory,
    order: (runId, token, storage = server.settings) => ({
      runId,
      token,
      config: CONFIG,
      engine: 'onnx',
      storage,
      cacheDirectory: join(directory, 'cache'),
      checkpointDirectory: join(directory, 'checkpoints', runId),
    }),
  };
}

/** What came out: each epoch's metrics, and each step's numbers, without times. */
function numbersOf(reports: readonly Report[]) {
  const epochs = new Map<number, unknown>();
  const steps = new Map<number, readonly unknown[]>();
  for (const report of reports) {
    if (report.kind === 'epoch') {
      const { trainSeconds, evaluationSeconds, ...numbers } = report.report.metrics;
      epochs.set(numbers.epoch, numbers);
    }
    for (const { firstStep, steps: count, values } of report.steps) {
      // The loss comes first; times come last.
      for (let step = 0; step < count; step++)
        steps.set(
          firstStep + step,
          [0, 1, 2].map((metric) => values[metric * count + step]),
        );
    }
  }
  return { epochs: [...epochs], steps: [...steps].sort(([a], [b]) => a - b) };
}

async function finalTensors(directory: string, runId: string) {
  const best = await readNamedCheckpoint(join(directory, 'checkpoints', runId), BEST);
  return [...best!.tensors].map(([name, { data }]) => [name, Buffer.from(data.buffer).toString('base64')]);
}

const isEpoch =
  (epoch: number) =>
  (report: Report): boolean =>
    report.kind === 'epoch' && report.report.metrics.epoch === epoch;

function startedOf(reports: readonly Report[]) {
  return reports.flatMap((report) => (report.kind === 'started' ? [report.event] : [])).at(-1)!;
}

test('a run whose machine is lost goes on on another from storage and ends with the same bits; so it does when the newest object there is torn', async () => {
  const runId = randomUUID();
  const undisturbed = whole.worker.run(whole.order(runId, 1, null));

  const lost = machine('lost');
  // Epoch 3 was told and never recorded: its steps are in a checkpoint, and nowhere else but in the journal with it.
  await lost.worker.run(lost.order(runId, 1), isEpoch(3));
  await lost.worker.kill();
  const told = lost.worker.reports.filter((report) => !isEpoch(3)(report));
  await rm(lost.directory, { recursive: true });
  await undisturbed;

  const next = machine('next');
  await next.worker.run(next.order(runId, 2), isEpoch(4));
  await next.worker.kill();
  expect(startedOf(next.worker.reports)).toMatchObject({ resumedAfterEpoch: 3, passedOver: { damaged: 0 } });
  // Features came as well: nothing was computed from images again.
  const setOf = async (directory: string) => await readdir(join(directory, 'cache', 'features', 'sets'));
  expect(await setOf(next.directory)).toEqual(await setOf(whole.directory));
  told.push(...next.worker.reports.filter((report) => !isEpoch(4)(report)));
  await rm(next.directory, { recursive: true });

  // Of the files in storage the largest epoch's is cut off.
  const manifests = (await server.store.list(`runs/${runId}/manifest-`)).map(({ name }) => name).toSorted();
  const { checkpoints } = JSON.parse(String(await server.store.get(manifests.at(-1)!)));
  const newest = checkpoints.find(({ name }: { name: string }) => name.startsWith('000004-'));
  const object = `runs/${runId}/files/${newest.sha256}`;
  await server.store.put(object, (await server.store.get(object))!.subarray(0, 1_000));

  const last = machine('last');
  await last.worker.run(last.order(runId, 3));
  expect(startedOf(last.worker.reports)).toMatchObject({ resumedAfterEpoch: 3, passedOver: { foreign: 0 } });
  expect(startedOf(last.worker.reports).passedOver!.damaged).toBeGreaterThan(0);
  told.push(...last.worker.reports);

  expect(numbersOf(told)).toEqual(numbersOf(whole.worker.reports));
  expect(await finalTensors(last.directory, runId)).toEqual(await finalTensors(whole.directory, runId));

  // What is left in storage is what is left on the machine, and nothing of earlier attempts.
  const left = (await server.store.list(`runs/${runId}/`)).map(({ name }) => name);
  expect(left.filter((name) => name.includes('manifest-'))).toHaveLength(1);
  const here = await readdir(join(last.directory, 'checkpoints', runId));
  expect(here.filter((name) => name.endsWith('.checkpoint')).length).toBeGreaterThanOrEqual(left.length - 1);
}, 120_000);

test('a run goes on while its storage is away, says so, and has its checkpoints there when it is back', async () => {
  const runId = randomUUID();
  const { worker, order, directory } = whole;
  let stopped: Promise<void> | null = null;
  let epochsWhileAway = 0;
  await worker.run(order(runId, 1), (report) => {
    if (isEpoch(2)(report)) stopped = server.stop();
    if (report.kind === 'epoch' && worker.away.length > 0) epochsWhileAway++;
    return isEpoch(4)(report);
  });
  await stopped;
  expect(epochsWhileAway).toBeGreaterThan(0);
  expect(worker.away).toEqual([expect.stringContaining('cannot be reached')]);
  await server.start();
  await expect.poll(() => worker.away.at(-1), { timeout: 60_000 }).toBeNull();
  const manifest = `runs/${runId}/manifest-000000001.json`;
  const { checkpoints } = JSON.parse(String(await server.store.get(manifest)));
  for (const { name, bytes } of checkpoints) {
    expect(await readFile(join(directory, 'checkpoints', runId, name))).toHaveLength(bytes);
  }
  await worker.kill();
}, 120_000);
