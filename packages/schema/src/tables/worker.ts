import type { EngineDescription } from '@optiscope/trainer';
import { bigint, index, integer, jsonb, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';

const moment = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

/** A process that takes runs from the queue and trains them in processes of its own: of a server, or `npm run worker`. */
export const workers = pgTable(
  'workers',
  {
    id: uuid().primaryKey(),
    /** Name of the machine. */
    host: text().notNull(),
    pid: integer().notNull(),
    version: text().notNull(),
    /** What it has, such as `gpu`: runs that ask for a label go only to workers that have it. */
    labels: text().array().notNull(),
    /** The most runs side by side, and processes that train them. */
    concurrency: integer().notNull(),
    processes: integer().notNull(),
    /** What its training processes may take together, and take now; in bytes. */
    memoryLimit: bigint('memory_limit', { mode: 'number' }),
    memoryUsed: bigint('memory_used', { mode: 'number' }),
    /** What its runs told of the engines that they compute on. */
    engines: jsonb().$type<readonly EngineDescription[]>().notNull().default([]),
    startedAt: moment('started_at').notNull().defaultNow(),
    /** By the database's clock. One that is silent for long is gone. */
    heartbeatAt: moment('heartbeat_at').notNull().defaultNow(),
    /** Since when it takes no more runs. */
    drainingAt: moment('draining_at'),
    /** When it left in order. */
    stoppedAt: moment('stopped_at'),
  },
  (table) => [index('workers_by_heartbeat').on(table.heartbeatAt)],
);
export type WorkerRow = typeof workers.$inferSelect;
