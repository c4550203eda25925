import { GraphQLError } from 'graphql';
import { changesEverywhere, type Told } from '../feed/everywhere.ts';
import { CHANGE_TYPES, type ChangeType } from '../feed/read-spans.ts';
import { newStates } from '../feed/run-states.ts';
import { changesOfScope } from '../feed/scope-changes.ts';
import { Annotation, Comment } from './annotation.ts';
import { builder } from './builder.ts';
import type { Context } from './context.ts';
import { Epoch } from './epoch.ts';
import { Event } from './event.ts';
import { Experiment } from './experiment.ts';
import { Run } from './run.ts';

const CURSOR = 'Pass it as `after` to go on from here.';
const SCOPE =
  'Of one run, of one experiment, or of everything where neither is given. A first message about everything comes at ' +
  'once, with nothing but a cursor.';
const AFTER =
  'A cursor of this subscription, or for a run or an experiment its `cursor`. Left out: for a run or an experiment from ' +
  'its beginning, for everything from now on.';

const EPOCHS = 'New epochs; of one experiment in the order in which they were recorded.';
const NOTES = 'Annotations that were written, edited, resolved, deleted or restored, as they are now.';

/** What is told of everything. */
const Changes = builder.objectRef<Told>('Changes').implement({
  description: 'What changed anywhere since the message before.',
  fields: (t) => ({
    cursor: t.exposeString('cursor', { description: CURSOR }),
    experiments: t.field({
      type: [Experiment],
      description: 'Experiments of which something changed, as they are now; new ones among them.',
      resolve: async ({ experimentIds }, _args, { load }) => {
        const found = await Promise.all(experimentIds.map((id) => load.experiment(id)));
        return found.filter((experiment) => experiment !== undefined);
      },
    }),
    runs: t.field({
      type: [Run],
      description: 'Runs whose state or progress changed, as they are now.',
      resolve: ({ rows }) => [...rows.runs],
    }),
    epochs: t.field({ type: [Epoch], description: EPOCHS, resolve: ({ rows }) => [...rows.epochs] }),
    events: t.field({ type: [Event], resolve: ({ rows }) => [...rows.events] }),
    annotations: t.field({
      type: [Annotation],
      description: NOTES,
      resolve: ({ rows }) => [...rows.annotations],
    }),
    comments: t.field({ type: [Comment], resolve: ({ rows }) => [...rows.comments] }),
  }),
});

const NewEpochs = builder.objectRef<Told>('NewEpochs').implement({
  fields: (t) => ({
    cursor: t.exposeString('cursor', { description: CURSOR }),
    epochs: t.field({ type: [Epoch], description: EPOCHS, resolve: ({ rows }) => [...rows.epochs] }),
  }),
});

const NewEvents = builder.objectRef<Told>('NewEvents').implement({
  fields: (t) => ({
    cursor: t.exposeString('cursor', { description: CURSOR }),
    events: t.field({ type: [Event], resolve: ({ rows }) => [...rows.events] }),
  }),
});

const RunStates = builder.objectRef<Told>('RunStates').implement({
  fields: (t) => ({
    cursor: t.exposeString('cursor', { description: CURSOR }),
    runs: t.field({
      type: [Run],
      description:
        'Runs whose status, attempt or reason changed, as they are now. A state that lasted for less than a moment may be ' +
        'passed over; after a reconnection the runs that are under way may be told again.',
      resolve: ({ rows }) => [...rows.runs],
    }),
  }),
});

const NoteChanges = builder.objectRef<Told>('NoteChanges').implement({
  fields: (t) => ({
    cursor: t.exposeString('cursor', { description: CURSOR }),
    annotations: t.field({
      type: [Annotation],
      description: NOTES,
      resolve: ({ rows }) => [...rows.annotations],
    }),
    comments: t.field({
      type: [Comment],
      description: 'The same of comments.',
      resolve: ({ rows }) => [...rows.comments],
    }),
  }),
});

