import { index, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import { memberRole, members } from './member.ts';

const moment = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

/** A secret by which a script acts for a member. Only its hash is kept. */
export const apiTokens = pgTable(
  'api_tokens',
  {
    id: uuid().primaryKey(),
    /** Null: of the local owner, where nobody signs in. */
    memberId: uuid('member_id').references(() => members.id, { onDelete: 'cascade' }),
    name: text().notNull(),
    /** SHA-256 of the secret, in hexadecimal. */
    tokenHash: text('token_hash').notNull().unique(),
    /** The first characters of the secret, by which its owner knows it again. */
    prefix: text().notNull(),
    /** What it may do at most; less when its member may less. */
    role: memberRole().notNull(),
    createdAt: moment('created_at').notNull().defaultNow(),
    expiresAt: moment('expires_at'),
    /** To the minute. */
    lastUsedAt: moment('last_used_at'),
    revokedAt: moment('revoked_at'),
  },
  (table) => [index('api_tokens_by_member').on(table.memberId)],
);
export type ApiTokenRow = typeof apiTokens.$inferSelect;
