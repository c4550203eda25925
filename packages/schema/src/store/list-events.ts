import { and, eq, gte, inArray, isNull, lt, type SQL, sql } from 'drizzle-orm';
import { type EventKind, events } from '../tables/event.ts';
import { experiments } from '../tables/experiment.ts';
import type { Listing, Sorting } from './keyset.ts';

/** What an event must be to be listed. Null asks for nothing. */
export interface EventFilter {
  readonly kind: readonly EventKind[] | null;
  readonly after: Date | null;
  readonly before: Date | null;
  /** Part of its message, without case. */
  readonly text: string | null;
}

/** By when they happened: ids are made in the order of time. */
export const EVENT_SORTING: Sorting = { by: 'HAPPENED', key: null, type: 'text' };

/** The events of each experiment or of each run, or those of everything. */
export function eventListing(
  of: 'experiment' | 'run' | 'everything',
  filter: EventFilter,
  rises: boolean,
): Listing<typeof events> {
  const { kind, after, before, text } = filter;
  const conditions: (SQL | undefined)[] = [
    kind === null ? undefined : inArray(events.kind, [...kind]),
    after === null ? undefined : gte(events.at, after),
    before === null ? undefined : lt(events.at, before),
    text === null ? undefined : sql`${events.message} ilike ${`%${text.replace(/[\\%_]/g, '\\$&')}%`}`,
    of === 'everything'
      ? sql`exists (select 1 from ${experiments} where ${and(eq(experiments.id, events.experimentId), isNull(experiments.deletedAt))})`
      : undefined,
  ];
  const owners = { experiment: events.experimentId, run: events.runId, everything: null };
  return { table: events, owner: owners[of], conditions, sorting: EVENT_SORTING, rises };
}
