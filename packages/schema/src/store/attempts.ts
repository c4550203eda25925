import { and, eq, or } from 'drizzle-orm';
import type { Database } from '../database/database.ts';
import { isId } from '../ordered-id.ts';
import { type AttemptRow, attempts } from '../tables/attempt.ts';

/** An attempt has no id of its own: it is its run's, and its number. */
export function attemptId({ runId, number }: Pick<AttemptRow, 'runId' | 'number'>): string {
  return `${runId}.${number}`;
}

/** The attempts with these ids; what can be none is left out. */
export async function attemptsWithIds(db: Database, ids: readonly string[]): Promise<AttemptRow[]> {
  const asked = ids.flatMap((id) => {
    const [runId = '', number = ''] = id.split('.', 2);
    return isId(runId) && /^[1-9]\d{0,8}$/.test(number) ? [{ runId, number: Number(number) }] : [];
  });
  if (asked.length === 0) return [];
  return await db
    .select()
    .from(attempts)
    .where(or(...asked.map((one) => and(eq(attempts.runId, one.runId), eq(attempts.number, one.number)))));
}
