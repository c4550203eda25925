import type { EpochMetrics } from '@optiscope/trainer';
import { bigint, index, integer, pgTable, primaryKey, timestamp, uuid } from 'drizzle-orm/pg-core';
import { double } from './double.ts';
import { experiments } from './experiment.ts';
import { runs } from './run.ts';

/** The metrics of one epoch. Written once, never changed; double precision keeps NaN and both infinities. */
export const epochs = pgTable(
  'epochs',
  {
    runId: uuid('run_id')
      .notNull()
      .references(() => runs.id),
    epoch: integer().notNull(),
    experimentId: uuid('experiment_id')
      .notNull()
      .references(() => experiments.id),
    /** The attempt that measured it. */
    attempt: integer().notNull(),
    loss: double().notNull(),
    accuracy: double().notNull(),
    valLoss: double('val_loss').notNull(),
    valAccuracy: double('val_accuracy').notNull(),
    learningRate: double('learning_rate').notNull(),
    trainSeconds: double('train_seconds').notNull(),
    evaluationSeconds: double('evaluation_seconds').notNull(),
    examplesSeen: bigint('examples_seen', { mode: 'number' }).notNull(),
    gradientNorm: double('gradient_norm').notNull(),
    updateRatio: double('update_ratio').notNull(),
    recordedAt: timestamp('recorded_at', { withTimezone: true, precision: 3 }).notNull().defaultNow(),
    version: integer().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.runId, table.epoch] }),
    index('epochs_by_version').on(table.experimentId, table.version),
    // The best of an experiment is one look-up: lists are ordered and filtered by it.
    index('epochs_by_val_accuracy').on(table.experimentId, table.valAccuracy),
  ],
);
export type EpochRow = typeof epochs.$inferSelect;

/** A metric's column. The compiler holds the row to the trainer's own list of metrics. */
export type EpochMetric = Exclude<keyof EpochMetrics & keyof EpochRow, 'epoch'>;
