import { attemptId, attemptsWithIds } from '../store/attempts.ts';
import { workersWithIds } from '../store/workers.ts';
import type { AttemptRow, attemptOutcome } from '../tables/attempt.ts';
import { builder } from './builder.ts';
import { Continuity } from './continuity.ts';
import { Node, nodesOfType } from './node.ts';
import { Run } from './run.ts';
import { Worker } from './worker.ts';

const AttemptOutcome = builder.enumType('AttemptOutcome', {
  values: {
    ENDED: { description: 'The run ended with it: finished or diverged.' },
    CANCELLED: { description: 'The run was cancelled under it.' },
    FAILED: { description: 'It threw, or its process died.' },
    STOPPED: { description: 'It was stopped in order, with a checkpoint; another one goes on.' },
    LOST: { description: 'Whoever had it is gone; another one goes on.' },
  } satisfies Record<(typeof attemptOutcome.enumValues)[number], object>,
});

/** With the id that it is asked for by. */
export type AttemptTold = AttemptRow & { readonly id: string };

function told(row: AttemptRow): AttemptTold {
  return { ...row, id: attemptId(row) };
}

const Attempt = builder.objectRef<AttemptTold>('Attempt').implement({
  interfaces: [Node],
  description: 'One try of a run by one worker.',
  fields: (t) => ({
    number: t.exposeInt('number', {
      description: 'From 1; once the next one begins, what this one still writes is refused.',
    }),
    run: t.field({
      type: Run,
      resolve: async ({ runId }, _args, { load }) => (await load.run(runId))!,
    }),
    outcome: t.expose('outcome', {
      type: AttemptOutcome,
      nullable: true,
      description: 'Null while it is under way.',
    }),
    reason: t.exposeString('reason', {
      nullable: true,
      description: 'Why it ended, as a sentence, where there is more to say than the outcome.',
    }),
    host: t.exposeString('host', { description: 'Name of the machine.' }),
    pid: t.exposeInt('pid', { description: 'Of the process that took the run up.' }),
    worker: t.field({
      type: Worker,
      nullable: true,
      description: 'Null of one that nothing is known of any more.',
      resolve: async ({ workerId }, _args, { db, load }) =>
        workerId === null
          ? null
          : ((await load.like('workers', workerId, (ids) => workersWithIds(db, ids))) ?? null),
    }),
    startedAt: t.expose('startedAt', { type: 'DateTime' }),
    endedAt: t.expose('endedAt', { type: 'DateTime', nullable: true }),
    continuity: t.field({
      type: Continuity,
      nullable: true,
      description: 'How it goes on from what was recorded before it; null before it began to train.',
      resolve: ({ continuity, continuityNote }) =>
        continuity === null ? null : { kind: continuity, note: continuityNote ?? '' },
    }),
    resumedAfterEpoch: t.exposeInt('resumedAfterEpoch', {
      nullable: true,
      description:
        'The epoch whose end it went on from; 0 when it began anew, null before it began to train.',
    }),
    resumedAfterStep: t.exposeInt('resumedAfterStep', {
      nullable: true,
      description: "The step of the next epoch that it went on from; 0 at an epoch's end.",
    }),
  }),
});

nodesOfType('Attempt', async ({ db }, ids) => (await attemptsWithIds(db, ids)).map(told));

builder.objectField(Run, 'attempts', (t) =>
  t.field({
    type: [Attempt],
    description: 'Every try of it, the first one first.',
    resolve: async ({ id }, _args, { load }) => ((await load.attemptsOf(id)) ?? []).map(told),
  }),
);
