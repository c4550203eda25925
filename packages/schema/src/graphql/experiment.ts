import { eq } from 'drizzle-orm';
import { experimentStatuses } from '../feed/experiment-statuses.ts';
import { isId } from '../ordered-id.ts';
import { settingsOf } from '../store/plan-settings.ts';
import { type ExperimentRow, experimentStatus, experiments } from '../tables/experiment.ts';
import { builder } from './builder.ts';
import { Contender } from './contender.ts';
import { Event } from './event.ts';
import { Node } from './node.ts';
import { Run } from './run.ts';
import { SettingsOutput } from './settings.ts';
import { DatasetSource, WeightsSource } from './source.ts';

export const ExperimentStatus = builder.enumType('ExperimentStatus', { values: experimentStatus.enumValues });

export const Experiment = builder.objectRef<ExperimentRow>('Experiment');

Experiment.implement({
  interfaces: [Node],
  description: 'One comparison: the same data, model and seeds for every contender.',
  fields: (t) => ({
    name: t.exposeString('name', {}),
    createdAt: t.expose('createdAt', { type: 'DateTime' }),
    status: t.expose('status', { type: ExperimentStatus }),
    dataset: t.field({ type: DatasetSource, resolve: (experiment) => experiment.data }),
    weights: t.expose('weights', { type: WeightsSource }),
    alpha: t.exposeFloat('alpha', { description: 'Width multiplier of MobileNetV2.' }),
    inputSize: t.exposeInt('inputSize', { description: 'Height and width of the input in pixels.' }),
    freezeIndex: t.exposeInt('freezeIndex', {
      description: 'Layers with an index above this one are trained.',
    }),
    batchSize: t.exposeInt('batchSize', {}),
    epochs: t.exposeInt('epochs', {}),
    seed: t.exposeInt('seed', { description: 'The first of `seeds`.' }),
    seeds: t.intList({
      description: 'Each contender runs with each; those of imported runs are not among them.',
      resolve: async (experiment, _args, { load }) => [
        ...new Set(
          ((await load.runsOf(experiment.id)) ?? [])
            .filter(({ origin }) => origin === 'TRAINED')
            .map(({ seed }) => seed),
        ),
      ],
    }),
    settings: t.field({ type: SettingsOutput, resolve: ({ settings }) => settingsOf(settings) }),
    priority: t.exposeInt('priority', {
      description: 'Runs of a higher one are taken up first; from -100 to 100.',
    }),
    workerLabels: t.exposeStringList('workerLabels', {
      description: 'Only workers that have all of these labels take its runs up.',
    }),
    tags: t.stringList({
      description: 'In the order of the alphabet.',
      resolve: async (experiment, _args, { load }) => (await load.tagsOf(experiment.id)) ?? [],
    }),
    deletedAt: t.expose('deletedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Since when it is out of the lists; null when it is not.',
    }),
    contenders: t.field({
      type: [Contender],
      resolve: async (experiment, _args, { load }) => (await load.contendersOf(experiment.id)) ?? [],
    }),
    runs: t.field({
      type: [Run],
      description: "In the contenders' order.",
      resolve: async (experiment, _args, { load }) => (await load.runsOf(experiment.id)) ?? [],
    }),
    events: t.field({
      type: [Event],
      description:
        'The newest 1000, oldest first; fewer of each where more than 50 such lists are asked for.',
      resolve: async (experiment, _args, { load }) => (await load.eventsOfExperiment(experiment.id)) ?? [],
    }),
    cursor: t.exposeInt('version', {
      description: 'The number of the last change; start `experimentChanges` from it.',
    }),
  }),
});

builder.queryField('experiment', (t) =>
  t.field({
    type: Experiment,
    nullable: true,
    args: { id: t.arg.id({ required: true }) },
    resolve: async (_root, { id }, { db }) => {
      if (!isId(id)) return null;
      const [experiment] = await db.select().from(experiments).where(eq(experiments.id, id));
      return experiment ?? null;
    },
  }),
);

builder.subscriptionField('experimentStatus', (t) =>
  t.field({
    type: Experiment,
    description: 'An experiment was created or changed its status. Carries the experiment as it is now.',
    subscribe: (_root, _args, { db, feed }) => experimentStatuses(db, feed),
    resolve: (experiment) => experiment,
  }),
);
