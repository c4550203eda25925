import { eq, type SQL, sql } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';
import { z } from 'zod';
import { rowsOf } from '../backup/catalog.ts';
import type { Database } from '../database/database.ts';
import { orderedId } from '../ordered-id.ts';
import { databaseIdentity } from '../tables/database-identity.ts';

/**
 * Which transactions were committed at a moment, as PostgreSQL writes it (`pg_snapshot`): `xmin:xmax:running,…`. All
 * below xmin had ended, none from xmax on had begun, and those listed were still running.
 */
export interface Snapshot {
  readonly xmin: string;
  readonly xmax: string;
  readonly running: readonly string[];
}

/** More connections than a server has; a text that lists more is no snapshot of ours. */
const MOST_RUNNING = 5_000;

export function snapshotFrom(text: string): Snapshot | null {
  const found = /^(\d{1,19}):(\d{1,19}):((?:\d{1,19}(?:,\d{1,19})*)?)$/.exec(text);
  if (found === null) return null;
  const [, xmin = '', xmax = '', list = ''] = found;
  const running = list === '' ? [] : list.split(',');
  const inRange = [xmin, xmax, ...running].every((id) => BigInt(id) < 2n ** 62n);
  return inRange && running.length <= MOST_RUNNING ? { xmin, xmax, running } : null;
}

export function snapshotText({ xmin, xmax, running }: Snapshot): string {
  return `${xmin}:${xmax}:${running.join()}`;
}

/** What is committed by now. */
export async function currentSnapshot(db: Database): Promise<Snapshot> {
  const [row] = await rowsOf(
    db,
    z.object({ snapshot: z.string() }),
    sql`select pg_current_snapshot()::text as snapshot`,
  );
  return knownSnapshot(row?.snapshot ?? '');
}

/** A snapshot that the database itself told. */
export function knownSnapshot(text: string): Snapshot {
  const snapshot = snapshotFrom(text);
  if (snapshot === null) throw new Error(`the database told a snapshot that is none: ${text}`);
  return snapshot;
}

/**
 * Whether a row, as it stands in the table, was written by a transaction that the snapshot does not see. A row keeps
 * the last 32 bits of its transaction's number: the newest number with those bits is taken, so that a row would have to
 * be four thousand million transactions old to be taken for a new one. A part of a transaction that is rolled back by
 * itself (a savepoint) has a number of its own, which no snapshot lists: the store has none.
 */
export function isNewTo(snapshot: Snapshot, table: PgTable): SQL {
  const number = transactionOf(table);
  const running = `{${snapshot.running.join()}}`;
  return sql`(${number} >= ${snapshot.xmin}::bigint and (${number} >= ${snapshot.xmax}::bigint or ${number} = any(${running}::bigint[])))`;
}

function transactionOf(table: PgTable): SQL {
  const next = sql`(select pg_snapshot_xmax(pg_current_snapshot())::text::bigint)`;
  return sql`(${next} - ((${next} - ${table}.xmin::text::bigint) & 4294967295))`;
}

/** Which database it is; made known to it by the first who asks. */
export async function identityOf(db: Database): Promise<string> {
  const read = () =>
    db.select({ id: databaseIdentity.id }).from(databaseIdentity).where(eq(databaseIdentity.only, 1));
  const [known] = await read();
  if (known !== undefined) return known.id;
  await db.insert(databaseIdentity).values({ id: orderedId() }).onConflictDoNothing();
  return (await read())[0]!.id;
}