const ChangeTypeRef = builder.enumType('ChangeType', {
  description: 'What of everything is to be told. ANNOTATIONS are their comments as well.',
  values: CHANGE_TYPES,
});

builder.subscriptionField('changes', (t) =>
  t.field({
    type: Changes,
    description:
      'Whatever changes anywhere, after a cursor or from now on; a first message comes at once, with nothing but a cursor. ' +
      'Pass the last `cursor` received to go on where a connection broke: nothing is missed and no epoch, event or state ' +
      'of a note comes twice. Never completes.',
    args: {
      after: t.arg.string({ description: 'A cursor of this subscription.' }),
      types: t.arg({
        type: [ChangeTypeRef],
        description: 'Everything where it is left out. Go on with the same ones.',
      }),
    },
    subscribe: (_root, { after, types }, { db, feed }) => {
      if (types?.length === 0) {
        throw new GraphQLError('`types` is empty; leave it out for everything.', {
          extensions: { code: 'BAD_USER_INPUT' },
        });
      }
      return changesEverywhere(db, feed, after ?? null, new Set(types ?? CHANGE_TYPES));
    },
    resolve: (told) => told,
  }),
);

interface ScopeArguments {
  readonly runId?: string | null | undefined;
  readonly experimentId?: string | null | undefined;
  readonly after?: string | null | undefined;
}

/** What changes of one type, within what was asked for. */
function follow(
  { db, feed }: Context,
  { runId, experimentId, after }: ScopeArguments,
  type: ChangeType,
  { endless = false } = {},
): AsyncIterableIterator<Told, void, undefined> {
  const types = new Set([type]);
  if (runId != null && experimentId != null) {
    throw new GraphQLError('Both runId and experimentId are given; give one, or neither for everything.', {
      extensions: { code: 'BAD_USER_INPUT' },
    });
  }
  if (runId != null) return changesOfScope(db, feed, { runId }, after ?? null, { types, endless });
  if (experimentId != null)
    return changesOfScope(db, feed, { experimentId }, after ?? null, { types, endless });
  return changesEverywhere(db, feed, after ?? null, types);
}

const COMPLETES = 'Completes when the run or the experiment has ended.';

builder.subscriptionField('newEpochs', (t) =>
  t.field({
    type: NewEpochs,
    description: `New epochs, many in one message where they come fast. ${SCOPE} ${COMPLETES}`,
    args: { runId: t.arg.id(), experimentId: t.arg.id(), after: t.arg.string({ description: AFTER }) },
    subscribe: (_root, given, context) => follow(context, given, 'EPOCHS'),
    resolve: (told) => told,
  }),
);

builder.subscriptionField('newEvents', (t) =>
  t.field({
    type: NewEvents,
    description: `New events. ${SCOPE} ${COMPLETES}`,
    args: { runId: t.arg.id(), experimentId: t.arg.id(), after: t.arg.string({ description: AFTER }) },
    subscribe: (_root, given, context) => follow(context, given, 'EVENTS'),
    resolve: (told) => told,
  }),
);

builder.subscriptionField('runStates', (t) =>
  t.field({
    type: RunStates,
    description: `Runs that began, paused, went on or ended. ${SCOPE} ${COMPLETES}`,
    args: { runId: t.arg.id(), experimentId: t.arg.id(), after: t.arg.string({ description: AFTER }) },
    subscribe: (_root, given, context) => newStates(follow(context, given, 'RUNS')),
    resolve: (told) => told,
  }),
);

builder.subscriptionField('noteChanges', (t) =>
  t.field({
    type: NoteChanges,
    description: `Annotations and comments that were written or changed; of a run those that are about it. ${SCOPE} Never completes.`,
    args: { runId: t.arg.id(), experimentId: t.arg.id(), after: t.arg.string({ description: AFTER }) },
    subscribe: (_root, given, context) => follow(context, given, 'ANNOTATIONS', { endless: true }),
    resolve: (told) => told,
  }),
);
