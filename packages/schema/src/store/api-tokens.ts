import { and, desc, eq, gt, isNull, lt, or, type SQL, sql } from 'drizzle-orm';
import { hasRole, lesserRole } from '../access/may.ts';
import type { Viewer } from '../access/viewer.ts';
import type { Database, Transaction } from '../database/database.ts';
import { isId, orderedId } from '../ordered-id.ts';
import { type ApiTokenRow, apiTokens } from '../tables/api-token.ts';
import { type MemberRole, members } from '../tables/member.ts';
import { freeKey, keepAnswer, keptAnswer } from './keyed-answer.ts';
import { conflict, type InputProblem, invalidInput, isRefusal, notFound, type Refusal } from './refusal.ts';
import { newSecret, secretHash } from './secret.ts';

/** What every secret begins with, so that people and scanners of leaked secrets know it. */
export const TOKEN_PREFIX = 'opt_';
export const TOKEN_DAYS = 90;
const MOST_TOKEN_DAYS = 3_650;
const LONGEST_NAME = 100;
/** Of one member that are good at once: more are a script that makes one at every start. */
const MOST_TOKENS = 200;
/** Characters of the secret that its owner knows it by; 36 of its 256 bits. */
const SHOWN = TOKEN_PREFIX.length + 6;

/** Which token to make, and for whom. */
export interface TokenRequest {
  readonly name: string;
  readonly role: MemberRole;
  readonly expiresInDays: number;
  /** Null: for the owner of a server where nobody signs in. */
  readonly memberId: string | null;
}

/** A token and its secret, which is told only now; null where it was told before and is in use. */
export interface MadeToken {
  readonly token: ApiTokenRow;
  readonly secret: string | null;
}

/**
 * Makes a token. Asked again with a key, there is still one token: with a new secret when the first was never used
 * (its answer was lost, then), without when it was.
 */
export async function createApiToken(
  db: Database,
  request: TokenRequest,
  key: string | null = null,
): Promise<MadeToken | Refusal> {
  const name = request.name.trim();
  const problems = problemsOf({ ...request, name });
  if (problems.length > 0) return invalidInput(problems);
  const { role, expiresInDays: days, memberId } = request;
  const asked = { operation: 'createApiToken', key, arguments: [name, role, days, memberId] };
  return await db.transaction(async (tx) => {
    const secret = `${TOKEN_PREFIX}${newSecret()}`;
    const kept = { tokenHash: secretHash(secret), prefix: secret.slice(0, SHOWN) };
    const before = await keptAnswer(tx, asked);
    if (before !== null) {
      return isRefusal(before) ? before : await renewed(tx, String(before.tokenId), secret, kept);
    }
    const own = await tx.$count(apiTokens, and(ofMember(memberId), isGood));
    if (own >= MOST_TOKENS) {
      await freeKey(tx, asked);
      return conflict(
        'TOO_MANY_TOKENS',
        `There are ${own} tokens that are good; at most ${MOST_TOKENS} may be. Revoke what is not used.`,
      );
    }
    const expiresAt = sql`now() + make_interval(days => ${days}::integer)`;
    const [token] = await tx
      .insert(apiTokens)
      .values({ id: orderedId(), memberId, name, role, expiresAt, ...kept })
      .returning();
    await keepAnswer(tx, asked, { tokenId: token!.id });
    return { token: token!, secret };
  });
}

function problemsOf({ name, expiresInDays: days }: TokenRequest): InputProblem[] {
  const problems: InputProblem[] = [];
  if (!(name.length >= 1 && name.length <= LONGEST_NAME) || /\p{Cc}/u.test(name)) {
    const message = `The name has ${name.length} characters; it must have 1 to ${LONGEST_NAME}, none of them a control character.`;
    problems.push({ field: 'name', message });
  }
  if (!(Number.isInteger(days) && days >= 1 && days <= MOST_TOKEN_DAYS)) {
    const message = `The token is to be good for ${days} days; wanted a whole number from 1 to ${MOST_TOKEN_DAYS}.`;
    problems.push({ field: 'expiresInDays', message });
  }
  return problems;
}

