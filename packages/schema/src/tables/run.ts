import type { EngineDescription } from '@optiscope/trainer';
import {
  doublePrecision,
  index,
  integer,
  jsonb,
  pgEnum,
  pgTable,
  text,
  timestamp,
  unique,
  uuid,
} from 'drizzle-orm/pg-core';
import { contenders } from './contender.ts';
import { experiments } from './experiment.ts';

export const runStatus = pgEnum('run_status', [
  'QUEUED',
  'RUNNING',
  /** Stopped where it stands by someone; goes on when asked to. */
  'PAUSED',
  'FINISHED',
  'DIVERGED',
  'CANCELLED',
  'FAILED',
]);
export type RunStatus = (typeof runStatus.enumValues)[number];

/** Trained by a worker, or brought in from another tool's record. */
export const runOrigin = pgEnum('run_origin', ['TRAINED', 'IMPORTED']);
export type RunOrigin = (typeof runOrigin.enumValues)[number];

/** Computing frozen features, or training; before, fetching what it needs, and making it ready. */
export const runPhase = pgEnum('run_phase', ['FEATURES', 'TRAINING', 'DOWNLOADING', 'PREPARING']);
export type RunPhase = (typeof runPhase.enumValues)[number];

/** One contender with one seed. */
export const runs = pgTable(
  'runs',
  {
    id: uuid().primaryKey(),
    experimentId: uuid('experiment_id')
      .notNull()
      .references(() => experiments.id),
    contenderId: uuid('contender_id')
      .notNull()
      .references(() => contenders.id),
    /** Place among the experiment's runs, from 0. */
    position: integer().notNull(),
    seed: integer().notNull(),
    status: runStatus().notNull().default('QUEUED'),
    origin: runOrigin().notNull().default('TRAINED'),
    /** Of an imported run: the file or publication that it comes from. */
    importedFrom: text('imported_from'),
    /** Why it diverged or failed. */
    reason: text(),
    /** The fencing token: how many times a worker took the run up. Who writes with an older one is refused. */
    attempt: integer().notNull().default(0),
    /** Attempts in a row that ended in an error or a dead worker and brought no new epoch. */
    failures: integer().notNull().default(0),
    phase: runPhase(),
    phaseDone: integer('phase_done').notNull().default(0),
    phaseTotal: integer('phase_total').notNull().default(0),
    imagesPerSecond: doublePrecision('images_per_second'),
    secondsLeft: doublePrecision('seconds_left'),
    engine: jsonb().$type<EngineDescription>(),
    trainImages: integer('train_images'),
    validationImages: integer('validation_images'),
    trainableParameters: integer('trainable_parameters'),
    totalParameters: integer('total_parameters'),
    skippedImages: integer('skipped_images').notNull().default(0),
    createdAt: timestamp('created_at', { withTimezone: true, precision: 3 }).notNull().defaultNow(),
    startedAt: timestamp('started_at', { withTimezone: true, precision: 3 }),
    finishedAt: timestamp('finished_at', { withTimezone: true, precision: 3 }),
    /** 0 before the first. */
    lastEpoch: integer('last_epoch').notNull().default(0),
    /** The experiment's version when this row last changed. */
    version: integer().notNull().default(0),
  },
  (table) => [
    unique('runs_place').on(table.experimentId, table.position),
    index('runs_by_version').on(table.experimentId, table.version),
    index('runs_by_status').on(table.status),
  ],
);
export type RunRow = typeof runs.$inferSelect;

/** A run that has ended stays as it is. */
export function hasEnded(status: RunStatus): boolean {
  return status !== 'QUEUED' && status !== 'RUNNING' && status !== 'PAUSED';
}
