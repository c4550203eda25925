import type { DataSource, RunConfig, WeightsSource } from '@optiscope/trainer';
import {
  doublePrecision,
  index,
  integer,
  jsonb,
  pgEnum,
  pgTable,
  text,
  timestamp,
  uuid,
} from 'drizzle-orm/pg-core';
import { members } from './member.ts';

export const experimentStatus = pgEnum('experiment_status', [
  'QUEUED',
  'RUNNING',
  /** Nothing of it has yet to end but runs that are paused. */
  'PAUSED',
  'FINISHED',
  'CANCELLED',
  'FAILED',
]);
export type ExperimentStatus = (typeof experimentStatus.enumValues)[number];

/** What of a run's configuration is shared by all contenders and has no column; what is absent has its default. */
export type SharedSettings = Partial<
  Pick<
    RunConfig,
    | 'augmentation'
    | 'labelSmoothing'
    | 'classWeights'
    | 'dropout'
    | 'clipping'
    | 'weightDecay'
    | 'schedule'
    | 'stopping'
  >
>;

/** One comparison: the same data, model and seeds for every contender. */
export const experiments = pgTable(
  'experiments',
  {
    /** A time-ordered UUID (version 7), as every id here. */
    id: uuid().primaryKey(),
    name: text().notNull(),
    /** Creating twice with one key creates once. */
    idempotencyKey: text('idempotency_key').unique(),
    createdAt: timestamp('created_at', { withTimezone: true, precision: 3 }).notNull().defaultNow(),
    /** Follows from the runs' statuses; kept here so that lists need not read the runs. */
    status: experimentStatus().notNull().default('QUEUED'),
    /** Set when the experiment as a whole was cancelled. */
    cancelledAt: timestamp('cancelled_at', { withTimezone: true, precision: 3 }),
    data: jsonb().$type<DataSource>().notNull(),
    weights: jsonb().$type<WeightsSource>().notNull(),
    alpha: doublePrecision().notNull(),
    inputSize: integer('input_size').notNull(),
    freezeIndex: integer('freeze_index').notNull(),
    batchSize: integer('batch_size').notNull(),
    epochs: integer().notNull(),
    /** The first; each run says its own. */
    seed: integer().notNull(),
    settings: jsonb().$type<SharedSettings>().notNull().default({}),
    /** Who made it; null: the local owner, or someone whose account is gone. */
    authorId: uuid('author_id').references(() => members.id, { onDelete: 'set null' }),
    /** Runs of a higher one are taken up first; from -100 to 100. */
    priority: integer().notNull().default(0),
    /** Only workers that have all of these take its runs up. */
    workerLabels: text('worker_labels').array().notNull().default([]),
    /** Set while it is deleted: it can be brought back until its rows are removed for good. */
    deletedAt: timestamp('deleted_at', { withTimezone: true, precision: 3 }),
    /**
     * The number of the last change. A transaction that changes a run, an epoch or an event of the experiment
     * locks this row first, adds one, and stamps what it wrote: versions are committed in their order.
     */
    version: integer().notNull().default(0),
  },
  (table) => [
    index('experiments_by_age').on(table.createdAt.desc(), table.id.desc()),
    index('experiments_by_author').on(table.authorId),
  ],
);
export type ExperimentRow = typeof experiments.$inferSelect;
