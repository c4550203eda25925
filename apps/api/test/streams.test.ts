import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { OpenDatabase } from '@optiscope/schema';
import { openTestDatabase } from '@optiscope/schema/test-database';
import { sql } from 'drizzle-orm';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { createMetrics } from '../src/health/metrics.ts';
import { ReadinessProbe } from '../src/health/readiness.ts';
import { createLog } from '../src/log.ts';
import { notBuilt } from '../src/server/dashboard.ts';
import { createExchange } from '../src/server/exchange.ts';
import { type HttpServer, listen } from '../src/server/http.ts';
import { createWebSockets, type WebSockets } from '../src/server/websocket.ts';
import { startTestService, type TestService } from './test-service.ts';

let database: OpenDatabase;
let service: TestService;
let http: HttpServer;
let webSockets: WebSockets;
/** Statements that read, so far. */
let statements = 0;

beforeAll(async () => {
  database = await openTestDatabase();
  const counting = new Proxy(database.db, {
    get: (target, name, receiver) => {
      if (name === 'select') statements++;
      return Reflect.get(target, name, receiver);
    },
  });
  service = await startTestService({ ...database, db: counting }); // the dispatcher stays off: nothing trains here
  const log = createLog('silent');
  http = await listen({ host: '127.0.0.1', port: 0, allowedHosts: [], log });
  expect((await fetch(`${http.url}/ready`)).status).toBe(503); // nothing is served yet
  webSockets = createWebSockets(service.graphql, log);
  http.serve({
    graphql: service.graphql,
    webSockets,
    exchange: createExchange(database.db),
    pages: notBuilt,
    readiness: new ReadinessProbe(database, service.dispatcher, () => undefined),
    metrics: createMetrics({ ...service, db: database.db, feed: service.service.feed }, () => false),
  });
});

afterAll(async () => {
  await Promise.all([http?.close(), webSockets?.close()]);
  await service?.close();
  await database?.close();
});

async function anExperiment(): Promise<{ id: string; runId: string }> {
  const { createExperiment: made } = await service.ask<{
    createExperiment: { id: string; runs: { id: string }[] };
  }>(
    'mutation { createExperiment(input: { epochs: 10000, contenders: [{ optimizer: "sgd" }] }) { ... on Experiment { id runs { id } } } }',
  );
  return { id: made.id, runId: made.runs[0]!.id };
}

const watching = (): number => service.service.feed.watching - 1; // one is the dispatcher's

const SUBSCRIBE =
  'subscription ($id: ID!) { experimentChanges(experimentId: $id) { cursor epochs { epoch } } }';

