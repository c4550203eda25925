import { and, desc, eq, gt, isNull, sql } from 'drizzle-orm';
import type { Database, Executor, Transaction } from '../database/database.ts';
import { isId, orderedId } from '../ordered-id.ts';
import {
  accounts,
  type InvitationRow,
  invitations,
  type MemberRole,
  type MemberRow,
  members,
} from '../tables/member.ts';
import { type Asked, freeKey, keepAnswer, keptAnswer } from './keyed-answer.ts';
import { emailOf, emailProblem, memberNameProblem, memberWithEmail } from './members.ts';
import { conflict, type InputProblem, invalidInput, isRefusal, notFound, type Refusal } from './refusal.ts';
import { newSecret, secretHash } from './secret.ts';

const MOST_DAYS = 90;
export const INVITATION_DAYS = 7;

/** Whom to invite, and as what. */
export interface InvitationRequest {
  /** Null: whoever has the link. */
  readonly email: string | null;
  readonly role: MemberRole;
  readonly expiresInDays: number;
  /** The member who invites; null: whoever runs the server, on its command line. */
  readonly invitedBy: string | null;
}

/** An invitation and its link's secret, which is told only now: only its hash is kept. */
export interface Invited {
  readonly invitation: InvitationRow;
  readonly secret: string;
}

/**
 * Makes an invitation. An address has one at a time: an earlier one that is open ends. Asked again with a key, there
 * is still one invitation, and its link is a new one: the first link was told once and is not known here.
 */
export async function inviteMember(
  db: Database,
  request: InvitationRequest,
  key: string | null = null,
): Promise<Invited | Refusal> {
  const { role, expiresInDays: days, invitedBy } = request;
  const email = request.email === null ? null : emailOf(request.email);
  const problems: InputProblem[] = [];
  const wrong = email === null ? null : emailProblem(email);
  if (wrong !== null) problems.push({ field: 'email', message: wrong });
  if (!(Number.isInteger(days) && days >= 1 && days <= MOST_DAYS)) {
    const message = `The link is to be good for ${days} days; wanted a whole number from 1 to ${MOST_DAYS}.`;
    problems.push({ field: 'expiresInDays', message });
  }
  if (problems.length > 0) return invalidInput(problems);
  const asked: Asked = { operation: 'inviteMember', key, arguments: [email, role, days] };
  return await db.transaction(async (tx) => {
    const secret = newSecret();
    const before = await keptAnswer(tx, asked);
    if (before !== null) {
      if (isRefusal(before)) return before;
      return await renewed(tx, String(before.invitationId), secret);
    }
    if (email !== null) {
      const member = await memberWithEmail(tx, email);
      if (member !== null) {
        await freeKey(tx, asked);
        return taken(member);
      }
      await tx
        .update(invitations)
        .set({ revokedAt: sql`now()` })
        .where(and(eq(invitations.email, email), isOpen));
    }
    const [invitation] = await tx
      .insert(invitations)
      .values({
        id: orderedId(),
        email,
        role,
        tokenHash: secretHash(secret),
        invitedBy,
        expiresAt: sql`now() + make_interval(days => ${days}::integer)`,
      })
      .returning();
    await keepAnswer(tx, asked, { invitationId: invitation!.id });
    return { invitation: invitation!, secret };
  });
}

async function renewed(tx: Transaction, id: string, secret: string): Promise<Invited | Refusal> {
  const [invitation] = await tx
    .update(invitations)
    .set({ tokenHash: secretHash(secret) })
    .where(and(eq(invitations.id, id), isOpen))
    .returning();
  if (invitation !== undefined) return { invitation, secret };
  return conflict(
    'INVITATION_ENDED',
    'The invitation with this key has ended. Take a new key for a new one.',
  );
}

/** Neither accepted nor revoked, and its time is not over. */
const isOpen = and(
  isNull(invitations.acceptedAt),
  isNull(invitations.revokedAt),
  gt(invitations.expiresAt, sql`now()`),
);

/** The newest first. */
export async function listInvitations(db: Database, open: boolean): Promise<InvitationRow[]> {
  return await db
    .select()
    .from(invitations)
    .where(open ? isOpen : undefined)
    .orderBy(desc(invitations.createdAt), desc(invitations.id))
    .limit(500);
}

