import { and, asc, eq, gt } from 'drizzle-orm';
import { GraphQLError } from 'graphql';
import type { Database } from '../database/database.ts';
import { isId } from '../ordered-id.ts';
import { type EpochRow, epochs } from '../tables/epoch.ts';
import { experiments } from '../tables/experiment.ts';
import { hasEnded, runs } from '../tables/run.ts';
import type { ChangeFeed } from './change-feed.ts';
import { subscription } from './subscription.ts';

const MOST_ROWS = 500;

/**
 * The epochs of one run after the given one, then each new one; completes when the run has ended. What is new is read
 * together with all who follow the experiment.
 */
export function runEpochs(
  db: Database,
  feed: ChangeFeed,
  runId: string,
  after: number,
): AsyncIterableIterator<EpochRow, void, undefined> {
  return subscription(async function* (signal) {
    const [found] = isId(runId)
      ? await db.select({ experimentId: runs.experimentId }).from(runs).where(eq(runs.id, runId))
      : [];
    if (found === undefined) {
      throw new GraphQLError(`There is no run ${runId}.`, { extensions: { code: 'NOT_FOUND' } });
    }
    const watcher = feed.watch(found.experimentId);
    signal.addEventListener('abort', () => watcher.close());
    if (signal.aborted) watcher.close();
    try {
      let last = after;
      const isNew = (row: EpochRow): boolean => row.runId === runId && row.epoch > last;
      // Where the experiment stands first: what changes from then on comes with its changes.
      let cursor = await versionOf(db, found.experimentId);
      for (let rows = await epochsAfter(db, runId, last); rows.length > 0; ) {
        for (const row of rows) {
          last = row.epoch;
          yield row;
        }
        rows = rows.length < MOST_ROWS ? [] : await epochsAfter(db, runId, last);
      }
      if (await isOver(db, runId)) {
        // It ended meanwhile: its last epochs came before that.
        yield* await epochsAfter(db, runId, last);
        return;
      }
      do {
        for (;;) {
          const changes = await watcher.changesAfter(db, cursor);
          if (changes === null) return;
          for (const row of changes.epochs.filter(isNew)) {
            last = row.epoch;
            yield row;
          }
          const run = changes.runs.find(({ id }) => id === runId);
          const more = changes.cursor > cursor;
          cursor = changes.cursor;
          // Its epochs came before its end: by then all of them have been told.
          if (run !== undefined && hasEnded(run.status) && run.version <= cursor) return;
          if (!more) break;
        }
      } while (await watcher.next());
    } finally {
      watcher.close();
    }
  });
}

async function versionOf(db: Database, experimentId: string): Promise<number> {
  const [row] = await db
    .select({ version: experiments.version })
    .from(experiments)
    .where(eq(experiments.id, experimentId));
  return row?.version ?? 0;
}

async function isOver(db: Database, runId: string): Promise<boolean> {
  const [run] = await db.select({ status: runs.status }).from(runs).where(eq(runs.id, runId));
  return run === undefined || hasEnded(run.status);
}

async function epochsAfter(db: Database, runId: string, after: number): Promise<EpochRow[]> {
  return await db
    .select()
    .from(epochs)
    .where(and(eq(epochs.runId, runId), gt(epochs.epoch, after)))
    .orderBy(asc(epochs.epoch))
    .limit(MOST_ROWS);
}
