import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ChangeFeed, type OpenDatabase, type Service } from '@optiscope/schema';
import { z } from 'zod';
import { createLog, type Log } from '../src/log.ts';
import { Dispatcher } from '../src/queue/dispatcher.ts';
import { RunQueue } from '../src/queue/run-queue.ts';
import { createGraphql, type GraphqlServer } from '../src/server/graphql.ts';

export interface TestService {
  readonly service: Service;
  readonly graphql: GraphqlServer;
  readonly queue: RunQueue;
  readonly dispatcher: Dispatcher;
  /** What was logged. */
  readonly logged: string[];
  /** Asks over `yoga.fetch`, without a port. Throws when there are errors. */
  ask<Answer>(query: string, variables?: Record<string, unknown>): Promise<Answer>;
  close(): Promise<void>;
}

/** The service in this process on the given database: GraphQL without a port, real workers with the fake trainer. */
export async function startTestService(database: OpenDatabase, workers = 2): Promise<TestService> {
  const logged: string[] = [];
  const log: Log = createLog('debug', (line) => logged.push(line));
  const dataDirectory = await mkdtemp(join(tmpdir(), 'optiscope-api-'));
  const queue = await RunQueue.open(database, log);
  const feed = await ChangeFeed.open(database);
  const service: Service = {
    db: database.db,
    feed,
    enqueue: (tx, runIds) => queue.enqueue(tx, runIds),
    waiting: (runIds) => queue.waiting(runIds),
    server: { version: 'test', database: database.kind, workers },
  };
  const graphql = createGraphql(service, log);
  const dispatcher = new Dispatcher({
    db: database.db,
    queue,
    feed,
    log,
    workers,
    workerEntry: fileURLToPath(new URL('./fake-worker.ts', import.meta.url)),
    engine: 'auto',
    dataDirectory,
  });
  return {
    service,
    graphql,
    queue,
    dispatcher,
    logged,
    ask: async (query, variables = {}) => {
      const response = await graphql.fetch('http://localhost/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query, variables }),
      });
      return dataOf(await response.json());
    },
    close: async () => {
      await dispatcher.stop();
      await queue.close();
      await feed.close();
      await rm(dataDirectory, { recursive: true, force: true });
    },
  };
}

const Answered = z.object({ data: z.unknown(), errors: z.array(z.unknown()).optional() });

/** The data of a GraphQL answer, which is of the shape that was asked for; throws its errors. */
export function dataOf<Answer>(answer: unknown): Answer {
  const { data, errors } = Answered.parse(answer);
  if (errors !== undefined) throw new Error(JSON.stringify(errors));
  return data as Answer;
}
