import { and, asc, inArray, isNull } from 'drizzle-orm';
import type { Database } from '../database/database.ts';
import { valuesUnder } from '../store/annotated-values.ts';
import {
  type AnnotatedValues,
  type AnnotationRow,
  annotations,
  type CommentRow,
  comments,
  type NoteEditRow,
  noteEdits,
} from '../tables/annotation.ts';
import { type AttemptRow, attempts } from '../tables/attempt.ts';
import { batch } from './batch.ts';

/** How one row leads to others, for the nouns that came after the first. */
export interface NounLoaders {
  readonly annotation: (id: string) => Promise<AnnotationRow | undefined>;
  /** Those that are there, in the order in which they were written. */
  readonly commentsOf: (annotationId: string) => Promise<CommentRow[] | undefined>;
  /** What a note said before, the oldest first. */
  readonly editsOf: (noteId: string) => Promise<NoteEditRow[] | undefined>;
  /** What lies under an annotation now. */
  readonly valuesUnder: (annotation: AnnotationRow) => Promise<AnnotatedValues | undefined>;
  readonly attemptsOf: (runId: string) => Promise<AttemptRow[] | undefined>;
  /**
   * What is asked for with arguments, such as a page of each experiment's annotations: `asked` names what and with
   * which, and all who ask for the same in one turn are answered by one call of `load`.
   */
  readonly like: <Value>(
    asked: string,
    id: string,
    load: (ids: readonly string[]) => Promise<ReadonlyMap<string, Value>>,
  ) => Promise<Value | undefined>;
}

export function nounLoaders(db: Database): NounLoaders {
  const batches = new Map<string, (id: string) => Promise<unknown>>();
  return {
    annotation: batch(async (ids) => {
      const rows = await db
        .select()
        .from(annotations)
        .where(inArray(annotations.id, [...ids]));
      return new Map(rows.map((row) => [row.id, row]));
    }),
    commentsOf: batch(async (ids) => {
      const rows = await db
        .select()
        .from(comments)
        .where(and(inArray(comments.annotationId, [...ids]), isNull(comments.deletedAt)))
        .orderBy(asc(comments.id));
      return Map.groupBy(rows, (row) => row.annotationId);
    }),
    editsOf: batch(async (ids) => {
      const rows = await db
        .select()
        .from(noteEdits)
        .where(inArray(noteEdits.noteId, [...ids]))
        .orderBy(asc(noteEdits.id));
      return Map.groupBy(rows, (row) => row.noteId);
    }),
    valuesUnder: batch(async (asked: readonly AnnotationRow[]) => {
      const found = await valuesUnder(db, asked);
      return new Map(asked.flatMap((note) => (found.has(note.id) ? [[note, found.get(note.id)!]] : [])));
    }),
    attemptsOf: batch(async (ids) => {
      const rows = await db
        .select()
        .from(attempts)
        .where(inArray(attempts.runId, [...ids]))
        .orderBy(asc(attempts.runId), asc(attempts.number));
      return Map.groupBy(rows, (row) => row.runId);
    }),
    like: async <Value>(
      asked: string,
      id: string,
      load: (ids: readonly string[]) => Promise<ReadonlyMap<string, Value>>,
    ) => {
      const known = batches.get(asked) ?? batch(load);
      batches.set(asked, known);
      // Who asks under one name asks for one type.
      return (await known(id)) as Value | undefined;
    },
  };
}
