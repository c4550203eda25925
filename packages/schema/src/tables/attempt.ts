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
    endedAt: timestamp('ended_at', { withTimezone: true, precision: 3 }),
    outcome: attemptOutcome(),
    reason: text(),
  },
  (table) => [primaryKey({ columns: [table.runId, table.number] })],
);
export type AttemptRow = typeof attempts.$inferSelect;
