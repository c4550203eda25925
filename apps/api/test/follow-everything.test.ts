import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NO_POSTGRES, startPostgres } from '@optiscope/schema/test-postgres';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type ServerProcess, startServer } from './server-process.ts';
import { dataOf } from './test-service.ts';

interface Message {
  cursor: string;
  epochs: { runId: string; epoch: number }[];
  events: { id: string }[];
  annotations: { id: string; body: string }[];
}

const QUERY =
  'subscription ($after: String) { changes(after: $after, types: [EPOCHS, EVENTS, ANNOTATIONS]) { cursor epochs { runId epoch } events { id } annotations { id body } } }';

/** For a machine that is busy with something else. */
const SLOW = 120_000;

let directory: string;
const servers: ServerProcess[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'optiscope-follow-'));
});

afterAll(async () => {
  for (const server of servers) await server.end('SIGKILL');
  await rm(directory, { recursive: true, force: true });
});

async function start(settings: Record<string, string>): Promise<ServerProcess> {
  const server = await startServer(settings);
  servers.push(server);
  return server;
}

/** A reader: takes messages after a cursor until there are enough or the server is gone. */
type Follow = (
  server: ServerProcess,
  after: string | null,
  take: (message: Message) => boolean,
) => Promise<void>;

const overWebSocket: Follow = async ({ url }, after, take) => {
  const client = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
  });
  try {
    const messages = client.iterate<{ changes: Message }>({ query: QUERY, variables: { after } });
    for await (const message of messages) if (take(dataOf<{ changes: Message }>(message).changes)) break;
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('[')) throw error; // an answer, and not a broken connection
  }
  await client.dispose();
};

const overSse: Follow = async ({ url }, after, take) => {
  const leaving = new AbortController();
  try {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query: QUERY, variables: { after } }),
      signal: leaving.signal,
    });
    let text = '';
    for await (const piece of response.body!.pipeThrough(new TextDecoderStream())) {
      text += piece;
      const parts = text.split('\n\n');
      text = parts.pop() ?? '';
      for (const part of parts) {
        const data = /^event: next\ndata: (.*)$/m.exec(part)?.[1];
        if (data !== undefined && take(dataOf<{ changes: Message }>(JSON.parse(data)).changes)) return;
      }
    }
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('[')) throw error;
  } finally {
    leaving.abort();
  }
};

const once = ({ epochs, events, annotations }: Message): string[] => [
  ...epochs.map(({ runId, epoch }) => `epoch ${runId} ${epoch}`),
  ...events.map(({ id }) => `event ${id}`),
  ...annotations.map(({ id, body }) => `note ${id} ${body}`),
];

const CREATE =
  'mutation ($input: CreateExperimentInput!) { createExperiment(input: $input) { ... on Experiment { id runs { id } } } }';

/** Two experiments are trained by a server that is killed; whoever follows everything goes on with its cursor. */
async function followOverKills(settings: Record<string, string>): Promise<void> {
  let server = await start(settings);
  const readers = [overWebSocket, overSse].map((follow) => ({
    follow,
    cursor: null as string | null,
    told: [] as string[],
  }));
  const read = (enough: (told: readonly string[]) => boolean) =>
    Promise.all(
      readers.map((reader) =>
        reader.follow(server, reader.cursor, (message) => {
          reader.cursor = message.cursor;
          reader.told.push(...once(message));
          return enough(reader.told);
        }),
      ),
    );
  await read(() => true); // from now on
  const input = {
    epochs: 6,
    contenders: [0.1, 0.2].map((learningRate) => ({ optimizer: 'sgd', learningRate })),
  };
  const made: string[] = [];
  for (let count = 0; count < 2; count++) {
    const { createExperiment } = await server.ask<{ createExperiment: { id: string } }>(CREATE, { input });
    made.push(createExperiment.id);
    await server.ask(
      'mutation ($id: ID!) { annotate(input: { experimentId: $id, body: "Look" }) { __typename } }',
      { id: createExperiment.id },
    );
  }
  await read((told) => told.length >= 8);
  expect(await server.end('SIGKILL')).toBe('SIGKILL');
  server = await start(settings);
  const wantedOf = async (): Promise<string[]> => {
    const { nodes } = await server.ask<{
      nodes: {
        events: { id: string }[];
        annotations: { nodes: Message['annotations'] };
        runs: { id: string; status: string; epochs: { epoch: number }[] }[];
      }[];
    }>(
      'query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Experiment { events { id } annotations { nodes { id body } } runs { id status epochs { epoch } } } } }',
      { ids: made },
    );
    if (nodes.some(({ runs }) => runs.some(({ status }) => status !== 'FINISHED'))) return [];
    return nodes.flatMap(({ events, annotations, runs }) => [
      ...runs.flatMap(({ id, epochs }) => epochs.map(({ epoch }) => `epoch ${id} ${epoch}`)),
      ...events.map(({ id }) => `event ${id}`),
      ...annotations.nodes.map(({ id, body }) => `note ${id} ${body}`),
    ]);
  };
  await expect.poll(async () => (await wantedOf()).length, { timeout: 30_000 }).toBeGreaterThan(0);
  const wanted = (await wantedOf()).sort();
  expect(wanted.filter((text) => text.startsWith('epoch'))).toHaveLength(2 * 2 * 6);
  await read((told) => told.length >= wanted.length);
  for (const { told } of readers) expect(told.toSorted()).toEqual(wanted);
}

test(
  'whoever follows everything, over WebSocket or SSE, misses nothing and gets nothing twice when the server is killed',
  async () => {
    await followOverKills({ DATA_DIR: join(directory, 'embedded') });
  },
  SLOW,
);

test(
  'the same on PostgreSQL',
  async (context) => {
    const postgres = (await startPostgres()) ?? context.skip(NO_POSTGRES);
    try {
      await followOverKills({
        DATA_DIR: join(directory, 'postgres'),
        DATABASE_URL: postgres.url,
        WORKERS: '2',
      });
    } finally {
      for (const server of servers) await server.end('SIGKILL');
      await postgres.stop();
    }
  },
  SLOW,
);
