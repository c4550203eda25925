import { integer, pgEnum, pgTable, primaryKey, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import { runs } from './run.ts';
import { workers } from './worker.ts';

export const attemptOutcome = pgEnum('attempt_outcome', [
  /** The run ended with it: finished or diverged. */
  'ENDED',
  /** The run was cancelled under it. */
  'CANCELLED',
  /** It threw, or its worker process died. */
  'FAILED',
  /** The server stopped in order; another attempt goes on. */
  'STOPPED',
  /** The server that held it is gone; another attempt goes on. */
  'LOST',
]);
export type AttemptOutcome = (typeof attemptOutcome.enumValues)[number];

/** How an attempt goes on from what was recorded before it. */
export const continuity = pgEnum('continuity', [
  /** Nothing had been recorded. */
  'FIRST',
  /** From the state that was recorded, or shortly before it, where it computed before: bit for bit as without a pause. */
  'EXACT',
  /** From that state, but computing elsewhere: the last bits may differ. */
  'ELSEWHERE',
  /** From the beginning, since that state was not there: what was recorded is measured again and compared. */
  'ANEW',
]);
export type Continuity = (typeof continuity.enumValues)[number];

/** One try of a run by one worker. */
export const attempts = pgTable(
  'attempts',
  {
    runId: uuid('run_id')
      .notNull()
      .references(() => runs.id),
    /** The fencing token, from 1. */
    number: integer().notNull(),
    /** The queue's job under which it was claimed. */
    jobId: uuid('job_id').notNull(),
    /** Machine and process id of the server that holds it. */
    host: text().notNull(),
    pid: integer().notNull(),
    /** Null of attempts that are older than the table of workers. */
    workerId: uuid('worker_id').references(() => workers.id, { onDelete: 'set null' }),
    startedAt: timestamp('started_at', { withTimezone: true, precision: 3 }).notNull().defaultNow(),
    /** The epoch whose checkpoint it went on from; 0 when it began anew, null before it began. */
    resumedAfterEpoch: integer('resumed_after_epoch'),
    /** The step of the next epoch that it went on from; 0 at an epoch's end. */
    resumedAfterStep: integer('resumed_after_step'),
    /** Null before it began, and of attempts that are older than this column. */
    continuity: continuity(),
    /** As a sentence: from where, and why not from further on. */
    continuityNote: text('continuity_note'),
    endedAt: timestamp('ended_at', { withTimezone: true, precision: 3 }),
    outcome: attemptOutcome(),
    reason: text(),
  },
  (table) => [primaryKey({ columns: [table.runId, table.number] })],
);
export type AttemptRow = typeof attempts.$inferSelect;
