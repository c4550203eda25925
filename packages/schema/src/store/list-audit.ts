import { and, asc, count, desc, eq, gte, inArray, lt, type SQL, sql } from 'drizzle-orm';
import type { Database } from '../database/database.ts';
import { isId } from '../ordered-id.ts';
import { type AuditEntryRow, auditEntries } from '../tables/audit-entry.ts';

/** What an entry must be to be listed. Null asks for nothing; of a list, any. */
export interface AuditFilter {
  readonly memberId: string | null;
  readonly tokenId: string | null;
  readonly experimentId: string | null;
  readonly operation: readonly string[] | null;
  readonly outcome: readonly string[] | null;
  readonly since: Date | null;
  readonly until: Date | null;
}

export interface AuditWindow {
  readonly limit: number;
  readonly after: AuditPlace | null;
  readonly before: AuditPlace | null;
  readonly fromEnd: boolean;
}

/** A place in the log, newest first: entries never change, so it stays one. */
export interface AuditPlace {
  readonly at: Date;
  readonly id: string;
}

export interface AuditPage {
  readonly entries: readonly AuditEntryRow[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
}

/** A page of the audit log, the newest entries first. */
export async function listAudit(
  db: Database,
  filter: AuditFilter,
  { limit, after, before, fromEnd }: AuditWindow,
): Promise<AuditPage> {
  const here = sql`(${auditEntries.at}, ${auditEntries.id})`;
  const place = ({ at, id }: AuditPlace): SQL => sql`(${at.toISOString()}::timestamptz, ${id}::uuid)`;
  const rows = await db
    .select()
    .from(auditEntries)
    .where(
      and(
        ...conditions(filter),
        after === null ? undefined : sql`${here} < ${place(after)}`,
        before === null ? undefined : sql`${here} > ${place(before)}`,
      ),
    )
    .orderBy(
      ...(fromEnd
        ? [asc(auditEntries.at), asc(auditEntries.id)]
        : [desc(auditEntries.at), desc(auditEntries.id)]),
    )
    .limit(limit + 1);
  const more = rows.length > limit;
  const entries = rows.slice(0, limit);
  if (fromEnd) entries.reverse();
  // As the Relay specification has it: of the far side it is known only that there is a cursor.
  return {
    entries,
    hasNextPage: fromEnd ? before !== null : more,
    hasPreviousPage: fromEnd ? more : after !== null,
  };
}

/** How many entries pass the filter. */
export async function countAudit(db: Database, filter: AuditFilter): Promise<number> {
  const [row] = await db
    .select({ total: count() })
    .from(auditEntries)
    .where(and(...conditions(filter)));
  return row?.total ?? 0;
}

function conditions(filter: AuditFilter): (SQL | undefined)[] {
  const ids = [
    [auditEntries.memberId, filter.memberId],
    [auditEntries.tokenId, filter.tokenId],
    [auditEntries.experimentId, filter.experimentId],
  ] as const;
  return [
    // What is no id is nobody's.
    ...ids.map(([column, id]) => (id === null ? undefined : isId(id) ? eq(column, id) : sql`false`)),
    filter.operation === null ? undefined : inArray(auditEntries.operation, [...filter.operation]),
    filter.outcome === null ? undefined : inArray(auditEntries.outcome, [...filter.outcome]),
    filter.since === null ? undefined : gte(auditEntries.at, filter.since),
    filter.until === null ? undefined : lt(auditEntries.at, filter.until),
  ];
}

/** A place as a cursor. */
export function auditCursor({ at, id }: AuditPlace): string {
  return Buffer.from(`${at.toISOString()} ${id}`).toString('base64url');
}

/** The place of a cursor; null when it is none. */
export function auditPlace(cursor: string): AuditPlace | null {
  const [at = '', id = ''] = Buffer.from(cursor, 'base64url').toString().split(' ');
  const time = new Date(at);
  return isId(id) && !Number.isNaN(time.getTime()) ? { at: time, id } : null;
}
