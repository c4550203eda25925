import { type Database, runEnds } from '@optiscope/schema';
import { z } from 'zod';
import { PREPARATIONS, SETS } from '../storage/feature-sets.ts';
import type { ObjectStore, StoredObject } from '../storage/object-store.ts';
import { RUNS } from '../storage/run-files.ts';
import { expiredRuns, type RetentionLimits } from './checkpoint-retention.ts';

const DAY_MILLISECONDS = 24 * 3_600_000;

/**
 * Removes from storage the checkpoints that `expiredRuns` names, and features that no run has asked for as long as
 * checkpoints are kept. Runs of no row in the database stay: they may be another database's. Returns how many objects
 * went.
 */
export async function removeExpiredObjects(
  db: Database,
  store: ObjectStore,
  limits: RetentionLimits,
  now = new Date(),
): Promise<number> {
  const names = [
    ...(await expiredRunObjects(db, store, limits, now)),
    ...(await unusedFeatures(store, limits.days, now)),
  ];
  await store.remove(names);
  return names.length;
}

async function expiredRunObjects(
  db: Database,
  store: ObjectStore,
  limits: RetentionLimits,
  now: Date,
): Promise<string[]> {
  const byRun = Map.groupBy(await store.list(RUNS), ({ name }) => name.slice(RUNS.length).split('/')[0]!);
  const ends = await runEnds(
    db,
    [...byRun.keys()].filter((id) => z.uuid().safeParse(id).success),
  );
  const kept = ends.map((end) => ({ ...end, bytes: bytesOf(byRun.get(end.id) ?? []) }));
  return expiredRuns(kept, limits, now).flatMap((id) => (byRun.get(id) ?? []).map(({ name }) => name));
}

/** What names a set is marked when the set is used; a set that nothing names any more goes with its names. */
async function unusedFeatures(store: ObjectStore, days: number, now: Date): Promise<string[]> {
  // Never sooner than a set that is being put has its name.
  const oldest = now.getTime() - Math.max(1, days) * DAY_MILLISECONDS;
  const isOld = ({ putAt }: StoredObject): boolean => putAt.getTime() < oldest;
  const preparations = await store.list(PREPARATIONS);
  const used = new Set(
    preparations.filter((object) => !isOld(object)).map(({ name }) => name.slice(name.lastIndexOf('/') + 1)),
  );
  const unused = (await store.list(SETS)).filter(
    (object) => isOld(object) && !used.has(object.name.slice(SETS.length).split('/')[0]!),
  );
  return [...preparations.filter(isOld), ...unused].map(({ name }) => name);
}

function bytesOf(objects: readonly StoredObject[]): number {
  return objects.reduce((sum, { bytes }) => sum + bytes, 0);
}