test('whoever leaves a subscription, over WebSocket or SSE, in order or not, leaves nothing behind', async () => {
  const { id } = await anExperiment();
  const body = JSON.stringify({ query: SUBSCRIBE, variables: { id } });

  const abort = new AbortController();
  const sse = await fetch(`${http.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body,
    signal: abort.signal,
  });
  const client = createClient({ url: `${http.url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket });
  const unsubscribe = client.subscribe(
    { query: SUBSCRIBE, variables: { id } },
    { next: () => undefined, error: () => undefined, complete: () => undefined },
  );
  const socket = new WebSocket(`${http.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  socket.on('error', () => undefined);
  socket.once('open', () => socket.send('{"type":"connection_init"}'));
  socket.once('message', () =>
    socket.send(
      JSON.stringify({ id: '1', type: 'subscribe', payload: { query: SUBSCRIBE, variables: { id } } }),
    ),
  );
  await expect.poll(watching).toBe(3);

  unsubscribe();
  await expect.poll(watching).toBe(2);
  socket.terminate();
  await expect.poll(watching).toBe(1);
  abort.abort();
  await sse.text().catch(() => undefined);
  await expect.poll(watching).toBe(0);
  await client.dispose();
});

/** A query whose answer is some kilobytes for each epoch. */
const WIDE = `subscription ($id: ID!) { experimentChanges(experimentId: $id) { epochs {
  epoch ${Array.from({ length: 50 }, (_, i) => `a${i}: recordedAt`).join(' ')}
} } }`;

/** Reads a stream by hand, so that reading can stop. What the client does not take, the kernels hold, then the server. */
async function streamByHand(id: string): Promise<{ socket: Socket; epochs: () => number[] }> {
  const socket = connect(http.port, '127.0.0.1');
  const body = JSON.stringify({ query: WIDE, variables: { id } });
  const received: string[] = [];
  socket.on('data', (data) => received.push(String(data)));
  socket.write(
    `POST /graphql HTTP/1.1\r\nHost: 127.0.0.1:${http.port}\r\nContent-Type: application/json\r\nAccept: text/event-stream\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  await once(socket, 'data');
  socket.pause();
  return {
    socket,
    epochs: () => [...received.join('').matchAll(/"epoch":(\d+)/g)].map((found) => Number(found[1])),
  };
}

test('a reader that stands still holds up only itself: the server reads no further for it, and it gets the rest later', async () => {
  const { id, runId } = await anExperiment();
  const total = 9_000; // some 20 MB, in pieces of 500
  await database.db.execute(sql`
    insert into epochs (run_id, epoch, experiment_id, attempt, loss, accuracy, val_loss, val_accuracy, learning_rate,
      train_seconds, evaluation_seconds, examples_seen, gradient_norm, update_ratio, version)
    select ${runId}, n, ${id}, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, n from generate_series(1, ${total}::integer) n`);
  await database.db.execute(sql`update experiments set version = ${total} where id = ${id}`);

  statements = 0;
  const reading = await streamByHand(id);
  const leaving = await streamByHand(id);
  await expect.poll(watching).toBe(2);
  const readIn500ms = async (): Promise<number> => {
    const before = statements;
    await new Promise((resolve) => setTimeout(resolve, 500));
    return statements - before;
  };
  await expect.poll(readIn500ms, { timeout: 20_000 }).toBe(0);
  // Each piece takes four statements; two readers that were served to the end would have taken all of them.

  expect(statements).toBeLessThan(2 * (total / 500) * 4);

  leaving.socket.destroy();
  await expect.poll(watching).toBe(1);
  reading.socket.resume();
  await expect.poll(() => reading.epochs().length, { timeout: 30_000 }).toBe(total);
  expect(reading.epochs()).toEqual(Array.from({ length: total }, (_, i) => i + 1));
  reading.socket.destroy();
  await expect.poll(watching).toBe(0);
});

test('a connection carries at most a hundred operations, and a message that is too large ends it', async () => {
  const { id } = await anExperiment();
  const socket = new WebSocket(`${http.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const messages: { type: string; id?: string; payload?: { message: string }[] }[] = [];
  socket.on('message', (data) => messages.push(JSON.parse(String(data))));
  await new Promise((resolve) => socket.once('open', resolve));
  socket.send('{"type":"connection_init"}');
  await expect.poll(() => messages.length).toBe(1);
  for (let number = 1; number <= 101; number++) {
    const payload = { query: SUBSCRIBE, variables: { id } };
    socket.send(JSON.stringify({ id: String(number), type: 'subscribe', payload }));
  }
  await expect.poll(() => messages.filter(({ type }) => type === 'error')).toHaveLength(1);
  expect(messages.find(({ type }) => type === 'error')!.payload![0]!.message).toMatch(
    /at most 100 operations/,
  );
  vi.spyOn(console, 'error').mockImplementation(() => undefined); // graphql-ws complains of the message
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  socket.send('x'.repeat(300_000));
  expect(await closed).toBe(1009); // message too big
  await expect.poll(watching).toBe(0);
});

test('who is woken together asks the database together, also for what the answers lead to', async () => {
  const { id, runId } = await anExperiment();
  const query = `subscription ($id: ID!) { experimentChanges(experimentId: $id) {
    experiment { tags } runs { label contender { label } experiment { name } } epochs { epoch }
  } }`;
  const told: string[][] = [];
  const clients = Array.from({ length: 20 }, (_, place) => {
    const client = createClient({
      url: `${http.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
    });
    const own: string[] = [];
    told.push(own);
    client.subscribe(
      { query, variables: { id } },
      {
        next: (answer) => own.push(JSON.stringify(answer)),
        error: () => own.push(`${place}`),
        complete: () => undefined,
      },
    );
    return client;
  });
  await expect.poll(watching).toBe(20);
  await new Promise((resolve) => setTimeout(resolve, 200)); // all have found that there is nothing yet
  statements = 0;
  await database.db.execute(sql`
    with added as (insert into epochs (run_id, epoch, experiment_id, attempt, loss, accuracy, val_loss, val_accuracy,
      learning_rate, train_seconds, evaluation_seconds, examples_seen, gradient_norm, update_ratio, version)
      values (${runId}, 1, ${id}, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)),
    run as (update runs set version = 1 where id = ${runId}),
    experiment as (update experiments set version = 1 where id = ${id})
    select pg_notify('optiscope_changes', ${JSON.stringify({ experimentId: id, status: false })})`);
  await expect.poll(() => told.map((own) => own.length)).toEqual(told.map(() => 1));
  expect(new Set(told.flat()).size).toBe(1);
  expect(JSON.parse(told[0]![0]!)).toMatchObject({
    data: { experimentChanges: { runs: [{ label: 'SGD' }], epochs: [{ epoch: 1 }] } },
  });
  // Four to read what changed, and one for each kind of row that it leads to; alone, each would have taken eight.
  expect(statements).toBeLessThan(40);
  for (const client of clients) await client.dispose();
  await expect.poll(watching).toBe(0);
});

test('a server holds as many WebSockets as it is told; the next one may come when another has left', async () => {
  const log = createLog('silent');
  const limited = createWebSockets(service.graphql, log, undefined, undefined, 2);
  const server = createServer().on('upgrade', (...given) => limited.upgrade(...given));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  const url = `ws://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/graphql`;
  const opened = async (): Promise<WebSocket | string> => {
    const socket = new WebSocket(url, 'graphql-transport-ws');
    return await new Promise((resolve) => {
      socket.once('open', () => resolve(socket));
      socket.once('error', ({ message }) => resolve(message));
    });
  };
  const first = await opened();
  expect(first).toBeInstanceOf(WebSocket);
  expect(await opened()).toBeInstanceOf(WebSocket);
  expect(await opened()).toMatch(/503/);
  if (first instanceof WebSocket) first.terminate();
  await expect.poll(opened).toBeInstanceOf(WebSocket);
  await limited.close();
  server.close();
});
