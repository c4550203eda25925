import { ChangeFeed } from '@optiscope/schema';
import type { Settings } from './env.ts';
import { createMetrics } from './health/metrics.ts';
import { ReadinessProbe } from './health/readiness.ts';
import { listenForProbes } from './health/worker-probes.ts';
import type { Log } from './log.ts';
import { openForWorker } from './open-database.ts';
import { probeEngine } from './queue/probe-engine.ts';
import { RunQueue } from './queue/run-queue.ts';
import { StartError } from './start-error.ts';
import { areSpansOn } from './tracing/spans.ts';
import { startTracing } from './tracing/start-tracing.ts';
import { traceStatements } from './tracing/statement-spans.ts';
import { openTraining, takeUpOrphans } from './training.ts';

export interface WorkerParts {
  readonly version: string;
  /** Program of the training processes. */
  readonly workerEntry: string;
  /** Whether to find out at once on what engine runs will compute here, before the first one tells. */
  readonly probesEngine?: boolean;
  readonly log: Log;
}

export interface RunningWorker {
  /** Address of its probes; null where there are none. */
  readonly probes: string | null;
  /** Stops in order: takes no more runs, stops those it has after a checkpoint, puts them back, says that it left. */
  stop(): Promise<void>;
}

/**
 * Starts a worker: what trains runs in a server, without the server. Throws `StartError`; what was started by then
 * is stopped again.
 */
export async function startWorker(
  settings: Settings & { readonly DATABASE_URL: string },
  { version, workerEntry, probesEngine = false, log }: WorkerParts,
): Promise<RunningWorker> {
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const part of stops.toReversed()) {
      await part().catch((error: unknown) => log.error('Stopping a part of the worker failed', error));
    }
  };
  try {
    stops.push(await startTracing(process.env, { name: 'optiscope-worker', version, log }));
    const database = await openForWorker(settings.DATABASE_URL, log);
    stops.push(() => database.close());
    if (areSpansOn()) traceStatements(database);
    const queue = await RunQueue.open(database, log, { prepare: false }).catch((error: unknown) => {
      throw new StartError(
        `The queue in the database cannot be used: ${error instanceof Error ? error.message : error}. Start a server of this version on it first (npm start).`,
      );
    });
    stops.push(() => queue.close());
    await takeUpOrphans(database, queue, log);
    const feed = await ChangeFeed.open(database);
    stops.push(() => feed.close());
    const training = await openTraining(settings, {
      database,
      queue,
      feed,
      version,
      workerEntry,
      prunesStorage: false,
      log,
    });
    stops.push(() => training.stop());
    const { dispatcher } = training;
    const readiness = new ReadinessProbe(database, dispatcher, (away) => {
      if (away === null) log.info('The database answers again');
      else log.error(`Runs wait for the database: ${away}`);
    });
    stops.push(async () => readiness.close());
    const metrics = createMetrics(
      { db: database.db, queue, feed, dispatcher },
      () => readiness.away !== null,
    );
    stops.push(async () => metrics.close());
    const probes = await listenForProbes(settings, { readiness, metrics });
    stops.push(() => probes.close());
    training.start();
    if (probesEngine) {
      const probed = probeEngine(settings.ENGINE, log);
      void probed.then((engine) => (engine === null ? null : dispatcher.tellEngine(engine)));
    }
    return { probes: probes.url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
