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
import { contenders } from './contender.ts';
import { experiments } from './experiment.ts';
import { members } from './member.ts';

const moment = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

/** What the place of an annotation is counted in. */
export const annotationAxis = pgEnum('annotation_axis', ['EPOCH', 'STEP']);

/** The value of the metric under an annotation when it was written, by contender's id and seed: `<id> <seed>`. */
export type AnnotatedValues = Readonly<Record<string, number | 'NAN' | 'POS_INF' | 'NEG_INF'>>;

/** A note that is anchored to data, not to pixels: to a metric, a place or range, and whom it is about. */
export const annotations = pgTable(
  'annotations',
  {
    id: uuid().primaryKey(),
    experimentId: uuid('experiment_id')
      .notNull()
      .references(() => experiments.id),
    /** Null: of the local owner. */
    authorId: uuid('author_id').references(() => members.id, { onDelete: 'set null' }),
    /** Name of an epoch's or a step's metric, as in the schema: `valLoss`. Null: about the whole comparison. */
    metric: text(),
    axis: annotationAxis(),
    /** The point, or the range's ends, both included. */
    from: doublePrecision('from_x'),
    to: doublePrecision('to_x'),
    /** Null: about all contenders. */
    contenderId: uuid('contender_id').references(() => contenders.id),
    /** Null: about all seeds. */
    seed: integer(),
    /** Markdown. */
    body: text().notNull(),
    values: jsonb().$type<AnnotatedValues>().notNull().default({}),
    createdAt: moment('created_at').notNull().defaultNow(),
    editedAt: moment('edited_at'),
    resolvedAt: moment('resolved_at'),
    resolvedBy: uuid('resolved_by').references(() => members.id, { onDelete: 'set null' }),
    deletedAt: moment('deleted_at'),
    /** The experiment's version when this row last changed. */
    version: integer().notNull(),
  },
  (table) => [index('annotations_by_version').on(table.experimentId, table.version)],
);
export type AnnotationRow = typeof annotations.$inferSelect;

/** An answer to an annotation. */
export const comments = pgTable(
  'comments',
  {
    id: uuid().primaryKey(),
    annotationId: uuid('annotation_id')
      .notNull()
      .references(() => annotations.id),
    experimentId: uuid('experiment_id')
      .notNull()
      .references(() => experiments.id),
    authorId: uuid('author_id').references(() => members.id, { onDelete: 'set null' }),
    /** Markdown. */
    body: text().notNull(),
    createdAt: moment('created_at').notNull().defaultNow(),
    editedAt: moment('edited_at'),
    deletedAt: moment('deleted_at'),
    version: integer().notNull(),
  },
  (table) => [
    index('comments_by_version').on(table.experimentId, table.version),
    index('comments_by_annotation').on(table.annotationId),
  ],
);
export type CommentRow = typeof comments.$inferSelect;

/** What an annotation or comment said before it was edited. */
export const noteEdits = pgTable(
  'note_edits',
  {
    id: uuid().primaryKey(),
    experimentId: uuid('experiment_id')
      .notNull()
      .references(() => experiments.id),
    /** Id of the annotation or of the comment. */
    noteId: uuid('note_id').notNull(),
    editorId: uuid('editor_id').references(() => members.id, { onDelete: 'set null' }),
    /** As it was until then. */
    body: text().notNull(),
    at: moment('at').notNull().defaultNow(),
  },
  (table) => [index('note_edits_by_note').on(table.noteId)],
);
export type NoteEditRow = typeof noteEdits.$inferSelect;
