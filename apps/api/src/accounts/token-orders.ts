import {
  type ApiTokenRow,
  auditedAct,
  createApiToken,
  type Database,
  isRefusal,
  listApiTokens,
  memberWithEmail,
  revokeApiToken,
  TOKEN_DAYS,
} from '@optiscope/schema';
import { z } from 'zod';
import type { Obeyed } from './member-orders.ts';

/** What the command line can do with tokens. */
export const TokenOrder = z.discriminatedUnion('do', [
  z.object({ do: z.literal('list') }),
  z.object({
    do: z.literal('create'),
    name: z.string(),
    role: z.enum(['VIEWER', 'EDITOR', 'ADMIN']),
    days: z.number().default(TOKEN_DAYS),
    /** Whose it is to be; null: of nobody, good for its role where nobody signs in and where people do. */
    email: z.string().nullable(),
  }),
  z.object({ do: z.literal('revoke'), id: z.string() }),
]);
export type TokenOrder = z.infer<typeof TokenOrder>;

/** Does it, and writes it into the audit log. */
export async function obeyTokenOrder(db: Database, order: TokenOrder): Promise<Obeyed> {
  switch (order.do) {
    case 'list':
      return { done: true, message: await listing(db) };
    case 'create':
      return await create(db, order);
    case 'revoke': {
      const { id } = order;
      const revoked = await auditedAct(
        { by: 'COMMAND_LINE', database: () => db, operation: 'revokeApiToken', arguments: { id } },
        (database) => revokeApiToken(database(), id),
      );
      if (isRefusal(revoked)) return { done: false, message: revoked.message };
      return { done: true, message: `${revoked.name} (${revoked.prefix}…) is good no more.` };
    }
  }
}

async function create(
  db: Database,
  { name, role, days, email }: Extract<TokenOrder, { do: 'create' }>,
): Promise<Obeyed> {
  const member = email === null ? null : await memberWithEmail(db, email);
  if (email !== null && member === null) {
    return { done: false, message: `No member has the address ${email}. "members list" tells who there is.` };
  }
  const asked = { name, role, days, ...(email !== null && { email }) };
  const made = await auditedAct(
    { by: 'COMMAND_LINE', database: () => db, operation: 'createApiToken', arguments: asked },
    (database) =>
      createApiToken(database(), { name, role, expiresInDays: days, memberId: member?.id ?? null }),
  );
  if (isRefusal(made)) return { done: false, message: made.message };
  const until = made.token.expiresAt?.toISOString().slice(0, 10);
  const message = `${made.secret}\nSend it as "authorization: Bearer …". It is good until ${until}, and is not shown again.`;
  return { done: true, message };
}

async function listing(db: Database): Promise<string> {
  const tokens = await listApiTokens(db, 'everyone');
  return tokens.length > 0 ? tokens.map(line).join('\n') : 'There are no tokens.';
}

function line({ id, prefix, name, role, expiresAt, lastUsedAt, revokedAt }: ApiTokenRow): string {
  const day = (at: Date): string => at.toISOString().slice(0, 10);
  const used = lastUsedAt === null ? 'never used' : `used ${lastUsedAt.toISOString().slice(0, 16)}Z`;
  const ended = revokedAt !== null || (expiresAt !== null && expiresAt.getTime() <= Date.now());
  const state = revokedAt === null ? `until ${expiresAt ? day(expiresAt) : 'it is revoked'}` : '';
  return [id, `${prefix}…`, role.toLowerCase(), name, used, ended ? 'ended' : state].join('  ');
}
