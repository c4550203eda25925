import { listWorkers } from '../store/workers.ts';
import { builder } from './builder.ts';
import type { ServerState, Service, WorkerState } from './context.ts';
import { Engine } from './engine.ts';
import { MOST_WORKERS, Worker } from './worker.ts';

const WorkerProcess = builder.objectRef<WorkerState>('WorkerProcess').implement({
  description: 'A process of this server that trains.',
  fields: (t) => ({
    pid: t.exposeInt('pid', {}),
    runs: t.exposeInt('runs', { description: 'How many runs it has.' }),
    engines: t.field({
      type: [Engine],
      description: 'On what it computes: what its runs told when they began.',
      resolve: ({ engines }) => [...engines],
    }),
  }),
});

const State = builder.objectRef<ServerState>('ServerState').implement({
  fields: (t) => ({
    queueLength: t.exposeInt('queueLength', {
      description: 'Runs that wait for a worker, of all servers on the database.',
    }),
    runsUnderWay: t.exposeInt('runsUnderWay', {
      description: 'Runs that are with a worker, of all servers on the database.',
    }),
    longestWaitSeconds: t.exposeFloat('longestWaitSeconds', {
      nullable: true,
      description: 'For how long the run waits that waits the longest; null when none does.',
    }),
    workers: t.field({
      type: [Worker],
      description: 'Those that are there, of all servers on the database; the newest first.',
      resolve: (_state, _args, { db }) => listWorkers(db, MOST_WORKERS, true),
    }),
    workerProcesses: t.field({
      type: [WorkerProcess],
      description: 'Those of this server. They are started when there is work.',
      resolve: ({ workerProcesses }) => [...workerProcesses],
    }),
    hindrances: t.stringList({
      description:
        'What holds its runs up, as sentences: a disk without space, a storage that cannot be used.',
      resolve: ({ hindrances }) => [...(hindrances ?? [])],
    }),
    // Bytes as Float: they exceed the 32 bits of an Int.
    databaseBytes: t.exposeFloat('databaseBytes', {}),
    featureCacheBytes: t.exposeFloat('featureCacheBytes', {
      description: 'On this server, measured at most every ten seconds.',
    }),
    checkpointBytes: t.exposeFloat('checkpointBytes', {
      description: 'On this server, measured at most every ten seconds.',
    }),
  }),
});

const Server = builder.objectRef<Service['server']>('Server').implement({
  fields: (t) => ({
    version: t.exposeString('version', {}),
    database: t.exposeString('database', { description: '`pglite` or `postgresql`.' }),
    workers: t.exposeInt('workers', { description: 'The most worker processes that this server runs.' }),
    state: t.field({
      type: State,
      nullable: true,
      description: 'What it is doing now.',
      resolve: async (_server, _args, { serverState }) => (await serverState?.()) ?? null,
    }),
  }),
});

builder.queryField('server', (t) => t.field({ type: Server, resolve: (_root, _args, { server }) => server }));
