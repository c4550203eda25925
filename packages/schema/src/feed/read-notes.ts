import { and, asc, eq, gt, lte } from 'drizzle-orm';
import type { Database } from '../database/database.ts';
import { type AnnotationRow, annotations, type CommentRow, comments } from '../tables/annotation.ts';
import type { Changes } from './read-changes.ts';

/** Between which of an experiment's versions something changed: the first is not among them, the last is. */
export type Between = Pick<Changes, 'after' | 'cursor'> & { readonly experimentId: string };

/** The annotations that changed between two versions; one that changed since then comes later, as it is then. */
export async function readAnnotations(
  db: Database,
  { experimentId, after, cursor }: Between,
): Promise<AnnotationRow[]> {
  return await db
    .select()
    .from(annotations)
    .where(
      and(
        eq(annotations.experimentId, experimentId),
        gt(annotations.version, after),
        lte(annotations.version, cursor),
      ),
    )
    .orderBy(asc(annotations.version), asc(annotations.id));
}

/** The same for comments. */
export async function readComments(
  db: Database,
  { experimentId, after, cursor }: Between,
): Promise<CommentRow[]> {
  return await db
    .select()
    .from(comments)
    .where(
      and(
        eq(comments.experimentId, experimentId),
        gt(comments.version, after),
        lte(comments.version, cursor),
      ),
    )
    .orderBy(asc(comments.version), asc(comments.id));
}
