import { and, desc, gt, inArray, sql } from 'drizzle-orm';
import type { Database } from '../database/database.ts';
import { type MemberRow, members, type SessionRow, sessions } from '../tables/member.ts';

/** The members with these ids. */
export async function membersWithIds(
  db: Database,
  ids: readonly string[],
): Promise<ReadonlyMap<string, MemberRow>> {
  const rows = await db
    .select()
    .from(members)
    .where(inArray(members.id, [...ids]));
  return new Map(rows.map((row) => [row.id, row]));
}

/** The open sessions of these members, the last used first. */
export async function sessionsOfMembers(
  db: Database,
  ids: readonly string[],
): Promise<ReadonlyMap<string, SessionRow[]>> {
  const rows = await db
    .select()
    .from(sessions)
    .where(and(inArray(sessions.memberId, [...ids]), gt(sessions.expiresAt, sql`now()`)))
    .orderBy(desc(sessions.updatedAt), desc(sessions.id));
  return Map.groupBy(rows, (row) => row.memberId);
}
