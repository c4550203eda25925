import { boolean, index, integer, pgEnum, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';

/** What someone may do; each may also do what the ones before it may. */
export const memberRole = pgEnum('member_role', [
  /** Reads everything, and writes notes of their own. */
  'VIEWER',
  /** Starts, changes, stops and deletes comparisons. */
  'EDITOR',
  /** Invites members, changes their roles, reads the audit log. */
  'ADMIN',
]);
export type MemberRole = (typeof memberRole.enumValues)[number];

const moment = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

/** A person of the team. Their passwords and sign-ins at others stand in `accounts`. */
export const members = pgTable('members', {
  id: uuid().primaryKey(),
  name: text().notNull(),
  /** In lower case. */
  email: text().notNull().unique(),
  emailVerified: boolean('email_verified').notNull().default(false),
  image: text(),
  role: memberRole().notNull().default('VIEWER'),
  /** How many of the runs that they started may train at once; null: as many as there is room for. */
  runLimit: integer('run_limit'),
  /** Since when they may no longer sign in. What they made stays. */
  disabledAt: moment('disabled_at'),
  createdAt: moment('created_at').notNull().defaultNow(),
  updatedAt: moment('updated_at').notNull().defaultNow(),
});
export type MemberRow = typeof members.$inferSelect;

/** One signed-in browser. */
export const sessions = pgTable(
  'sessions',
  {
    id: uuid().primaryKey(),
    memberId: uuid('member_id')
      .notNull()
      .references(() => members.id, { onDelete: 'cascade' }),
    /** What the signed cookie carries. */
    token: text().notNull().unique(),
    expiresAt: moment('expires_at').notNull(),
    createdAt: moment('created_at').notNull().defaultNow(),
    updatedAt: moment('updated_at').notNull().defaultNow(),
    ipAddress: text('ip_address'),
    userAgent: text('user_agent'),
  },
  (table) => [index('sessions_by_member').on(table.memberId)],
);
export type SessionRow = typeof sessions.$inferSelect;

/** A way in which a member signs in: a password, or an account elsewhere. */
export const accounts = pgTable(
  'accounts',
  {
    id: uuid().primaryKey(),
    memberId: uuid('member_id')
      .notNull()
      .references(() => members.id, { onDelete: 'cascade' }),
    accountId: text('account_id').notNull(),
    providerId: text('provider_id').notNull(),
    accessToken: text('access_token'),
    refreshToken: text('refresh_token'),
    idToken: text('id_token'),
    accessTokenExpiresAt: moment('access_token_expires_at'),
    refreshTokenExpiresAt: moment('refresh_token_expires_at'),
    scope: text(),
    /** Hashed. */
    password: text(),
    createdAt: moment('created_at').notNull().defaultNow(),
    updatedAt: moment('updated_at').notNull().defaultNow(),
  },
  (table) => [index('accounts_by_member').on(table.memberId)],
);

/** Secrets that are good once and for a while, such as the state of a sign-in elsewhere. */
export const verifications = pgTable(
  'verifications',
  {
    id: uuid().primaryKey(),
    identifier: text().notNull(),
    value: text().notNull(),
    expiresAt: moment('expires_at').notNull(),
    createdAt: moment('created_at').notNull().defaultNow(),
    updatedAt: moment('updated_at').notNull().defaultNow(),
  },
  (table) => [index('verifications_by_identifier').on(table.identifier)],
);

/** A link by which someone becomes a member. */
export const invitations = pgTable('invitations', {
  id: uuid().primaryKey(),
  /** Only for this address; null for whoever has the link. */
  email: text(),
  role: memberRole().notNull(),
  /** SHA-256 of the link's secret, in hexadecimal. */
  tokenHash: text('token_hash').notNull().unique(),
  /** Null when it was made on the server's command line. */
  invitedBy: uuid('invited_by').references(() => members.id, { onDelete: 'set null' }),
  createdAt: moment('created_at').notNull().defaultNow(),
  expiresAt: moment('expires_at').notNull(),
  acceptedAt: moment('accepted_at'),
  acceptedBy: uuid('accepted_by').references(() => members.id, { onDelete: 'set null' }),
  revokedAt: moment('revoked_at'),
});
export type InvitationRow = typeof invitations.$inferSelect;
