import { GraphQLError } from 'graphql';
import { isRefusal, notFound, type Refusal } from '../store/refusal.ts';
import {
  drainWorker,
  GONE_SECONDS,
  listWorkers,
  type WorkerStatus as Status,
  type WorkerTold,
  workerStatus,
  workersWithIds,
} from '../store/workers.ts';
import { builder } from './builder.ts';
import { Engine } from './engine.ts';
import { Node, nodesOfType } from './node.ts';
import { NotFound } from './refusal.ts';
import { Run } from './run.ts';

export const MOST_WORKERS = 500;

nodesOfType('Worker', async ({ db }, ids) => [...(await workersWithIds(db, ids)).values()]);

const WorkerStatus = builder.enumType('WorkerStatus', {
  values: {
    ALIVE: { description: 'It takes runs.' },
    DRAINING: { description: 'It trains what it has and takes no more.' },
    GONE: { description: `Not heard of for ${GONE_SECONDS} seconds or more; others take its runs up.` },
    STOPPED: { description: 'It left in order.' },
  } satisfies Record<Status, object>,
});

export const Worker = builder.objectRef<WorkerTold>('Worker').implement({
  interfaces: [Node],
  description: 'A process that takes runs from the queue and trains them: of a server, or `npm run worker`.',
  fields: (t) => ({
    host: t.exposeString('host', { description: 'Name of its machine.' }),
    pid: t.exposeInt('pid', {}),
    version: t.exposeString('version', {}),
    status: t.field({ type: WorkerStatus, resolve: workerStatus }),
    labels: t.exposeStringList('labels', { description: 'In the order of the alphabet.' }),
    concurrency: t.exposeInt('concurrency', { description: 'The most runs side by side.' }),
    processes: t.exposeInt('processes', { description: 'The most processes that train them.' }),
    // Bytes as Float: they exceed the 32 bits of an Int.
    memoryLimit: t.exposeFloat('memoryLimit', {
      nullable: true,
      description: 'Bytes that its training processes may take together; null: as many as there are.',
    }),
    memoryUsed: t.exposeFloat('memoryUsed', {
      nullable: true,
      description: 'Bytes that they take; null when it is not known.',
    }),
    engines: t.field({
      type: [Engine],
      description: 'On what it computes, as it found when it started and its runs told when they began.',
      resolve: ({ engines }) => [...engines],
    }),
    runs: t.field({
      type: [Run],
      description: 'What it trains now.',
      resolve: async ({ id }, _args, { load }) => (await load.runsOfWorker(id)) ?? [],
    }),
    startedAt: t.expose('startedAt', { type: 'DateTime' }),
    heartbeatAt: t.expose('heartbeatAt', { type: 'DateTime', description: 'When it was last heard of.' }),
    drainingAt: t.expose('drainingAt', { type: 'DateTime', nullable: true }),
    stoppedAt: t.expose('stoppedAt', { type: 'DateTime', nullable: true }),
  }),
});

builder.objectFields(Run, (t) => ({
  worker: t.field({
    type: Worker,
    nullable: true,
    description: 'Who trains it, or trained it last.',
    resolve: async ({ id, attempt }, _args, { load }) =>
      attempt > 0 ? ((await load.workerOf(id)) ?? null) : null,
  }),
}));

builder.queryField('workers', (t) =>
  t.field({
    type: [Worker],
    description: 'Those that are there first, and of either the newest first.',
    args: {
      first: t.arg.int({
        required: true,
        defaultValue: 100,
        description: `From 1 to ${MOST_WORKERS}.`,
      }),
      onlyThere: t.arg.boolean({
        required: true,
        defaultValue: false,
        description: 'Leaves out those that are gone or stopped.',
      }),
    },
    resolve: async (_root, { first, onlyThere }, { db }) => {
      if (first < 1 || first > MOST_WORKERS) {
        throw new GraphQLError(`first is ${first}; wanted 1 to ${MOST_WORKERS}.`, {
          extensions: { code: 'BAD_USER_INPUT' },
        });
      }
      return await listWorkers(db, first, onlyThere);
    },
  }),
);

const WorkerResult = builder.unionType('WorkerResult', {
  types: [Worker, NotFound],
  resolveType: (value) => (isRefusal(value) ? NotFound : Worker),
});

builder.mutationField('drainWorker', (t) =>
  t.field({
    type: WorkerResult,
    description:
      'Tells a worker to take no more runs and to train on what it has; with `drain: false`, to take some again. It hears of it within seconds.',
    args: {
      id: t.arg.id({ required: true }),
      drain: t.arg.boolean({ required: true, defaultValue: true }),
    },
    resolve: async (_root, { id, drain }, { db }): Promise<WorkerTold | NotFoundRefusal> =>
      (await drainWorker(db, id, drain)) ?? notFound('worker', id),
  }),
);

type NotFoundRefusal = Extract<Refusal, { refusal: 'NotFound' }>;
