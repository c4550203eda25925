import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fakeMetrics, MISHAP } from '../../../apps/api/test/fake-train.ts';
import { type ServerProcess, startServer } from '../../../apps/api/test/server-process.ts';
import {
  accepted,
  ConnectionError,
  createClient,
  isRefusal,
  operation,
  operations,
  RefusedError,
  RequestError,
  type StreamState,
} from '../src/index.ts';

let directory: string;
let server: ServerProcess;
/** The server's port is its own over all restarts. */
let port = '0';

async function start(): Promise<void> {
  server = await startServer({ DATA_DIR: directory, PORT: port });
  port = new URL(server.url).port;
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'optiscope-client-'));
  await start();
});
afterAll(async () => {
  await server?.end('SIGKILL');
  await rm(directory, { recursive: true, force: true });
});

test('an experiment is made once for a key, and followed to its end over the death of its server: each epoch once', async () => {
  const client = createClient({ url: server.url, retrySeconds: 120 });
  const input = {
    idempotencyKey: 'once',
    epochs: 25,
    batchSize: 10,
    contenders: [
      { optimizer: 'sgd', learningRate: 0.1 },
      { optimizer: 'adam', learningRate: 0.2 },
    ],
  };
  const make = async () =>
    accepted((await client.request(operations.CreateExperiment, { input })).createExperiment);
  const made = await make();
  expect((await make()).id).toBe(made.id);

  const heard = new Map<string, number[]>(made.runs.map(({ id }) => [id, []]));
  const leaving = new AbortController();
  const everywhere = client.everything({ types: ['EPOCHS', 'EXPERIMENTS'], signal: leaving.signal });
  const first = await everywhere.next(); // nothing but a cursor, which holds from here on
  expect(first.value).toMatchObject({ cursor: expect.any(String), runs: [], events: [] });
  const elsewhere: number[] = [];
  const followedEverywhere = (async () => {
    for await (const { epochs, experiments } of everywhere) {
      elsewhere.push(...epochs.filter(({ runId }) => runId === made.runs[0]!.id).map(({ epoch }) => epoch));
      if (experiments.some(({ id, status }) => id === made.id && status === 'FINISHED')) return;
    }
  })();
  const states: StreamState['kind'][] = [];
  let restarted: Promise<void> | null = null;
  let last = 0;
  for await (const { cursor, epochs } of client.changes(made.id, {
    onState: ({ kind }) => states.push(kind),
  })) {
    expect(cursor).toBeGreaterThan(last);
    last = cursor;
    for (const { runId, epoch } of epochs) heard.get(runId)?.push(epoch);
    if (epochs.length > 0 && restarted === null) restarted = server.end('SIGKILL').then(start);
  }
  await restarted;
  const all = Array.from({ length: 25 }, (_, index) => index + 1);
  expect([...heard.values()]).toEqual([all, all]);
  await followedEverywhere;
  expect(elsewhere).toEqual(all.slice(all.length - elsewhere.length)); // it began a little later
  expect(elsewhere.length).toBeGreaterThan(10);
  leaving.abort();
  expect(states[0]).toBe('live');
  expect(states).toContain('waiting');
  expect(states.at(-1)).toBe('live');

  const { experiment } = await client.request(operations.ExperimentSeries, {
    id: made.id,
    metrics: ['LOSS'],
  });
  expect(experiment?.runs.map(({ series }) => series[0]?.values)).toEqual(
    [0.1, 0.2].map((rate) => all.map((epoch) => fakeMetrics(rate, epoch).loss)),
  );
  const later: number[] = [];
  for await (const { epoch } of client.epochs(made.runs[0]!.id, { after: 22 })) later.push(epoch);
  expect(later).toEqual([23, 24, 25]);
}, 180_000);