async function renewed(
  tx: Transaction,
  id: string,
  secret: string,
  kept: { readonly tokenHash: string; readonly prefix: string },
): Promise<MadeToken | Refusal> {
  const [fresh] = await tx
    .update(apiTokens)
    .set(kept)
    .where(and(eq(apiTokens.id, id), isNull(apiTokens.lastUsedAt), isGood))
    .returning();
  if (fresh !== undefined) return { token: fresh, secret };
  const [token] = await tx.select().from(apiTokens).where(eq(apiTokens.id, id));
  return token === undefined ? notFound('token', id) : { token, secret: null };
}

/** Neither revoked nor expired, by the database's clock. */
const isGood: SQL = and(
  isNull(apiTokens.revokedAt),
  or(isNull(apiTokens.expiresAt), gt(apiTokens.expiresAt, sql`now()`)),
)!;

function ofMember(memberId: string | null): SQL {
  return memberId === null ? isNull(apiTokens.memberId) : eq(apiTokens.memberId, memberId);
}

/** Tokens, the newest first: of one member, of the local owner (null), or of everyone. */
export async function listApiTokens(db: Database, of: string | null | 'everyone'): Promise<ApiTokenRow[]> {
  return await db
    .select()
    .from(apiTokens)
    .where(of === 'everyone' ? undefined : ofMember(of))
    .orderBy(desc(apiTokens.createdAt), desc(apiTokens.id))
    .limit(1_000);
}

/** Ends a token for good. One that has ended stays as it is. */
export async function revokeApiToken(
  db: Database,
  id: string,
  mayRevoke: (token: ApiTokenRow) => boolean = () => true,
): Promise<ApiTokenRow | Refusal> {
  if (!isId(id)) return notFound('token', id);
  const [token] = await db.select().from(apiTokens).where(eq(apiTokens.id, id));
  // Whoever may not see it is not told that it is there.
  if (token === undefined || !mayRevoke(token)) return notFound('token', id);
  const [revoked] = await db
    .update(apiTokens)
    .set({ revokedAt: sql`coalesce(${apiTokens.revokedAt}, now())` })
    .where(eq(apiTokens.id, id))
    .returning();
  return revoked ?? notFound('token', id);
}

/**
 * Who a secret belongs to; null when it is no token's, or of one that was revoked or has expired, or whose member may no
 * longer sign in. Its role is the lesser of the token's and its member's.
 */
export async function viewerWithToken(db: Database, secret: string): Promise<Viewer | null> {
  if (!secret.startsWith(TOKEN_PREFIX)) return null;
  const [found] = await db
    .select({ token: apiTokens, member: members })
    .from(apiTokens)
    .leftJoin(members, eq(members.id, apiTokens.memberId))
    .where(and(eq(apiTokens.tokenHash, secretHash(secret)), isGood));
  if (found === undefined) return null;
  const { token, member } = found;
  if (member !== null && member.disabledAt !== null) return null;
  return {
    kind: 'TOKEN',
    role: member === null ? token.role : lesserRole(token.role, member.role),
    name: member === null ? token.name : `${member.name} (${token.name})`,
    memberId: token.memberId,
    tokenId: token.id,
    sessionId: null,
  };
}

/** Notes that a token was used; writes at most once a minute. */
export async function noteTokenUse(db: Database, id: string): Promise<void> {
  const minute = sql`date_trunc('minute', now())`;
  await db
    .update(apiTokens)
    .set({ lastUsedAt: minute })
    .where(and(eq(apiTokens.id, id), or(isNull(apiTokens.lastUsedAt), lt(apiTokens.lastUsedAt, minute))));
}

/** Why someone may not have a token of this role made, or null. */
export function tokenRoleProblem(viewer: Viewer, role: MemberRole): InputProblem | null {
  if (hasRole(viewer, role)) return null;
  return {
    field: 'role',
    message: `The token is to have the role ${role}; yours is ${viewer.role}, and it can have no more.`,
  };
}
