import { and, count, eq, isNull, sql } from 'drizzle-orm';
import type { Viewer } from '../access/viewer.ts';
import type { Database } from '../database/database.ts';
import { isId, orderedId } from '../ordered-id.ts';
import { type CommentRow, comments, noteEdits } from '../tables/annotation.ts';
import { changeAnnotation, deletedNote } from './annotations.ts';
import type { Change } from './change.ts';
import type { Answer, Asked, Made } from './change-once.ts';
import { bodyOf, problemsOfBody } from './note-body.ts';
import { noteRefusal } from './note-rules.ts';
import { conflict, invalidInput, notFound, type Refusal } from './refusal.ts';

const MOST_COMMENTS = 500;

/** Answers an annotation. */
export async function comment(
  db: Database,
  writer: Viewer | null,
  annotationId: string,
  given: string,
  key: string | null = null,
): Promise<Answer | Refusal> {
  const body = bodyOf(given);
  const problems = problemsOfBody(body);
  if (problems.length > 0) return invalidInput(problems);
  const authorId = writer?.memberId ?? null;
  const asked = { operation: 'comment', key, arguments: [annotationId, authorId, body] };
  return await changeAnnotation(db, asked, annotationId, async (note, { tx, version }) => {
    const deleted = deletedNote(note);
    if (deleted !== null) return deleted;
    const [row] = await tx
      .select({ there: count() })
      .from(comments)
      .where(and(eq(comments.annotationId, note.id), isNull(comments.deletedAt)));
    if ((row?.there ?? 0) >= MOST_COMMENTS) {
      const message = `The note has ${row?.there} comments, and no more fit. Write a new note (annotate).`;
      return conflict('TOO_MANY_NOTES', message);
    }
    const id = orderedId();
    await tx
      .insert(comments)
      .values({ id, annotationId: note.id, experimentId: note.experimentId, authorId, body, version });
    return { changed: true, noteId: id };
  });
}

/** Gives a comment another text. What it said is kept. */
export async function editComment(
  db: Database,
  writer: Viewer | null,
  id: string,
  given: string,
  key: string | null = null,
): Promise<Answer | Refusal> {
  const body = bodyOf(given);
  const problems = problemsOfBody(body);
  if (problems.length > 0) return invalidInput(problems);
  const asked = { operation: 'editComment', key, arguments: [id, body] };
  return await changeComment(db, asked, id, async (found, { tx, version }) => {
    const refusal = noteRefusal(writer, found, 'edit') ?? deletedNote(found);
    if (refusal !== null) return refusal;
    if (found.body === body) return { changed: false, noteId: found.id };
    await tx.insert(noteEdits).values({
      id: orderedId(),
      experimentId: found.experimentId,
      noteId: found.id,
      editorId: writer?.memberId ?? null,
      body: found.body,
    });
    await tx.update(comments).set({ body, editedAt: sql`now()`, version }).where(eq(comments.id, found.id));
    return { changed: true, noteId: found.id };
  });
}

/** Takes a comment away, or brings it back. */
export async function deleteComment(
  db: Database,
  writer: Viewer | null,
  id: string,
  deleted: boolean,
  key: string | null = null,
): Promise<Answer | Refusal> {
  const operation = deleted ? 'deleteComment' : 'restoreComment';
  return await changeComment(db, { operation, key, arguments: [id] }, id, async (found, change) => {
    const refusal = noteRefusal(writer, found, deleted ? 'delete' : 'restore');
    if (refusal !== null) return refusal;
    if ((found.deletedAt !== null) === deleted) return { changed: false, noteId: found.id };
    await change.tx
      .update(comments)
      .set({ deletedAt: deleted ? sql`now()` : null, version: change.version })
      .where(eq(comments.id, found.id));
    return { changed: true, noteId: found.id };
  });
}

/** `changeOnce` for the experiment of a comment, whose annotation must be there. */
async function changeComment(
  db: Database,
  asked: Asked,
  id: string,
  make: (found: CommentRow, change: Change) => Promise<Made>,
): Promise<Answer | Refusal> {
  const [there] = isId(id)
    ? await db.select({ annotationId: comments.annotationId }).from(comments).where(eq(comments.id, id))
    : [];
  if (there === undefined) return notFound('comment', id);
  return await changeAnnotation(db, asked, there.annotationId, async (note, change) => {
    const gone = deletedNote(note);
    if (gone !== null) return gone;
    const [found] = await change.tx.select().from(comments).where(eq(comments.id, id));
    return found === undefined ? notFound('comment', id) : await make(found, change);
  });
}
