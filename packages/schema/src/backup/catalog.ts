import { type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Executor } from '../database/database.ts';

/** A table as a backup sees it. */
export interface TableDescription {
  readonly name: string;
  /** Those that hold something of their own: no generated ones. */
  readonly columns: readonly string[];
}

/** Rows of a statement, of either driver. */
export async function rowsOf<Row>(db: Executor, row: z.ZodType<Row>, statement: SQL): Promise<Row[]> {
  return z.object({ rows: z.array(row) }).parse(await db.execute(statement)).rows;
}

/**
 * The service's tables, each after those that it refers to. The queue's are not among them: jobs are made anew. Nor is
 * what says which database it is, nor what would let whoever gets hold of a backup in: who is signed in just now, the
 * links for new passwords, and the keys to sign-ins elsewhere. Passwords and tokens are in it as hashes.
 */
export async function tablesOf(db: Executor): Promise<TableDescription[]> {
  const tables = await rowsOf(
    db,
    z.object({ name: z.string(), columns: z.array(z.string()) }),
    sql`select c.relname as name, array_agg(a.attname::text order by a.attnum) as columns
        from pg_class c join pg_attribute a on a.attrelid = c.oid
        where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
          and c.relname not in ('database_identity', 'sessions', 'verifications')
          and a.attname not in ('access_token', 'refresh_token', 'id_token')
          and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
        group by c.relname order by c.relname`,
  );
  const references = await rowsOf(
    db,
    z.object({ from: z.string(), to: z.string() }),
    sql`select f.relname as "from", t.relname as "to"
        from pg_constraint k join pg_class f on f.oid = k.conrelid join pg_class t on t.oid = k.confrelid
        where k.contype = 'f' and f.relnamespace = 'public'::regnamespace and f.oid <> t.oid`,
  );
  const sorted: TableDescription[] = [];
  let left = tables;
  while (left.length > 0) {
    const waits = ({ name }: TableDescription): boolean =>
      references.some(({ from, to }) => from === name && left.some((table) => table.name === to));
    const free = left.filter((table) => !waits(table));
    if (free.length === 0) throw new Error('tables refer to each other in a circle');
    sorted.push(...free);
    left = left.filter((table) => !free.includes(table));
  }
  return sorted;
}

/** The migrations that a database has been through, the oldest first. */
export async function migrationsOf(db: Executor): Promise<{ hash: string; createdAt: string }[]> {
  return await rowsOf(
    db,
    z.object({ hash: z.string(), createdAt: z.string() }),
    sql`select hash, created_at::text as "createdAt" from drizzle.__drizzle_migrations order by created_at`,
  );
}

/** How many rows a table has. */
export async function countRows(db: Executor, table: string): Promise<number> {
  const [row] = await rowsOf(
    db,
    z.object({ n: z.int() }),
    sql`select count(*)::int as n from ${sql.identifier(table)}`,
  );
  return row?.n ?? 0;
}

/** Columns of a table's primary key, in their order. */
export async function primaryKeyOf(db: Executor, table: string): Promise<string[]> {
  const rows = await rowsOf(
    db,
    z.object({ name: z.string() }),
    sql`select a.attname::text as name
        from pg_constraint k, unnest(k.conkey) with ordinality as part(attnum, place), pg_attribute a
        where k.contype = 'p' and k.conrelid = ${`public."${table}"`}::regclass
          and a.attrelid = k.conrelid and a.attnum = part.attnum
        order by part.place`,
  );
  return rows.map(({ name }) => name);
}
