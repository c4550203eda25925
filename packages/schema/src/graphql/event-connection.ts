import { countsOf, NO_OWNER, pagesOf } from '../store/keyset.ts';
import { EVENT_SORTING, type EventFilter, eventListing } from '../store/list-events.ts';
import { builder } from './builder.ts';
import { connectionOf, PAGING, type PageAsked, windowOf } from './connection.ts';
import type { Context } from './context.ts';
import { Event, EventKind } from './event.ts';
import { Experiment } from './experiment.ts';
import { OrderDirection } from './experiment-connection.ts';
import { checkFilter } from './list-filter.ts';
import { Run } from './run.ts';

const EventConnection = connectionOf('Event', Event);

const EventFilterRef = builder.inputType('EventFilter', {
  description: 'What an event must be to be listed: all of what is given.',
  fields: (t) => ({
    kind: t.field({ type: [EventKind], description: 'Any of these.' }),
    after: t.field({ type: 'DateTime', description: 'At this time or later.' }),
    before: t.field({ type: 'DateTime', description: 'Before this time.' }),
    text: t.string({ description: 'Part of its message, whatever the case.' }),
  }),
});

interface EventsAsked extends PageAsked {
  readonly filter?: typeof EventFilterRef.$inferInput | null | undefined;
  readonly direction: 'ASCENDING' | 'DESCENDING';
}

/** A page of the events of one owner, read together with those of the others that are asked for alike. */
async function eventsOf(
  { db, load }: Context,
  of: Parameters<typeof eventListing>[0],
  id: string,
  { filter, direction, ...asked }: EventsAsked,
) {
  const listing = eventListing(of, filterOf(filter ?? {}), direction === 'ASCENDING');
  const window = windowOf(asked, EVENT_SORTING);
  const name = JSON.stringify(['events', of, filter, direction, window]);
  const page = await load.like(name, id, (ids) => pagesOf(db, listing, ids, window));
  return {
    page: page!,
    total: async () => (await load.like(`count ${name}`, id, (ids) => countsOf(db, listing, ids))) ?? 0,
  };
}

function filterOf({ kind, after, before, text }: typeof EventFilterRef.$inferInput): EventFilter {
  checkFilter({ kind }, [text]);
  return { kind: kind ?? null, after: after ?? null, before: before ?? null, text: text ?? null };
}

const HAPPENED = 'The oldest first, unless the direction is DESCENDING.';

builder.queryField('events', (t) =>
  t.field({
    type: EventConnection,
    description: `What happened to the runs of all experiments that are not deleted, the newest first. ${PAGING}`,
    args: {
      first: t.arg.int(),
      after: t.arg.string(),
      last: t.arg.int(),
      before: t.arg.string(),
      filter: t.arg({ type: EventFilterRef }),
      direction: t.arg({ type: OrderDirection, required: true, defaultValue: 'DESCENDING' }),
    },
    resolve: (_root, asked, context) => eventsOf(context, 'everything', NO_OWNER, asked),
  }),
);

builder.objectField(Experiment, 'eventsConnection', (t) =>
  t.field({
    type: EventConnection,
    description: `All that happened to its runs. ${HAPPENED} ${PAGING}`,
    args: {
      first: t.arg.int(),
      after: t.arg.string(),
      last: t.arg.int(),
      before: t.arg.string(),
      filter: t.arg({ type: EventFilterRef }),
      direction: t.arg({ type: OrderDirection, required: true, defaultValue: 'ASCENDING' }),
    },
    resolve: ({ id }, asked, context) => eventsOf(context, 'experiment', id, asked),
  }),
);

builder.objectField(Run, 'eventsConnection', (t) =>
  t.field({
    type: EventConnection,
    description: `All that happened to it. ${HAPPENED} ${PAGING}`,
    args: {
      first: t.arg.int(),
      after: t.arg.string(),
      last: t.arg.int(),
      before: t.arg.string(),
      filter: t.arg({ type: EventFilterRef }),
      direction: t.arg({ type: OrderDirection, required: true, defaultValue: 'ASCENDING' }),
    },
    resolve: ({ id }, asked, context) => eventsOf(context, 'run', id, asked),
  }),
);
