import { integer, pgTable, uuid } from 'drizzle-orm/pg-core';

/**
 * Which database this is, in one row that whoever wants it first makes. It is in no backup: what is restored elsewhere
 * is another database, whose transactions have other numbers.
 */
export const databaseIdentity = pgTable('database_identity', {
  /** 1: there is one row. */
  only: integer().primaryKey().default(1),
  id: uuid().notNull(),
});
