import { annotate, deleteAnnotation, editAnnotation, resolveAnnotation } from '../store/annotations.ts';
import type { Answer } from '../store/change-once.ts';
import { comment, deleteComment, editComment } from '../store/comments.ts';
import { isRefusal, type Refusal } from '../store/refusal.ts';
import { rowsWithIds } from '../store/rows-with-ids.ts';
import { type AnnotationRow, type CommentRow, comments } from '../tables/annotation.ts';
import { AnnotatedMetric, Annotation, AnnotationAxis, Comment } from './annotation.ts';
import { builder } from './builder.ts';
import type { Context } from './context.ts';
import { Conflict, InvalidInput, keyRefusal, NotFound } from './refusal.ts';

const KEY = 'Doing it twice with one key does it once and gives the same answer.';

const AnnotationResult = builder.unionType('AnnotationResult', {
  types: [Annotation, NotFound, InvalidInput, Conflict],
  resolveType: (value) => (isRefusal(value) ? value.refusal : 'Annotation'),
});

const CommentResult = builder.unionType('CommentResult', {
  types: [Comment, NotFound, InvalidInput, Conflict],
  resolveType: (value) => (isRefusal(value) ? value.refusal : 'Comment'),
});

const AnnotateInput = builder.inputType('AnnotateInput', {
  fields: (t) => ({
    experimentId: t.id({ required: true }),
    body: t.string({ required: true, description: 'Markdown, at most 10,000 characters.' }),
    metric: t.field({
      type: AnnotatedMetric,
      description: 'Left out, it is about the whole comparison.',
    }),
    axis: t.field({ type: AnnotationAxis, description: 'Wanted with `from`.' }),
    from: t.float({ description: 'The place, or where the range begins, in epochs or steps from 1.' }),
    to: t.float({ description: 'Where the range ends, itself included; left out, it is one place.' }),
    contenderId: t.id({ description: 'Left out, it is about all contenders.' }),
    seed: t.int({ description: 'Left out, it is about all seeds.' }),
    idempotencyKey: t.string({ description: 'Writing twice with one key writes once.' }),
  }),
});

builder.mutationField('annotate', (t) =>
  t.field({
    type: AnnotationResult,
    description: 'Writes a note on an experiment, anchored to what it is about.',
    args: { input: t.arg({ type: AnnotateInput, required: true }) },
    resolve: (_root, { input }, context) =>
      annotationAfter(context, input.idempotencyKey, (key) =>
        annotate(
          context.db,
          context.viewer,
          input.experimentId,
          {
            body: input.body,
            metric: input.metric ?? null,
            axis: input.axis ?? null,
            from: input.from ?? null,
            to: input.to ?? null,
            contenderId: input.contenderId ?? null,
            seed: input.seed ?? null,
          },
          key,
        ),
      ),
  }),
);

builder.mutationField('editAnnotation', (t) =>
  t.field({
    type: AnnotationResult,
    description:
      'Gives an annotation another text; what it said stays in `edits`. For its author and admins.',
    args: {
      id: t.arg.id({ required: true }),
      body: t.arg.string({ required: true }),
      idempotencyKey: t.arg.string({ description: KEY }),
    },
    resolve: (_root, { id, body, idempotencyKey }, context) =>
      annotationAfter(context, idempotencyKey, (key) =>
        editAnnotation(context.db, context.viewer, id, body, key),
      ),
  }),
);

type Act = (context: Context, id: string, key: string | null) => Promise<Answer | Refusal>;

/** What is done to an annotation as a whole. */
const ANNOTATION_ACTS: Readonly<Record<string, { description: string; act: Act }>> = {
  resolveAnnotation: {
    description: 'Says that what it is about is dealt with. For its author and editors.',
    act: ({ db, viewer }, id, key) => resolveAnnotation(db, viewer, id, true, key),
  },
  reopenAnnotation: {
    description: 'Says that it is not dealt with after all. For its author and editors.',
    act: ({ db, viewer }, id, key) => resolveAnnotation(db, viewer, id, false, key),
  },
  deleteAnnotation: {
    description: 'Takes it away with its comments; it can be restored. For its author and editors.',
    act: ({ db, viewer }, id, key) => deleteAnnotation(db, viewer, id, true, key),
  },
  restoreAnnotation: {
    description: 'Brings a deleted annotation back. For its author and editors.',
    act: ({ db, viewer }, id, key) => deleteAnnotation(db, viewer, id, false, key),
  },
};

for (const [name, { description, act }] of Object.entries(ANNOTATION_ACTS)) {
  builder.mutationField(name, (t) =>
    t.field({
      type: AnnotationResult,
      description,
      args: { id: t.arg.id({ required: true }), idempotencyKey: t.arg.string({ description: KEY }) },
      resolve: (_root, { id, idempotencyKey }, context) =>
        annotationAfter(context, idempotencyKey, (key) => act(context, id, key)),
    }),
  );
}

builder.mutationField('comment', (t) =>
  t.field({
    type: CommentResult,
    description: 'Answers an annotation.',
    args: {
      annotationId: t.arg.id({ required: true }),
      body: t.arg.string({ required: true, description: 'Markdown, at most 10,000 characters.' }),
      idempotencyKey: t.arg.string({ description: KEY }),
    },
    resolve: (_root, { annotationId, body, idempotencyKey }, context) =>
      commentAfter(context, idempotencyKey, (key) =>
        comment(context.db, context.viewer, annotationId, body, key),
      ),
  }),
);

builder.mutationField('editComment', (t) =>
  t.field({
    type: CommentResult,
    description: 'Gives a comment another text; what it said stays in `edits`. For its author and admins.',
    args: {
      id: t.arg.id({ required: true }),
      body: t.arg.string({ required: true }),
      idempotencyKey: t.arg.string({ description: KEY }),
    },
    resolve: (_root, { id, body, idempotencyKey }, context) =>
      commentAfter(context, idempotencyKey, (key) => editComment(context.db, context.viewer, id, body, key)),
  }),
);

for (const deleted of [true, false]) {
  builder.mutationField(deleted ? 'deleteComment' : 'restoreComment', (t) =>
    t.field({
      type: CommentResult,
      description: deleted
        ? 'Takes a comment away; it can be restored. For its author and editors.'
        : 'Brings a deleted comment back. For its author and editors.',
      args: { id: t.arg.id({ required: true }), idempotencyKey: t.arg.string({ description: KEY }) },
      resolve: (_root, { id, idempotencyKey }, context) =>
        commentAfter(context, idempotencyKey, (key) =>
          deleteComment(context.db, context.viewer, id, deleted, key),
        ),
    }),
  );
}

async function annotationAfter(
  { load }: Context,
  key: string | null | undefined,
  act: (key: string | null) => Promise<Answer | Refusal>,
): Promise<AnnotationRow | Refusal> {
  const answer = keyRefusal(key) ?? (await act(key ?? null));
  return isRefusal(answer) ? answer : (await load.annotation(answer.noteId ?? ''))!;
}

async function commentAfter(
  { db }: Context,
  key: string | null | undefined,
  act: (key: string | null) => Promise<Answer | Refusal>,
): Promise<CommentRow | Refusal> {
  const answer = keyRefusal(key) ?? (await act(key ?? null));
  return isRefusal(answer) ? answer : (await rowsWithIds(db, comments, [answer.noteId ?? '']))[0]!;
}
