import type { MetricBound } from '../store/metric-bounds.ts';
import type { EpochMetric } from '../tables/epoch.ts';
import { builder } from './builder.ts';
import { badInput } from './connection.ts';
import { Metric } from './non-finite.ts';

const LONGEST_TEXT = 200;
const MOST_IN_A_LIST = 60;

/** Refuses lists and texts of a filter that are empty or too long; those that are left out ask for nothing. */
export function checkFilter(
  lists: Readonly<Record<string, readonly unknown[] | null | undefined>>,
  texts: readonly (string | null | undefined)[] = [],
): void {
  for (const [name, list] of Object.entries(lists)) {
    if (list != null && (list.length === 0 || list.length > MOST_IN_A_LIST)) {
      throw badInput(
        `filter.${name} has ${list.length} entries; wanted 1 to ${MOST_IN_A_LIST}. Leave it out to ask for nothing.`,
      );
    }
  }
  const given = [...texts, ...Object.values(lists).flatMap((list) => list ?? [])];
  for (const text of given) {
    if (typeof text === 'string' && (text.length > LONGEST_TEXT || text.includes('\0'))) {
      throw badInput(
        `A text of the filter has ${text.length} characters; wanted at most ${LONGEST_TEXT}, none of them NUL.`,
      );
    }
  }
}

export const MetricBoundRef = builder.inputType('MetricBound', {
  description: 'A metric that came to a value in any epoch: at least, at most, or between.',
  fields: (t) => ({
    metric: t.field({ type: Metric, required: true }),
    atLeast: t.float(),
    atMost: t.float(),
  }),
});

interface BoundGiven {
  readonly metric: EpochMetric;
  readonly atLeast?: number | null | undefined;
  readonly atMost?: number | null | undefined;
}

/** Bounds as they are to be used; one without a side is refused. */
export function boundsOf(given: readonly BoundGiven[] | null | undefined): MetricBound[] {
  return (given ?? []).map(({ metric, atLeast = null, atMost = null }, place) => {
    if (atLeast === null && atMost === null) {
      throw badInput(`filter.metric.${place} has no side; give atLeast, atMost or both.`);
    }
    return { metric, atLeast, atMost };
  });
}
