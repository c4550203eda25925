import { cancelExperiment, cancelRun } from '../store/cancel.ts';
import { isRefusal } from '../store/refusal.ts';
import { builder } from './builder.ts';
import { Experiment } from './experiment.ts';
import { Conflict, experimentAfter, InvalidInput, NotFound } from './refusal.ts';

const KEY = 'Doing it twice with one key does it once and gives the same answer.';

const CancelResult = builder.unionType('CancelResult', {
  types: [Experiment, NotFound, InvalidInput, Conflict],
  resolveType: (value) => (isRefusal(value) ? value.refusal : Experiment),
});

builder.mutationField('cancelExperiment', (t) =>
  t.field({
    type: CancelResult,
    description: 'Cancels every run that has not ended. Already ended runs keep their results.',
    args: { id: t.arg.id({ required: true }), idempotencyKey: t.arg.string({ description: KEY }) },
    resolve: (_root, { id, idempotencyKey }, context) =>
      experimentAfter(context, idempotencyKey, (key) => cancelExperiment(context.db, id, key)),
  }),
);

builder.mutationField('cancelRun', (t) =>
  t.field({
    type: CancelResult,
    description: 'Cancels one run, unless it has ended. Returns its experiment.',
    args: { id: t.arg.id({ required: true }), idempotencyKey: t.arg.string({ description: KEY }) },
    resolve: (_root, { id, idempotencyKey }, context) =>
      experimentAfter(context, idempotencyKey, (key) => cancelRun(context.db, id, key)),
  }),
);
