import { type Database, openPostgres } from '@optiscope/schema';
import { sql } from 'drizzle-orm';
import { orderedId } from '../../packages/schema/src/ordered-id.ts';
import { CHANGES_CHANNEL, changeExperiment } from '../../packages/schema/src/store/change.ts';
import { events } from '../../packages/schema/src/tables/event.ts';

const ROWS_AT_ONCE = 500;

/** A way to write into a server's PostgreSQL beside it, faster than any training. */
export interface Flood {
  /** Events of a run in one transaction; each carries so many characters. Returns their ids. */
  events(
    run: { readonly experimentId: string; readonly runId: string },
    count: number,
    characters: number,
  ): Promise<string[]>;
  /** Hints to look at an experiment, as many at once as there would be of as many changes. */
  hints(experimentId: string, count: number): Promise<void>;
  close(): Promise<void>;
}

/** Opens one beside the server of these settings. */
export async function openFlood({ DATABASE_URL: url }: Readonly<Record<string, string>>): Promise<Flood> {
  if (url === undefined) throw new Error('there is no PostgreSQL to write into');
  const { db, close } = await openPostgres(url, () => undefined);
  return {
    events: (run, count, characters) => writeEvents(db, run, count, characters),
    hints: (id, count) => hint(db, id, count),
    close,
  };
}

async function writeEvents(
  db: Database,
  { experimentId, runId }: { readonly experimentId: string; readonly runId: string },
  count: number,
  characters: number,
): Promise<string[]> {
  const ids: string[] = [];
  await changeExperiment(db, experimentId, async (change) => {
    let { version } = change;
    for (let done = 0; done < count; done += ROWS_AT_ONCE) {
      // Readers take a version whole.
      if (done > 0) version = change.nextVersion();
      const rows = Array.from({ length: Math.min(ROWS_AT_ONCE, count - done) }, () => {
        const id = orderedId();
        ids.push(id);
        return {
          id,
          experimentId,
          runId,
          attempt: 1,
          kind: 'CHECKPOINT' as const,
          message: id.padEnd(characters, '.'),
          version,
        };
      });
      await change.tx.insert(events).values(rows);
    }
    return true;
  });
  return ids;
}

async function hint(db: Database, experimentId: string, count: number): Promise<void> {
  // Equal ones would be sent as one.
  await db.execute(sql`
    select pg_notify(${CHANGES_CHANNEL}, json_build_object('experimentId', ${experimentId}::text, 'status', true, 'number', number)::text)
    from generate_series(1, ${count}::int) as number`);
}
