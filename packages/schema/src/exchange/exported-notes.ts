import { and, asc, eq, getTableColumns, inArray, isNull } from 'drizzle-orm';
import type { Database } from '../database/database.ts';
import { type AnnotationRow, annotations, comments } from '../tables/annotation.ts';
import { contenders } from '../tables/contender.ts';
import { members } from '../tables/member.ts';

/** An annotation with what its ids stand for, and its comments. */
export interface ExportedNote extends AnnotationRow {
  /** Null: the owner of the machine, or someone whose account is gone. */
  readonly author: string | null;
  readonly contender: string | null;
  readonly comments: readonly {
    readonly id: string;
    readonly author: string | null;
    readonly body: string;
    readonly createdAt: Date;
    readonly editedAt: Date | null;
  }[];
}

/** What was noted on experiments and is not deleted, by their ids, in the order in which it was written. */
export async function notesOf(
  db: Database,
  experimentIds: readonly string[],
): Promise<Map<string, ExportedNote[]>> {
  const notes = await db
    .select({ ...getTableColumns(annotations), author: members.name, contender: contenders.label })
    .from(annotations)
    .leftJoin(members, eq(members.id, annotations.authorId))
    .leftJoin(contenders, eq(contenders.id, annotations.contenderId))
    .where(and(inArray(annotations.experimentId, [...experimentIds]), isNull(annotations.deletedAt)))
    .orderBy(asc(annotations.id));
  const answers = await db
    .select({
      annotationId: comments.annotationId,
      id: comments.id,
      author: members.name,
      body: comments.body,
      createdAt: comments.createdAt,
      editedAt: comments.editedAt,
    })
    .from(comments)
    .leftJoin(members, eq(members.id, comments.authorId))
    .where(and(inArray(comments.experimentId, [...experimentIds]), isNull(comments.deletedAt)))
    .orderBy(asc(comments.id));
  const byNote = Map.groupBy(answers, ({ annotationId }) => annotationId);
  return Map.groupBy(
    notes.map((note) => ({
      ...note,
      comments: (byNote.get(note.id) ?? []).map(({ annotationId: _of, ...answer }) => answer),
    })),
    ({ experimentId }) => experimentId,
  );
}
