import { eq } from 'drizzle-orm';
import { isId } from '../ordered-id.ts';
import { runLabel } from '../store/labels.ts';
import type { EpochMetric } from '../tables/epoch.ts';
import { type RunRow, runPhase, runStatus, runs } from '../tables/run.ts';
import { builder } from './builder.ts';
import { Contender } from './contender.ts';
import { Engine } from './engine.ts';
import { Epoch } from './epoch.ts';
import { Event } from './event.ts';
import { Experiment } from './experiment.ts';
import { Node } from './node.ts';
import { finite, Metric } from './non-finite.ts';
import { bucketsOf, RESOLUTION } from './resolution.ts';
import { Series, type SeriesOfRun, thinnedOut } from './series.ts';

export const RunStatus = builder.enumType('RunStatus', { values: runStatus.enumValues });
const RunPhase = builder.enumType('RunPhase', {
  description:
    'What a running run is doing: fetching files, making data ready, computing frozen features, or training.',
  values: runPhase.enumValues,
});

export const Run = builder.objectRef<RunRow>('Run');

Run.implement({
  interfaces: [Node],
  description: 'One contender with one seed.',
  fields: (t) => ({
    experiment: t.field({
      type: Experiment,
      resolve: async (run, _args, { load }) => (await load.experiment(run.experimentId))!,
    }),
    contender: t.field({
      type: Contender,
      resolve: async (run, _args, { load }) => (await load.contender(run.contenderId))!,
    }),
    label: t.string({
      description:
        "The contender's label, with the seed where it has several, and with a number where it ran again.",
      resolve: async (run, _args, { load }) =>
        runLabel(
          run,
          (await load.contender(run.contenderId))!.label,
          (await load.runsOf(run.experimentId)) ?? [],
        ),
    }),
    seed: t.exposeInt('seed', {}),
    status: t.expose('status', { type: RunStatus }),
    reason: t.exposeString('reason', {
      nullable: true,
      description: 'Why it diverged or failed, as a sentence; null otherwise.',
    }),
    attempt: t.exposeInt('attempt', {
      description: 'How many times a worker took it up; 0 before the first.',
    }),
    phase: t.expose('phase', { type: RunPhase, nullable: true }),
    phaseDone: t.exposeInt('phaseDone', {
      description:
        'Bytes fetched, bytes or images made ready, images featured, or steps trained over the whole run, and in all.',
    }),
    phaseTotal: t.exposeInt('phaseTotal', {}),
    imagesPerSecond: t.float({ nullable: true, resolve: (run) => finite(run.imagesPerSecond) }),
    secondsLeft: t.float({
      nullable: true,
      description: 'Estimated seconds to the end of the run; null until it can be told.',
      resolve: (run) => finite(run.secondsLeft),
    }),
    engine: t.expose('engine', { type: Engine, nullable: true }),
    trainImages: t.exposeInt('trainImages', { nullable: true }),
    validationImages: t.exposeInt('validationImages', { nullable: true }),
    trainableParameters: t.exposeInt('trainableParameters', { nullable: true }),
    totalParameters: t.exposeInt('totalParameters', { nullable: true }),
    skippedImages: t.exposeInt('skippedImages', {
      description: 'Images left out, because they could not be read.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime' }),
    startedAt: t.expose('startedAt', { type: 'DateTime', nullable: true }),
    finishedAt: t.expose('finishedAt', { type: 'DateTime', nullable: true }),
    lastEpoch: t.exposeInt('lastEpoch', { description: 'The last finished epoch; 0 before the first.' }),
    epochs: t.field({
      type: [Epoch],
      args: { after: t.arg.int({ required: true, defaultValue: 0 }) },
      resolve: async (run, { after }, { load }) => (await load.epochsOf(run.id, after)) ?? [],
    }),
    series: t.field({
      type: [Series],
      description: 'The metrics asked for as arrays, one entry per epoch; fewer with a `resolution`.',
      args: {
        metrics: t.arg({ type: [Metric], required: true }),
        after: t.arg.int({ required: true, defaultValue: 0 }),
        resolution: t.arg.int({ description: RESOLUTION }),
      },
      resolve: async (run, { metrics, after, resolution }, { load }): Promise<SeriesOfRun[]> => {
        const buckets = bucketsOf(resolution);
        const asked: EpochMetric[] = [...new Set(metrics)];
        const found = asked.length > 0 ? await load.seriesOf(run.id, after, asked) : undefined;
        return asked.map((metric) =>
          thinnedOut({ metric, epochs: found?.epochs ?? [], values: found?.values[metric] ?? [] }, buckets),
        );
      },
    }),
    events: t.field({
      type: [Event],
      description:
        'The newest 1000, oldest first; fewer of each where more than 50 such lists are asked for.',
      resolve: async (run, _args, { load }) => (await load.eventsOfRun(run.id)) ?? [],
    }),
  }),
});

builder.queryField('run', (t) =>
  t.field({
    type: Run,
    nullable: true,
    args: { id: t.arg.id({ required: true }) },
    resolve: async (_root, { id }, { db }) => {
      if (!isId(id)) return null;
      const [run] = await db.select().from(runs).where(eq(runs.id, id));
      return run ?? null;
    },
  }),
);
