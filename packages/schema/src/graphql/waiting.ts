import { builder } from './builder.ts';
import type { WAIT_REASONS, Waiting } from './context.ts';
import { Run } from './run.ts';

const WaitReason = builder.enumType('WaitReason', {
  values: {
    ROOM: { description: 'Every worker that may take it up has as many runs as it can.' },
    NO_WORKER: { description: 'No worker is there.' },
    LABELS: { description: 'No worker that is there has all labels that its experiment asks for.' },
    DISK: { description: 'The disk has too little space for another run.' },
    MEMBER_LIMIT: { description: 'As many runs of its author are under way as may be at once.' },
  } satisfies Record<(typeof WAIT_REASONS)[number], object>,
});

const Wait = builder.objectRef<Waiting>('Wait').implement({
  description: 'Why a run is not under way yet.',
  fields: (t) => ({
    reason: t.expose('reason', { type: WaitReason }),
    message: t.exposeString('message', { description: 'The same as a sentence.' }),
  }),
});

builder.objectFields(Run, (t) => ({
  queuePlace: t.int({
    nullable: true,
    description:
      'Its place among the runs that wait for room, from 1. Null when it does not wait, or waits for something else; `waitsFor` says what for.',
    resolve: async ({ id, status }, _args, { load }) =>
      status === 'QUEUED' ? ((await load.waiting(id))?.place ?? null) : null,
  }),
  waitsFor: t.field({
    type: Wait,
    nullable: true,
    description: 'What it waits for; null when it does not.',
    resolve: async ({ id, status }, _args, { load }) =>
      status === 'QUEUED' ? ((await load.waiting(id)) ?? null) : null,
  }),
}));
