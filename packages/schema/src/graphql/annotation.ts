import { haveChanged } from '../store/annotated-values.ts';
import { rowsWithIds } from '../store/rows-with-ids.ts';
import {
  type AnnotatedValues,
  type AnnotationRow,
  annotationAxis,
  annotations,
  type CommentRow,
  comments,
  type NoteEditRow,
} from '../tables/annotation.ts';
import type { EpochMetric } from '../tables/epoch.ts';
import type { StepMetric } from '../tables/step-chunk.ts';
import { builder } from './builder.ts';
import { Contender } from './contender.ts';
import type { Context } from './context.ts';
import { Experiment } from './experiment.ts';
import { Member } from './member.ts';
import { Node, nodesOfType } from './node.ts';
import { NonFiniteKind } from './non-finite.ts';

export const AnnotationAxis = builder.enumType('AnnotationAxis', {
  description: 'What the place of an annotation is counted in.',
  values: annotationAxis.enumValues,
});

export const AnnotatedMetric = builder.enumType('AnnotatedMetric', {
  description: 'A metric of `Metric`, or of `StepMetric` where the axis is STEP.',
  values: {
    LOSS: { value: 'loss' },
    ACCURACY: { value: 'accuracy' },
    VAL_LOSS: { value: 'valLoss' },
    VAL_ACCURACY: { value: 'valAccuracy' },
    LEARNING_RATE: { value: 'learningRate' },
    TRAIN_SECONDS: { value: 'trainSeconds' },
    EVALUATION_SECONDS: { value: 'evaluationSeconds' },
    EXAMPLES_SEEN: { value: 'examplesSeen' },
    GRADIENT_NORM: { value: 'gradientNorm' },
    UPDATE_RATIO: { value: 'updateRatio' },
    SECONDS: { value: 'seconds', description: 'Of a step only.' },
  } satisfies Record<string, { value: EpochMetric | StepMetric; description?: string }>,
});
type Metric = EpochMetric | StepMetric;

/** A value under an annotation: as it was written on, and as it is. */
interface AnnotatedValue {
  readonly contenderId: string;
  readonly seed: number;
  readonly written: AnnotatedValues[string] | null;
  readonly now: AnnotatedValues[string] | null;
}

const finite = (value: AnnotatedValue['now']): number | null => (typeof value === 'number' ? value : null);
const kind = (value: AnnotatedValue['now']) => (typeof value === 'string' ? value : null);

const AnnotatedValueRef = builder.objectRef<AnnotatedValue>('AnnotatedValue').implement({
  description: "The metric's value under an annotation, of one contender and seed.",
  fields: (t) => ({
    contender: t.field({
      type: Contender,
      nullable: true,
      resolve: async ({ contenderId }, _args, { load }) => (await load.contender(contenderId)) ?? null,
    }),
    seed: t.exposeInt('seed', {}),
    value: t.float({
      nullable: true,
      description: 'When the note was written; null where it was not finite, or not there yet.',
      resolve: ({ written }) => finite(written),
    }),
    nonFinite: t.field({ type: NonFiniteKind, nullable: true, resolve: ({ written }) => kind(written) }),
    valueNow: t.float({ nullable: true, resolve: ({ now }) => finite(now) }),
    nonFiniteNow: t.field({ type: NonFiniteKind, nullable: true, resolve: ({ now }) => kind(now) }),
  }),
});

const NoteEdit = builder.objectRef<NoteEditRow>('NoteEdit').implement({
  description: 'What a note said before someone edited it.',
  fields: (t) => ({
    body: t.exposeString('body', { description: 'As it was until then.' }),
    at: t.expose('at', { type: 'DateTime' }),
    editor: t.field({
      type: Member,
      nullable: true,
      description: 'Null: the owner of the machine, or someone whose account is gone.',
      resolve: ({ editorId }, _args, context) => memberOf(context, editorId),
    }),
  }),
});

const AUTHOR = 'Null: the owner of the machine, or someone whose account is gone.';
const BODY =
  'Markdown, as it was written: make it safe before it is shown as HTML. Empty while it is deleted.';

export const Annotation = builder.objectRef<AnnotationRow>('Annotation');

