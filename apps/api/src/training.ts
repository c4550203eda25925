import { hostname } from 'node:os';
import { join } from 'node:path';
import { type ChangeFeed, type OpenDatabase, releaseOrphans } from '@optiscope/schema';
import { type Settings, storageSettings } from './env.ts';
import { DiskSpace } from './health/disk-space.ts';
import type { Log } from './log.ts';
import { Dispatcher } from './queue/dispatcher.ts';
import type { RunQueue } from './queue/run-queue.ts';
import { retainCheckpoints } from './retention/checkpoint-retention.ts';
import { openStorage } from './storage/open-storage.ts';
import { capacityFrom } from './worker-settings.ts';

export interface TrainingParts {
  readonly database: OpenDatabase;
  readonly queue: RunQueue;
  readonly feed: ChangeFeed;
  readonly version: string;
  /** Program of the worker processes. */
  readonly workerEntry: string;
  /** Whether old checkpoints are removed from the storage, too: that is a server's business. */
  readonly prunesStorage: boolean;
  readonly log: Log;
}

export interface Training {
  readonly dispatcher: Dispatcher;
  /** Takes runs from the queue from now on. */
  start(): void;
  stop(): Promise<void>;
}

/** What trains runs: the same in a server and in `npm run worker`. Its work begins with `start`. */
export async function openTraining(settings: Settings, parts: TrainingParts): Promise<Training> {
  const { database, log } = parts;
  const { DATA_DIR: directory, MIN_FREE_BYTES: minFreeBytes } = settings;
  const storage = storageSettings(settings);
  const store = await openStorage(storage, log);
  const disk = await DiskSpace.open({ directory, minFreeBytes, log });
  const dispatcher = new Dispatcher({
    storage,
    disk,
    db: database.db,
    queue: parts.queue,
    feed: parts.feed,
    log,
    version: parts.version,
    labels: settings.LABELS,
    workers: settings.WORKERS,
    capacity: capacityFrom(settings),
    workerEntry: parts.workerEntry,
    engine: settings.ENGINE,
    dataDirectory: directory,
  });
  let stopRetaining: (() => Promise<void>) | null = null;
  let stopped: Promise<void> | null = null;
  const stop = async (): Promise<void> => {
    await dispatcher.stop();
    await stopRetaining?.();
    disk.close();
  };
  return {
    dispatcher,
    start: () => {
      dispatcher.start();
      const { CHECKPOINT_DAYS: days, CHECKPOINT_BYTES: bytes } = settings;
      const kept = join(directory, 'checkpoints');
      stopRetaining = retainCheckpoints(
        database.db,
        kept,
        { days, bytes },
        log,
        parts.prunesStorage ? store : null,
      );
    },
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
}

/**
 * Puts back into the queue what workers on this machine that are gone were working on; where this process is the
 * database's only one, what anybody was.
 */
export async function takeUpOrphans(database: OpenDatabase, queue: RunQueue, log: Log): Promise<void> {
  const sole = database.kind === 'pglite'; // its directory's lock is ours, so nobody else works on it
  const released = await releaseOrphans(database.db, { host: hostname(), pid: process.pid, sole });
  await queue.putBackOrphans(sole ? await queue.handedOut() : released);
  if (released.length > 0)
    log.info(`${released.length} runs go on that were under way when their worker ended`);
}