test('a number that JSON cannot carry keeps its kind', async () => {
  const client = createClient({ url: server.url });
  const contenders = [{ optimizer: 'sgd', learningRate: MISHAP.diverges }];
  const { createExperiment } = await client.request(operations.CreateExperiment, {
    input: { epochs: 3, batchSize: 1, contenders },
  });
  const [run] = accepted(createExperiment).runs;
  for await (const { valLoss, nonFinite } of client.epochs(run!.id)) {
    expect(valLoss).toBeNull();
    expect(nonFinite).toContainEqual({ metric: 'VAL_LOSS', kind: 'POS_INF' });
  }
  const { run: found } = await client.request(operations.RunSeries, { id: run!.id, metrics: ['VAL_LOSS'] });
  expect(found?.series).toEqual([
    { metric: 'VAL_LOSS', epochs: [1], values: [null], nonFinite: [{ epoch: 1, kind: 'POS_INF' }] },
  ]);
});

test('a refusal is an answer with its problems, and an error for who wants one', async () => {
  const client = createClient({ url: server.url });
  const { createExperiment: answer } = await client.request(operations.CreateExperiment, {
    input: { epochs: 0, contenders: [{ optimizer: 'sgdd' }] },
  });
  if (!isRefusal(answer)) throw new Error('it was accepted');
  expect(answer.problems.map(({ field }) => field)).toEqual(['contenders.0.optimizer', 'epochs']);
  expect(() => accepted(answer)).toThrow(RefusedError);
  const { pauseExperiment: paused } = await client.request(operations.PauseExperiment, { id: 'none' });
  expect(paused).toMatchObject({ __typename: 'NotFound', code: 'NOT_FOUND' });
});

test('what another try would not mend is thrown with its code, also by a stream', async () => {
  const client = createClient({ url: server.url, retrySeconds: 120 });
  const wrong = await client.request(operation('{ nobody }')).catch((error: unknown) => error);
  expect(wrong).toBeInstanceOf(RequestError);
  expect(wrong).toMatchObject({ status: 400, code: 'GRAPHQL_VALIDATION_FAILED' });
  const stream = client.changes('00000000-0000-7000-8000-000000000000');
  await expect(stream.next()).rejects.toMatchObject({ name: 'RequestError', code: 'NOT_FOUND' });
  const tree = { kind: 'Document', definitions: [] };
  await expect(client.request(tree)).rejects.toThrow('wanted its text');
  expect(() => createClient({ url: 'localhost:3000' })).toThrow('http://');
});

test('a server that is away is asked again for as long as was wanted', async () => {
  await server.end('SIGTERM');
  const patient = createClient({ url: server.url, retrySeconds: 120 });
  const hasty = createClient({ url: server.url });
  await expect(hasty.request(operations.Server)).rejects.toThrow(ConnectionError);
  const asked = patient.request(operations.Server);
  await start();
  expect((await asked).server.version).toBe('test');
});

test('a token goes with every request, and an aborted stream is over at once', async () => {
  const sent: (string | null)[] = [];
  const listening: typeof fetch = (url, init) => {
    sent.push(new Headers(init?.headers).get('authorization'));
    return fetch(url, init);
  };
  const make = operation<{ createApiToken: { secret: string } }>(
    'mutation { createApiToken(name: "script", role: EDITOR) { ... on ApiTokenMade { secret } } }',
  );
  const { secret } = (await createClient({ url: server.url }).request(make)).createApiToken;
  const wrong = createClient({ url: server.url, token: 'opt_wrong' });
  await expect(wrong.request(operations.Optimizers)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  const client = createClient({ url: server.url, token: async () => secret, fetch: listening });
  const { createExperiment } = await client.request(operations.CreateExperiment, {
    input: { epochs: 1000, batchSize: 50, contenders: [{ optimizer: 'sgd', learningRate: 0.1 }] },
  });
  const { id } = accepted(createExperiment);
  const controller = new AbortController();
  const follow = async (): Promise<void> => {
    for await (const { epochs } of client.changes(id, { signal: controller.signal })) {
      if (epochs.length > 0) controller.abort(new Error('seen enough'));
    }
  };
  await expect(follow()).rejects.toThrow('seen enough');
  expect(sent).toEqual([`Bearer ${secret}`, `Bearer ${secret}`]);
  const watching = async (): Promise<string | undefined> =>
    (await (await fetch(`${server.url}/metrics`)).text()).match(/optiscope_subscriptions (\d+)/)?.[1];
  await expect.poll(watching, { timeout: 10_000 }).toBe('0');
  await client.request(operations.CancelExperiment, { id });
});
