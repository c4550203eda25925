import type { ChangeFeed, Database } from '@optiscope/schema';
import { sql } from 'drizzle-orm';
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { z } from 'zod';
import type { Dispatcher } from '../queue/dispatcher.ts';
import type { RunQueue } from '../queue/run-queue.ts';
import { DatabaseMetrics } from './database-metrics.ts';

const STATUSES = ['QUEUED', 'RUNNING', 'PAUSED', 'FINISHED', 'DIVERGED', 'CANCELLED', 'FAILED'];

const Counted = z.object({
  rows: z.array(
    z.object({
      status: z.string(),
      runs: z.coerce.number(),
      epochs: z.coerce.number(),
      rate: z.coerce.number(),
    }),
  ),
});

export interface Metrics {
  /** Prometheus' text. What the database does not tell is left out. */
  text(): Promise<{ readonly type: string; readonly body: string }>;
  /** Notes an answered request. */
  answered(route: string, method: string, status: number, seconds: number): void;
  close(): void;
}

/** What is counted and measured of a server, for Prometheus. Everything in the database is of all servers on it. */
export function createMetrics(
  parts: {
    readonly db: Database;
    readonly queue: RunQueue;
    readonly feed: ChangeFeed;
    readonly dispatcher: Dispatcher;
  },
  isAway: () => boolean,
): Metrics {
  const registry = new Registry();
  // Of the process: event loop lag, memory, processor time, garbage collection.
  collectDefaultMetrics({ register: registry });
  const gauge = (name: string, help: string, labelNames: string[] = []): Gauge =>
    new Gauge({ name: `optiscope_${name}`, help, labelNames, registers: [registry] });
  const runs = gauge('runs', 'Runs by status.', ['status']);
  const epochs = gauge('epochs_recorded', 'Epochs in the database, of all runs.');
  const steps = gauge('steps_per_second', 'Training steps a second, of the runs under way.');
  const queue = gauge('queue_jobs', 'Jobs of the queue: waiting for a worker, or handed out.', ['state']);
  const watching = gauge('subscriptions', 'Subscriptions that are open on this server.');
  const held = gauge('runs_here', 'Runs that this server works on.');
  const workers = gauge('worker_processes', 'Worker processes of this server.');
  const up = gauge('database_up', '1 when the database answers.');
  const requests = new Histogram({
    name: 'optiscope_http_request_seconds',
    help: 'Time to answer a request; of a stream, until it ended.',
    labelNames: ['route', 'method', 'status'],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10],
    registers: [registry],
  });

  const database = new DatabaseMetrics(parts.db, registry);

  const readDatabase = async (): Promise<void> => {
    await database.read();
    const { rows } = Counted.parse(
      await parts.db.execute(
        sql`select r.status::text as status, count(*) as runs, coalesce(sum(r.last_epoch), 0) as epochs,
                   coalesce(sum(r.images_per_second / e.batch_size), 0) as rate
            from runs r join experiments e on e.id = r.experiment_id group by r.status`,
      ),
    );
    for (const status of STATUSES) {
      runs.set({ status }, rows.find((row) => row.status === status)?.runs ?? 0);
    }
    epochs.set(rows.reduce((sum, row) => sum + row.epochs, 0));
    steps.set(rows.find(({ status }) => status === 'RUNNING')?.rate ?? 0);
    const { waiting, active } = await parts.queue.length(parts.db);
    queue.set({ state: 'waiting' }, waiting);
    queue.set({ state: 'active' }, active);
  };

  return {
    text: async () => {
      watching.set(Math.max(0, parts.feed.watching - 1)); // the dispatcher watches too
      held.set(parts.dispatcher.running);
      workers.set(parts.dispatcher.workers.length);
      const read =
        !isAway() &&
        (await readDatabase().then(
          () => true,
          () => false,
        ));
      up.set(read ? 1 : 0);
      if (!read) for (const told of [runs, epochs, steps, queue, database]) told.reset();
      return { type: registry.contentType, body: await registry.metrics() };
    },
    answered: (route, method, status, seconds) =>
      requests.observe({ route, method, status: String(status) }, seconds),
    close: () => registry.clear(),
  };
}
