import { and, eq, gt, isNull, ne, sql } from 'drizzle-orm';
import type { Database } from '../database/database.ts';
import { isId, orderedId } from '../ordered-id.ts';
import { type MemberRow, members, type SessionRow, sessions, verifications } from '../tables/member.ts';
import { notFound, type Refusal } from './refusal.ts';
import { newSecret, secretHash } from './secret.ts';

/** Ends one session; of this member, where one is given. */
export async function revokeSession(
  db: Database,
  id: string,
  memberId: string | null,
): Promise<SessionRow | Refusal> {
  if (!isId(id)) return notFound('session', id);
  const own = memberId === null ? undefined : eq(sessions.memberId, memberId);
  const [ended] = await db
    .delete(sessions)
    .where(and(eq(sessions.id, id), own))
    .returning();
  return ended ?? notFound('session', id);
}

/** Ends every session of a member but one; how many. */
export async function revokeOtherSessions(
  db: Database,
  memberId: string,
  but: string | null,
): Promise<number> {
  const ended = await db
    .delete(sessions)
    .where(and(eq(sessions.memberId, memberId), but === null ? undefined : ne(sessions.id, but)))
    .returning({ id: sessions.id });
  return ended.length;
}

/** Notes that a session is in use; who asks does so now and then, not at every request. */
export async function touchSession(db: Database, id: string): Promise<void> {
  await db.update(sessions).set({ updatedAt: sql`now()` }).where(eq(sessions.id, id));
}

/** Under which name the secret of a link for a new password is kept, as better-auth has it. */
function linkIdentifier(secret: string): string {
  return secretHash(`reset-password:${secret}`);
}

const PASSWORD_LINK_HOURS = 24;

/** Makes a link's secret by which a member can set a new password, once, within a day. Earlier ones end. */
export async function makePasswordLink(db: Database, { id }: Pick<MemberRow, 'id'>): Promise<string> {
  const secret = newSecret();
  await db.transaction(async (tx) => {
    await tx.delete(verifications).where(eq(verifications.value, id));
    await tx.insert(verifications).values({
      id: orderedId(),
      identifier: linkIdentifier(secret),
      value: id,
      expiresAt: sql`now() + make_interval(hours => ${PASSWORD_LINK_HOURS})`,
    });
  });
  return secret;
}

/** The member whose link for a new password has this secret, where it is still good; else null. */
export async function memberOfPasswordLink(db: Database, secret: string): Promise<MemberRow | null> {
  const [found] = await db
    .select({ member: members })
    .from(verifications)
    .innerJoin(members, sql`${members.id}::text = ${verifications.value}`)
    .where(
      and(
        eq(verifications.identifier, linkIdentifier(secret)),
        gt(verifications.expiresAt, sql`now()`),
        isNull(members.disabledAt),
      ),
    );
  return found?.member ?? null;
}
