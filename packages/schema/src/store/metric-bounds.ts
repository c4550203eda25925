import { type SQL, sql } from 'drizzle-orm';
import { type EpochMetric, epochs } from '../tables/epoch.ts';

/** A metric that reached a value in any epoch; null leaves a side open. */
export interface MetricBound {
  readonly metric: EpochMetric;
  readonly atLeast: number | null;
  readonly atMost: number | null;
}

/** That some epoch of an owner lies within the bounds. NaN lies within none: it would count as the largest. */
export function reaches({ metric, atLeast, atMost }: MetricBound, own: SQL): SQL {
  const column = epochs[metric];
  const sides = [
    sql`${column} <> 'NaN'`,
    ...(atLeast === null ? [] : [sql`${column} >= ${atLeast}::double precision`]),
    ...(atMost === null ? [] : [sql`${column} <= ${atMost}::double precision`]),
  ];
  return sql`exists (select 1 from ${epochs} where ${own} and ${sql.join(sides, sql` and `)})`;
}
