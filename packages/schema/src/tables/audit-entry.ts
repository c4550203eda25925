import { index, jsonb, pgEnum, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';

/** Who did it: a signed-in member, a member's token, the owner of this machine, the command line, or nobody known. */
export const auditActor = pgEnum('audit_actor', ['MEMBER', 'TOKEN', 'LOCAL', 'COMMAND_LINE', 'STRANGER']);

/** Something that someone did or tried to do. Written once, never changed; ids have no references, so that it outlives what it tells of. */
export const auditEntries = pgTable(
  'audit_entries',
  {
    id: uuid().primaryKey(),
    at: timestamp({ withTimezone: true, precision: 3 }).notNull().defaultNow(),
    actor: auditActor().notNull(),
    memberId: uuid('member_id'),
    tokenId: uuid('token_id'),
    /** Name of the mutation, or of what else was done, such as `signIn`. */
    operation: text().notNull(),
    /** What it was asked with; secrets are left out. */
    arguments: jsonb().$type<Readonly<Record<string, unknown>>>().notNull().default({}),
    experimentId: uuid('experiment_id'),
    /** `DONE`, or the code of the refusal. */
    outcome: text().notNull(),
    requestId: text('request_id'),
    address: text(),
  },
  (table) => [
    index('audit_entries_by_time').on(table.at.desc(), table.id.desc()),
    index('audit_entries_by_experiment').on(table.experimentId),
  ],
);
export type AuditEntryRow = typeof auditEntries.$inferSelect;
