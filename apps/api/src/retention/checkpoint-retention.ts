import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Database, type RunEnd, runEnds } from '@optiscope/schema';
import { pruneCheckpoints } from '@optiscope/trainer';
import { z } from 'zod';
import { directorySize } from '../health/directory-size.ts';
import type { Log } from '../log.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { removeExpiredObjects } from './stored-retention.ts';

/** How long the checkpoints of runs that ended are kept. */
export interface RetentionLimits {
  readonly days: number;
  /** Of all ended runs together; the longest ended go first. */
  readonly bytes: number;
}

/** A run's checkpoints, with what decides about them. */
export interface KeptRun extends RunEnd {
  readonly bytes: number;
}

const DAY_MILLISECONDS = 24 * 3_600_000;
const INTERVAL_MILLISECONDS = 3_600_000;

/**
 * The runs whose checkpoints are to go: of deleted experiments, those that ended too long ago, and as many of the
 * longest ended as it takes to be within the bytes. A run that has not ended keeps its own, whatever they take.
 */
export function expiredRuns(runs: readonly KeptRun[], limits: RetentionLimits, now: Date): string[] {
  const ended = runs
    .flatMap((run) => (run.endedAt === null ? [] : [{ ...run, endedAt: run.endedAt }]))
    .toSorted((a, b) => b.endedAt.getTime() - a.endedAt.getTime());
  const expired: string[] = [];
  let bytes = 0;
  for (const run of ended) {
    const age = now.getTime() - run.endedAt.getTime();
    const isOld = age > limits.days * DAY_MILLISECONDS;
    if (run.deleted || isOld || bytes + run.bytes > limits.bytes) expired.push(run.id);
    else bytes += run.bytes;
  }
  return expired;
}

/**
 * Removes what `expiredRuns` names from a directory with a folder of checkpoints for each run, and from the other
 * ended runs everything but the best and the last. Folders of no run in the database stay: they may be another
 * database's. Returns how many runs' checkpoints went.
 */
export async function removeExpiredCheckpoints(
  db: Database,
  directory: string,
  limits: RetentionLimits,
  now = new Date(),
): Promise<number> {
  const names = await readdir(directory).catch(() => []);
  const ends = await runEnds(
    db,
    names.filter((name) => z.uuid().safeParse(name).success),
  );
  const kept: KeptRun[] = [];
  for (const end of ends) {
    const folder = join(directory, end.id);
    if (end.endedAt !== null) await pruneCheckpoints(folder, { keep: { last: 1, best: true } });
    kept.push({ ...end, bytes: await directorySize(folder) });
  }
  const expired = expiredRuns(kept, limits, now);
  for (const id of expired) await rm(join(directory, id), { recursive: true, force: true });
  return expired.length;
}

/** Does so now and every hour, in storage too where there is one, until it is told to stop. */
export function retainCheckpoints(
  db: Database,
  directory: string,
  limits: RetentionLimits,
  log: Log,
  store: ObjectStore | null = null,
): () => Promise<void> {
  const sweep = async (): Promise<void> => {
    try {
      const removed = await removeExpiredCheckpoints(db, directory, limits);
      if (removed > 0) log.info(`The checkpoints of ${removed} ended runs were removed`);
      const objects = store === null ? 0 : await removeExpiredObjects(db, store, limits);
      if (objects > 0) log.info(`${objects} objects that are no longer kept were removed from the storage`);
    } catch (error) {
      log.warn('Checkpoints that are no longer kept could not be removed; it is tried again', error);
    }
  };
  let sweeping = sweep();
  const timer = setInterval(() => {
    sweeping = sweep();
  }, INTERVAL_MILLISECONDS);
  return async () => {
    clearInterval(timer);
    await sweeping;
  };
}