export const Comment = builder.objectRef<CommentRow>('Comment').implement({
  description: 'An answer to an annotation.',
  interfaces: [Node],
  fields: (t) => ({
    annotation: t.field({
      type: Annotation,
      resolve: async ({ annotationId }, _args, { load }) => (await load.annotation(annotationId))!,
    }),
    author: t.field({
      type: Member,
      nullable: true,
      description: AUTHOR,
      resolve: ({ authorId }, _args, context) => memberOf(context, authorId),
    }),
    body: t.string({ description: BODY, resolve: shownBody }),
    createdAt: t.expose('createdAt', { type: 'DateTime' }),
    editedAt: t.expose('editedAt', { type: 'DateTime', nullable: true }),
    deletedAt: t.expose('deletedAt', { type: 'DateTime', nullable: true }),
    edits: t.field({
      type: [NoteEdit],
      description: 'What it said before, the oldest first.',
      resolve: (note, _args, context) => shownEdits(note, context),
    }),
  }),
});

Annotation.implement({
  description:
    'A note that is anchored to data, not to pixels: to a metric, a place or range, a contender and a seed; what is null is left open.',
  interfaces: [Node],
  fields: (t) => ({
    experiment: t.field({
      type: Experiment,
      resolve: async ({ experimentId }, _args, { load }) => (await load.experiment(experimentId))!,
    }),
    author: t.field({
      type: Member,
      nullable: true,
      description: AUTHOR,
      resolve: ({ authorId }, _args, context) => memberOf(context, authorId),
    }),
    metric: t.field({
      type: AnnotatedMetric,
      nullable: true,
      description: 'Null: about the whole comparison.',
      resolve: ({ metric }) => metric as Metric | null,
    }),
    axis: t.expose('axis', { type: AnnotationAxis, nullable: true }),
    from: t.exposeFloat('from', {
      nullable: true,
      description: 'The place, or where the range begins, in epochs or steps from 1; null without an axis.',
    }),
    to: t.exposeFloat('to', {
      nullable: true,
      description: 'Where the range ends, itself included; of a place the same as `from`.',
    }),
    contender: t.field({
      type: Contender,
      nullable: true,
      description: 'Null: about all contenders.',
      resolve: async ({ contenderId }, _args, { load }) =>
        contenderId === null ? null : ((await load.contender(contenderId)) ?? null),
    }),
    seed: t.exposeInt('seed', { nullable: true, description: 'Null: about all seeds.' }),
    body: t.string({ description: BODY, resolve: shownBody }),
    values: t.field({
      type: [AnnotatedValueRef],
      description:
        'What lies under it, at the epoch or step nearest to `from`, of each contender and seed that it is about.',
      resolve: async (note, _args, { load }) => valuesOf(note, (await load.valuesUnder(note)) ?? {}),
    }),
    valueChanged: t.boolean({
      description:
        'Whether a value is another now than when the note was written, as after a run was made again.',
      resolve: async (note, _args, { load }) =>
        Object.keys(note.values).length > 0 && haveChanged(note.values, await load.valuesUnder(note)),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime' }),
    editedAt: t.expose('editedAt', { type: 'DateTime', nullable: true }),
    resolvedAt: t.expose('resolvedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Since when it is dealt with; null while it is open.',
    }),
    resolvedBy: t.field({
      type: Member,
      nullable: true,
      resolve: ({ resolvedBy }, _args, context) => memberOf(context, resolvedBy),
    }),
    deletedAt: t.expose('deletedAt', { type: 'DateTime', nullable: true }),
    edits: t.field({
      type: [NoteEdit],
      description: 'What it said before, the oldest first.',
      resolve: (note, _args, context) => shownEdits(note, context),
    }),
    comments: t.field({
      type: [Comment],
      description: 'In the order in which they were written; at most 500.',
      resolve: async ({ id }, _args, { load }) => (await load.commentsOf(id)) ?? [],
    }),
  }),
});

nodesOfType('Annotation', ({ db }, ids) => rowsWithIds(db, annotations, ids));
nodesOfType('Comment', ({ db }, ids) => rowsWithIds(db, comments, ids));

async function memberOf({ load }: Context, id: string | null) {
  return id === null ? null : ((await load.member(id)) ?? null);
}

function shownBody({ body, deletedAt }: AnnotationRow | CommentRow): string {
  return deletedAt === null ? body : '';
}

async function shownEdits({ id, deletedAt }: AnnotationRow | CommentRow, { load }: Context) {
  return deletedAt === null ? ((await load.editsOf(id)) ?? []) : [];
}

function valuesOf({ values: written }: AnnotationRow, now: AnnotatedValues): AnnotatedValue[] {
  return [...new Set([...Object.keys(written), ...Object.keys(now)])].map((key) => {
    const [contenderId = '', seed] = key.split(' ');
    return { contenderId, seed: Number(seed), written: written[key] ?? null, now: now[key] ?? null };
  });
}
