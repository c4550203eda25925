import { and, count, eq, isNull, sql } from 'drizzle-orm';
import type { Viewer } from '../access/viewer.ts';
import type { Database } from '../database/database.ts';
import { isId, orderedId } from '../ordered-id.ts';
import { type AnnotationRow, annotations, noteEdits } from '../tables/annotation.ts';
import { valuesUnder } from './annotated-values.ts';
import type { Change } from './change.ts';
import { type Answer, type Asked, changeOnce, type Made } from './change-once.ts';
import { type Anchor, anchorOf, problemsOfAnchor } from './note-anchor.ts';
import { bodyOf, problemsOfBody } from './note-body.ts';
import { noteRefusal } from './note-rules.ts';
import { deletedRefusal } from './open-runs.ts';
import { conflict, invalidInput, notFound, type Refusal } from './refusal.ts';

/** More on one experiment nobody reads, and whoever follows it gets all of them. */
const MOST_ANNOTATIONS = 2_000;

/** Who writes; null is nobody known, who may write nothing. */
type Writer = Viewer | null;

/** Writes a note on an experiment, with the values that lie under it now. */
export async function annotate(
  db: Database,
  writer: Writer,
  experimentId: string,
  given: Anchor & { readonly body: string },
  key: string | null = null,
): Promise<Answer | Refusal> {
  const anchor = anchorOf(given);
  const body = bodyOf(given.body);
  const { metric, axis, from, to, contenderId, seed } = anchor;
  const asked = [experimentId, writer?.memberId ?? null, body, metric, axis, from, to, contenderId, seed];
  return await changeOnce(
    db,
    { operation: 'annotate', key, arguments: asked },
    experimentId,
    async ({ tx, experiment, version }) => {
      const deleted = deletedRefusal(experiment);
      if (deleted !== null) return deleted;
      const problems = [...problemsOfBody(body), ...(await problemsOfAnchor(tx, experiment, anchor))];
      if (problems.length > 0) return invalidInput(problems);
      const [row] = await tx
        .select({ there: count() })
        .from(annotations)
        .where(and(eq(annotations.experimentId, experimentId), isNull(annotations.deletedAt)));
      if ((row?.there ?? 0) >= MOST_ANNOTATIONS) {
        return conflict(
          'TOO_MANY_NOTES',
          `"${experiment.name}" has ${row?.there} notes, and no more fit. Delete some, or write a comment on one.`,
        );
      }
      const id = orderedId();
      const values = (await valuesUnder(tx, [{ id, experimentId, ...anchor }])).get(id) ?? {};
      await tx
        .insert(annotations)
        .values({ id, experimentId, authorId: writer?.memberId ?? null, ...anchor, body, values, version });
      return { changed: true, noteId: id };
    },
  );
}

/** Gives an annotation another text. What it said is kept. */
export async function editAnnotation(
  db: Database,
  writer: Writer,
  id: string,
  given: string,
  key: string | null = null,
): Promise<Answer | Refusal> {
  const body = bodyOf(given);
  const problems = problemsOfBody(body);
  if (problems.length > 0) return invalidInput(problems);
  const asked = { operation: 'editAnnotation', key, arguments: [id, body] };
  return await changeAnnotation(db, asked, id, async (note, { tx, version }) => {
    const refusal = noteRefusal(writer, note, 'edit') ?? deletedNote(note);
    if (refusal !== null) return refusal;
    if (note.body === body) return { changed: false, noteId: note.id };
    await tx.insert(noteEdits).values({
      id: orderedId(),
      experimentId: note.experimentId,
      noteId: note.id,
      editorId: writer?.memberId ?? null,
      body: note.body,
    });
    await tx
      .update(annotations)
      .set({ body, editedAt: sql`now()`, version })
      .where(eq(annotations.id, note.id));
    return { changed: true, noteId: note.id };
  });
}

/** Says that what an annotation is about is dealt with, or that it is not after all. */
export async function resolveAnnotation(
  db: Database,
  writer: Writer,
  id: string,
  resolved: boolean,
  key: string | null = null,
): Promise<Answer | Refusal> {
  const operation = resolved ? 'resolveAnnotation' : 'reopenAnnotation';
  return await changeAnnotation(db, { operation, key, arguments: [id] }, id, async (note, change) => {
    const refusal = noteRefusal(writer, note, resolved ? 'resolve' : 'reopen') ?? deletedNote(note);
    if (refusal !== null) return refusal;
    if ((note.resolvedAt !== null) === resolved) return { changed: false, noteId: note.id };
    await change.tx
      .update(annotations)
      .set({
        resolvedAt: resolved ? sql`now()` : null,
        resolvedBy: resolved ? (writer?.memberId ?? null) : null,
        version: change.version,
      })
      .where(eq(annotations.id, note.id));
    return { changed: true, noteId: note.id };
  });
}

/** Takes an annotation with its comments away, or brings it back. */
export async function deleteAnnotation(
  db: Database,
  writer: Writer,
  id: string,
  deleted: boolean,
  key: string | null = null,
): Promise<Answer | Refusal> {
  const operation = deleted ? 'deleteAnnotation' : 'restoreAnnotation';
  return await changeAnnotation(db, { operation, key, arguments: [id] }, id, async (note, change) => {
    const refusal = noteRefusal(writer, note, deleted ? 'delete' : 'restore');
    if (refusal !== null) return refusal;
    if ((note.deletedAt !== null) === deleted) return { changed: false, noteId: note.id };
    await change.tx
      .update(annotations)
      .set({ deletedAt: deleted ? sql`now()` : null, version: change.version })
      .where(eq(annotations.id, note.id));
    return { changed: true, noteId: note.id };
  });
}

/** Refuses to change or to answer what was taken away. */
export function deletedNote({ deletedAt }: { readonly deletedAt: Date | null }): Refusal | null {
  if (deletedAt === null) return null;
  return conflict(
    'NOTE_DELETED',
    'The note is deleted. Bring it back first (restoreAnnotation, restoreComment).',
  );
}

/** `changeOnce` for the experiment of an annotation. */
export async function changeAnnotation(
  db: Database,
  asked: Asked,
  id: string,
  make: (note: AnnotationRow, change: Change) => Promise<Made>,
): Promise<Answer | Refusal> {
  const [found] = isId(id)
    ? await db
        .select({ experimentId: annotations.experimentId })
        .from(annotations)
        .where(eq(annotations.id, id))
    : [];
  if (found === undefined) return notFound('annotation', id);
  return await changeOnce(db, asked, found.experimentId, async (change) => {
    const deleted = deletedRefusal(change.experiment);
    if (deleted !== null) return deleted;
    // Read anew: the experiment is locked only now.
    const [note] = await change.tx.select().from(annotations).where(eq(annotations.id, id));
    return note === undefined ? notFound('annotation', id) : await make(note, change);
  });
}
