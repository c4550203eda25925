import type { NonFiniteKind as NonFiniteKindOfTrainer } from '@optiscope/trainer';
import { type EventRow, eventKind } from '../tables/event.ts';
import { builder } from './builder.ts';
import { Node } from './node.ts';
import { NonFiniteKind } from './non-finite.ts';

export const EventKind = builder.enumType('EventKind', { values: eventKind.enumValues });

const EventNumber = builder
  .objectRef<{ name: string; value: number | NonFiniteKindOfTrainer }>('EventNumber')
  .implement({
    fields: (t) => ({
      name: t.exposeString('name', {}),
      value: t.float({
        nullable: true,
        description: 'Null where it is not finite; see `nonFinite`.',
        resolve: ({ value }) => (typeof value === 'number' ? value : null),
      }),
      nonFinite: t.field({
        type: NonFiniteKind,
        nullable: true,
        resolve: ({ value }) => (typeof value === 'number' ? null : value),
      }),
    }),
  });

export const Event = builder.objectRef<EventRow>('Event').implement({
  description: 'Something that happened to a run.',
  interfaces: [Node],
  fields: (t) => ({
    runId: t.exposeID('runId', {}),
    kind: t.expose('kind', { type: EventKind }),
    epoch: t.exposeInt('epoch', { nullable: true }),
    step: t.exposeInt('step', { nullable: true }),
    message: t.exposeString('message', { description: 'As a sentence.' }),
    numbers: t.field({
      type: [EventNumber],
      description:
        'What it says in numbers, such as `suggestedLearningRate`; see the documentation of findings.',
      resolve: ({ numbers }) => Object.entries(numbers ?? {}).map(([name, value]) => ({ name, value })),
    }),
    at: t.expose('at', { type: 'DateTime' }),
  }),
});
