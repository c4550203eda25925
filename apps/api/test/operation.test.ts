import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NO_POSTGRES, startPostgres } from '@optiscope/schema/test-postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fakeMetrics } from './fake-train.ts';
import { type ServerProcess, startServer } from './server-process.ts';

let directory: string;
const servers: ServerProcess[] = [];
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'optiscope-operation-'));
});
afterAll(async () => {
  for (const server of servers) await server.end('SIGKILL');
  await rm(directory, { recursive: true, force: true });
});

const CREATE =
  'mutation ($input: CreateExperimentInput!) { createExperiment(input: $input) { ... on Experiment { id } } }';
const input = (epochs: number): object => ({
  epochs,
  batchSize: 20,
  contenders: [
    { optimizer: 'sgd', learningRate: 0.1 },
    { optimizer: 'sgd', learningRate: 0.2 },
  ],
});

async function start(settings: Record<string, string>): Promise<ServerProcess> {
  const server = await startServer(settings);
  servers.push(server);
  return server;
}

test('a server tells that it is up, that it is ready, what it does in numbers, and with what', async () => {
  const server = await start({ DATA_DIR: join(directory, 'told') });
  await server.ask(CREATE, { input: input(10_000) });
  await expect
    .poll(
      async () =>
        (await (await fetch(`${server.url}/metrics`)).text()).match(/optiscope_epochs_recorded (\d+)/)?.[1] ??
        '0',
      { timeout: 20_000 },
    )
    .not.toBe('0');
  expect(await (await fetch(`${server.url}/health`)).json()).toEqual({ status: 'ok' });
  expect(await (await fetch(`${server.url}/ready`)).json()).toEqual({ ready: true, reasons: [] });
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  for (const line of [
    'optiscope_runs{status="RUNNING"} 2',
    'optiscope_runs{status="FAILED"} 0',
    'optiscope_queue_jobs{state="waiting"} 0',
    'optiscope_queue_jobs{state="active"} 2',
    'optiscope_runs_here 2',
    'optiscope_subscriptions 0',
    'optiscope_database_up 1',
    'optiscope_queue_oldest_seconds 0',
    'optiscope_attempts{outcome="UNDER_WAY"} 2',
    'optiscope_attempts{outcome="FAILED"} 0',
    'optiscope_workers{state="SILENT"} 0',
  ]) {
    expect(metrics).toContain(`${line}\n`);
  }
  expect(metrics).toMatch(
    /optiscope_http_request_seconds_count\{route="graphql",method="POST",status="200"\} 1\n/,
  );
  expect(metrics).toMatch(/nodejs_eventloop_lag_p99_seconds \d/);
  const foreign = await fetch(`${server.url}/metrics`, { headers: { origin: 'http://evil.example' } });
  expect(foreign.status).toBe(403);
  // A proxy of this machine asks for somebody else.
  const passedOn = await fetch(`${server.url}/metrics`, { headers: { 'x-forwarded-for': '203.0.113.7' } });
  expect(passedOn.status).toBe(403);

  const { server: told } = await server.ask<{ server: { state: Record<string, unknown> } }>(
    '{ server { state { queueLength workerProcesses { pid runs engines { runtime } } databaseBytes featureCacheBytes checkpointBytes } } }',
  );
  expect(told.state).toMatchObject({ queueLength: 0, featureCacheBytes: 0 });
  expect(told.state.databaseBytes).toBeGreaterThan(1e6);
  const processes = told.state.workerProcesses as { runs: number; engines: { runtime: string }[] }[];
  expect(processes.reduce((sum, { runs }) => sum + runs, 0)).toBe(2);
  expect(processes.flatMap(({ engines }) => engines)).toContainEqual({ runtime: 'fake' });
});

test('a database that is away: 503 with the reason, the workers wait, and afterwards nothing is lost', async (context) => {
  const postgres = await startPostgres();
  if (postgres === null) return context.skip(NO_POSTGRES);
  const { hostname, port } = new URL(postgres.url);
  const hole = await BlackHole.open(hostname, Number(port));
  const server = await start({
    DATABASE_URL: postgres.url.replace(`:${port}`, `:${hole.port}`),
    DATA_DIR: join(directory, 'away'),
  });
  const { createExperiment: made } = await server.ask<{ createExperiment: { id: string } }>(CREATE, {
    input: input(30),
  });
  const runs = async (): Promise<{ status: string; epochs: { epoch: number; loss: number }[] }[]> =>
    (
      await server.ask<{
        experiment: { runs: { status: string; epochs: { epoch: number; loss: number }[] }[] };
      }>('query ($id: ID!) { experiment(id: $id) { runs { status epochs { epoch loss } } } }', {
        id: made.id,
      })
    ).experiment.runs;
  await expect.poll(async () => (await runs())[0]!.epochs.length, { timeout: 20_000 }).toBeGreaterThan(1);

  hole.swallow(true);
  // Asked before anybody could know, and again: both are answered, though the database says nothing.
  for (let round = 0; round < 2; round++) {
    const answer = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ experiments { nodes { id } } }' }),
    });
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ errors: [{ extensions: { code: 'DATABASE_AWAY' } }] });
  }
  const ready = await fetch(`${server.url}/ready`);
  expect([ready.status, await ready.json()]).toEqual([
    503,
    { ready: false, reasons: ['the database does not answer'] },
  ]);
  expect((await fetch(`${server.url}/health`)).status).toBe(200);
  expect(await (await fetch(`${server.url}/metrics`)).text()).toContain('optiscope_database_up 0\n');

  hole.swallow(false);
  await expect.poll(async () => (await fetch(`${server.url}/ready`)).status, { timeout: 20_000 }).toBe(200);
  await expect
    .poll(async () => (await runs()).map(({ status }) => status), { timeout: 50_000 })
    .toEqual(['FINISHED', 'FINISHED']);
  for (const [index, { epochs }] of (await runs()).entries()) {
    expect(epochs).toEqual(
      Array.from({ length: 30 }, (_, i) => ({
        epoch: i + 1,
        loss: fakeMetrics(0.1 * (index + 1), i + 1).loss,
      })),
    );
  }
  expect(await server.end('SIGTERM')).toBe(0);
  await hole.close();
  await postgres.stop();
});

/** Passes connections on to a server; when it swallows, nothing arrives on either side, and nothing breaks. */
class BlackHole {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #swallows = false;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async open(host: string, port: number): Promise<BlackHole> {
    const hole: BlackHole = new BlackHole(
      createServer((inner) => {
        const outer = connect(port, host);
        for (const [from, to] of [
          [inner, outer],
          [outer, inner],
        ] as const) {
          hole.#sockets.add(from);
          from.on('data', (data) => to.write(data));
          from.on('error', () => undefined);
          from.on('close', () => {
            hole.#sockets.delete(from);
            to.destroy();
          });
          if (hole.#swallows) from.pause();
        }
      }),
    );
    hole.#server.listen(0, '127.0.0.1');
    await new Promise((resolve) => hole.#server.once('listening', resolve));
    return hole;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  swallow(on: boolean): void {
    this.#swallows = on;
    for (const socket of this.#sockets) on ? socket.pause() : socket.resume();
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
