import { experimentChanges } from '../feed/experiment-changes.ts';
import type { Changes } from '../feed/read-changes.ts';
import { seriesOfBatches } from '../series/step-series.ts';
import { builder } from './builder.ts';
import { Epoch } from './epoch.ts';
import { Event } from './event.ts';
import { Experiment, ExperimentStatus } from './experiment.ts';
import { Run } from './run.ts';
import { StepMetricRef, StepSeries } from './step-series.ts';

export const ExperimentChanges = builder.objectRef<Changes>('ExperimentChanges').implement({
  fields: (t) => ({
    cursor: t.exposeInt('cursor', { description: 'Pass it as `after` to go on from here.' }),
    status: t.expose('status', { type: ExperimentStatus }),
    experiment: t.field({
      type: Experiment,
      description: 'As it is now: its name and its epochs can change too.',
      resolve: (changes) => changes.experiment,
    }),
    runs: t.field({
      type: [Run],
      description: 'Runs whose state or progress changed, as they are now.',
      resolve: (changes) => [...changes.runs],
    }),
    epochs: t.field({
      type: [Epoch],
      description: 'New epochs, in the order in which they were recorded.',
      resolve: (changes) => [...changes.epochs],
    }),
    events: t.field({ type: [Event], resolve: (changes) => [...changes.events] }),
    steps: t.field({
      type: [StepSeries],
      description:
        'New steps, one series for each run that has some and each metric; empty unless the subscription was made with ' +
        '`steps: true`.',
      args: { metrics: t.arg({ type: [StepMetricRef], required: true }) },
      resolve: ({ steps }, { metrics }) => seriesOfBatches(steps, metrics),
    }),
  }),
});

builder.subscriptionField('experimentChanges', (t) =>
  t.field({
    type: ExperimentChanges,
    description:
      'Everything of an experiment that changed after the cursor, then each further change. Pass the last `cursor` ' +
      'received to go on where a connection broke: nothing is missed and nothing comes twice. Completes when every ' +
      'run has ended.',
    args: {
      experimentId: t.arg.id({ required: true }),
      after: t.arg.int({ required: true, defaultValue: 0 }),
      steps: t.arg.boolean({
        required: true,
        defaultValue: false,
        description: 'Whether new steps are told as well.',
      }),
    },
    subscribe: (_root, { experimentId, after, steps }, { db, feed }) =>
      experimentChanges(db, feed, experimentId, after, { steps }),
    resolve: (changes) => changes,
  }),
);