/** Ends an invitation: its link is good no more. */
export async function revokeInvitation(db: Database, id: string): Promise<InvitationRow | Refusal> {
  if (!isId(id)) return notFound('invitation', id);
  const [revoked] = await db
    .update(invitations)
    .set({ revokedAt: sql`coalesce(${invitations.revokedAt}, now())` })
    .where(and(eq(invitations.id, id), isNull(invitations.acceptedAt)))
    .returning();
  if (revoked !== undefined) return revoked;
  const [found] = await db.select().from(invitations).where(eq(invitations.id, id));
  if (found === undefined) return notFound('invitation', id);
  return conflict(
    'INVITATION_ENDED',
    'The invitation has been accepted. Disable the member (disableMember) to shut them out.',
  );
}

/** The open invitation with this secret, or null. */
export async function invitationWithSecret(db: Executor, secret: string): Promise<InvitationRow | null> {
  const [found] = await db
    .select()
    .from(invitations)
    .where(and(eq(invitations.tokenHash, secretHash(secret)), isOpen));
  return found ?? null;
}

/** The open invitation for an address, or null: the one that a sign-in elsewhere may accept. */
export async function invitationForEmail(db: Executor, email: string): Promise<InvitationRow | null> {
  const [found] = await db
    .select()
    .from(invitations)
    .where(and(eq(invitations.email, emailOf(email)), isOpen))
    .orderBy(desc(invitations.createdAt))
    .limit(1);
  return found ?? null;
}

/** Notes that an invitation for an address was accepted by a member who came from a sign-in elsewhere. */
export async function acceptForEmail(db: Executor, member: { id: string; email: string }): Promise<void> {
  await db
    .update(invitations)
    .set({ acceptedAt: sql`now()`, acceptedBy: member.id })
    .where(and(eq(invitations.email, emailOf(member.email)), isOpen));
}

/** Who accepts, with the password as it is kept. */
export interface NewMember {
  readonly secret: string;
  readonly name: string;
  /** Left out of account where the invitation names one. */
  readonly email: string;
  readonly passwordHash: string;
}

/** Makes the member whom an invitation is for, once: of two who accept with one link the second is refused. */
export async function acceptInvitation(db: Database, given: NewMember): Promise<MemberRow | Refusal> {
  const name = given.name.trim();
  return await db
    .transaction(async (tx) => {
      const found = await invitationWithSecret(tx, given.secret);
      if (found === null) return ended();
      const email = found.email ?? emailOf(given.email);
      const problems: InputProblem[] = [];
      const wrongName = memberNameProblem(name);
      if (wrongName !== null) problems.push({ field: 'name', message: wrongName });
      const wrongEmail = emailProblem(email);
      if (wrongEmail !== null) problems.push({ field: 'email', message: wrongEmail });
      if (problems.length > 0) return invalidInput(problems);
      const id = orderedId();
      const [member] = await tx
        .insert(members)
        // An invitation for an address says that whoever invited vouches for it; an open one says nothing of it.
        .values({ id, name, email, role: found.role, emailVerified: found.email !== null })
        .onConflictDoNothing({ target: members.email })
        .returning();
      if (member === undefined) return taken({ email });
      const [accepted] = await tx
        .update(invitations)
        .set({ acceptedAt: sql`now()`, acceptedBy: id })
        .where(and(eq(invitations.id, found.id), isOpen))
        .returning({ id: invitations.id });
      if (accepted === undefined) throw new InvitationGone();
      await tx.insert(accounts).values({
        id: orderedId(),
        memberId: id,
        accountId: id,
        providerId: 'credential',
        password: given.passwordHash,
      });
      return member;
    })
    .catch((error: unknown) => {
      if (error instanceof InvitationGone) return ended();
      throw error;
    });
}

/** Someone else accepted while this one did. Thrown, so that what was done is undone. */
class InvitationGone extends Error {}

function ended(): Refusal {
  return conflict(
    'INVITATION_ENDED',
    'The link has been used, was revoked, or its time is over. Ask whoever invited you for a new one.',
  );
}

function taken({ email }: { readonly email: string }): Refusal {
  return conflict(
    'EMAIL_TAKEN',
    `${email} is a member's address already. A member who lost their password gets a link for a new one (optiscope members reset).`,
  );
}

/** Whether someone can administer the team, or has been invited to. */
export async function hasAdminOrInvitation(db: Database): Promise<boolean> {
  const [row] = await db
    .select({ id: members.id })
    .from(members)
    .where(and(eq(members.role, 'ADMIN'), isNull(members.disabledAt)))
    .limit(1);
  if (row !== undefined) return true;
  const [open] = await db
    .select({ id: invitations.id })
    .from(invitations)
    .where(and(eq(invitations.role, 'ADMIN'), isOpen))
    .limit(1);
  return open !== undefined;
}
