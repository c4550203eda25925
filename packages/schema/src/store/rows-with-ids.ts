import { inArray } from 'drizzle-orm';
import type { AnyPgColumn, PgTable } from 'drizzle-orm/pg-core';
import type { Database } from '../database/database.ts';
import { isId } from '../ordered-id.ts';

/** The rows of a table with these ids, in no order. What is no UUID is nobody's id. */
export async function rowsWithIds<Table extends PgTable & { readonly id: AnyPgColumn }>(
  db: Database,
  table: Table,
  ids: readonly string[],
): Promise<Table['$inferSelect'][]> {
  const asked = ids.filter(isId);
  if (asked.length === 0) return [];
  return await db
    .select()
    .from(table as PgTable)
    .where(inArray(table.id, asked));
}
