import { and, asc, desc, eq, isNull, ne, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Database, Executor, Transaction } from '../database/database.ts';
import { isId } from '../ordered-id.ts';
import { apiTokens } from '../tables/api-token.ts';
import { type MemberRole, type MemberRow, members, sessions } from '../tables/member.ts';
import { conflict, invalidInput, notFound, type Refusal } from './refusal.ts';

const LONGEST_NAME = 100;
const LONGEST_EMAIL = 254;
/** More than any machine trains at once. */
const MOST_RUNS_AT_ONCE = 10_000;

/** An address as it is kept and compared. */
export function emailOf(given: string): string {
  return given.trim().toLowerCase();
}

const Email = z.email();

/** What is wrong with an e-mail address, or null, as better-auth has it too. Whether it reaches anyone is not known. */
export function emailProblem(email: string): string | null {
  if (email.length <= LONGEST_EMAIL && Email.safeParse(email).success) return null;
  return `"${email.slice(0, 80)}" is no e-mail address; wanted one such as you@example.org.`;
}

/** What is wrong with a member's name, or null. */
export function memberNameProblem(name: string): string | null {
  if (name.length >= 1 && name.length <= LONGEST_NAME && !/\p{Cc}/u.test(name)) return null;
  return `The name has ${name.length} characters; it must have 1 to ${LONGEST_NAME}, none of them a control character.`;
}

/** Everyone, those who may no longer sign in last; within both, who came first comes first. */
export async function listMembers(db: Database): Promise<MemberRow[]> {
  return await db
    .select()
    .from(members)
    .orderBy(desc(isNull(members.disabledAt)), asc(members.createdAt), asc(members.id));
}

export async function memberWithEmail(db: Executor, email: string): Promise<MemberRow | null> {
  const [found] = await db
    .select()
    .from(members)
    .where(eq(members.email, emailOf(email)));
  return found ?? null;
}

/** Gives a member another role. The last administrator keeps theirs. */
export async function setMemberRole(
  db: Database,
  id: string,
  role: MemberRole,
): Promise<MemberRow | Refusal> {
  return await changeMember(db, id, async (tx, member) => {
    if (member.role === role) return member;
    if (role !== 'ADMIN' && (await isLastAdmin(tx, member))) return lastAdmin(member);
    return { role };
  });
}

/** Ends a member's sessions and tokens, and lets them sign in no more. What they made stays. */
export async function disableMember(db: Database, id: string): Promise<MemberRow | Refusal> {
  return await changeMember(db, id, async (tx, member) => {
    if (member.disabledAt !== null) return member;
    if (await isLastAdmin(tx, member)) return lastAdmin(member);
    await tx.delete(sessions).where(eq(sessions.memberId, id));
    await tx
      .update(apiTokens)
      .set({ revokedAt: sql`now()` })
      .where(and(eq(apiTokens.memberId, id), isNull(apiTokens.revokedAt)));
    return { disabledAt: sql`now()` };
  });
}

/** Lets a member sign in again, with the password that they had. Tokens that were ended stay so. */
export async function enableMember(db: Database, id: string): Promise<MemberRow | Refusal> {
  return await changeMember(db, id, async () => ({ disabledAt: null }));
}

/** How many of the runs that they started may train at once; null: as many as there is room for. */
export async function setMemberRunLimit(
  db: Database,
  id: string,
  limit: number | null,
): Promise<MemberRow | Refusal> {
  if (limit !== null && !(Number.isInteger(limit) && limit >= 1 && limit <= MOST_RUNS_AT_ONCE)) {
    const message = `The limit is ${limit}; it must be a whole number from 1 to ${MOST_RUNS_AT_ONCE}. Leave it out for none.`;
    return invalidInput([{ field: 'limit', message }]);
  }
  return await changeMember(db, id, async () => ({ runLimit: limit }));
}

export async function renameMember(db: Database, id: string, given: string): Promise<MemberRow | Refusal> {
  const name = given.trim();
  const problem = memberNameProblem(name);
  if (problem !== null) return invalidInput([{ field: 'name', message: problem }]);
  return await changeMember(db, id, async () => ({ name }));
}

type Values = Parameters<ReturnType<typeof memberUpdate>['set']>[0];
const memberUpdate = (tx: Transaction) => tx.update(members);

/** Changes a member's row with what `make` returns; a row or a refusal from it ends without a change. */
async function changeMember(
  db: Database,
  id: string,
  make: (tx: Transaction, member: MemberRow) => Promise<Values | MemberRow | Refusal>,
): Promise<MemberRow | Refusal> {
  if (!isId(id)) return notFound('member', id);
  return await db.transaction(async (tx) => {
    // All that decide about administrators take the same locks in the same order: of two who demote each other one waits.
    await tx
      .select({ id: members.id })
      .from(members)
      .where(sql`${members.role} = 'ADMIN' or ${members.id} = ${id}`)
      .orderBy(asc(members.id))
      .for('update');
    const [member] = await tx.select().from(members).where(eq(members.id, id));
    if (member === undefined) return notFound('member', id);
    const made = await make(tx, member);
    if ('refusal' in made) return made;
    if (made === member) return member;
    const [changed] = await memberUpdate(tx)
      .set({ ...made, updatedAt: sql`now()` })
      .where(eq(members.id, id))
      .returning();
    return changed!;
  });
}

async function isLastAdmin(tx: Transaction, member: MemberRow): Promise<boolean> {
  if (member.role !== 'ADMIN' || member.disabledAt !== null) return false;
  const [other] = await tx
    .select({ id: members.id })
    .from(members)
    .where(and(eq(members.role, 'ADMIN'), isNull(members.disabledAt), ne(members.id, member.id)))
    .limit(1);
  return other === undefined;
}

function lastAdmin({ name }: MemberRow): Refusal {
  return conflict(
    'LAST_ADMIN',
    `${name} is the only administrator who can sign in. Make someone else one first.`,
  );
}
