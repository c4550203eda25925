import { setPriority, setWorkerLabels } from '../store/place.ts';
import { builder } from './builder.ts';
import { ExperimentResult, experimentAfter } from './refusal.ts';

const KEY = 'Doing it twice with one key does it once and gives the same answer.';

builder.mutationField('setExperimentPriority', (t) =>
  t.field({
    type: ExperimentResult,
    description: 'Runs of a higher priority are taken up first. Runs that are under way go on.',
    args: {
      id: t.arg.id({ required: true }),
      priority: t.arg.int({ required: true, description: 'From -100 to 100.' }),
      idempotencyKey: t.arg.string({ description: KEY }),
    },
    resolve: (_root, { id, priority, idempotencyKey }, context) =>
      experimentAfter(context, idempotencyKey, (key) => setPriority(context.db, id, priority, key)),
  }),
);

builder.mutationField('setWorkerLabels', (t) =>
  t.field({
    type: ExperimentResult,
    description: 'Says which labels a worker must have to take its runs up. Runs that are under way go on.',
    args: {
      id: t.arg.id({ required: true }),
      workerLabels: t.arg.stringList({ required: true, description: 'None: any worker may.' }),
      idempotencyKey: t.arg.string({ description: KEY }),
    },
    resolve: (_root, { id, workerLabels, idempotencyKey }, context) =>
      experimentAfter(context, idempotencyKey, (key) => setWorkerLabels(context.db, id, workerLabels, key)),
  }),
);
