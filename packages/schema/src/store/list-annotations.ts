import { and, eq, gte, isNotNull, isNull, lte, or, type SQL, sql } from 'drizzle-orm';
import { annotations } from '../tables/annotation.ts';
import type { Listing, Sorting } from './keyset.ts';

/** What an annotation must be to be listed. Null asks for nothing. */
export interface AnnotationFilter {
  readonly resolved: boolean | null;
  /** Members' ids. */
  readonly author: readonly string[] | null;
  readonly metric: readonly string[] | null;
  readonly axis: 'EPOCH' | 'STEP' | null;
  /** Reaches into this part of its axis. */
  readonly from: number | null;
  readonly to: number | null;
  /** About this contender, or about all. */
  readonly contenderId: string | null;
  /** About this seed, or about all. */
  readonly seed: number | null;
  /** Part of what it says, without case. */
  readonly text: string | null;
  /** Deleted ones and no others. */
  readonly deleted: boolean;
}

/** By when they were written, or by where they stand; what stands nowhere comes last. */
export type AnnotationOrder = 'CREATED' | 'PLACE';

export function annotationSorting(by: AnnotationOrder): Sorting {
  if (by === 'CREATED') return { by, key: null, type: 'text' };
  // Beyond every place: an infinity is no number of JSON, in which cursors are kept.
  const key = sql`coalesce(${annotations.from}, 1e300::double precision)`;
  return { by, key, type: 'double precision' };
}

/** The annotations of each experiment. */
export function annotationListing(
  filter: AnnotationFilter,
  sorting: Sorting,
  rises: boolean,
): Listing<typeof annotations> {
  return {
    table: annotations,
    owner: annotations.experimentId,
    conditions: conditionsOf(filter),
    sorting,
    rises,
  };
}

function conditionsOf(filter: AnnotationFilter): (SQL | undefined)[] {
  const { resolved, author, metric, axis, from, to, contenderId, seed, text, deleted } = filter;
  const isAnyOf = (column: SQL, values: readonly string[]): SQL =>
    sql`${column} in (${sql.join(
      values.map((value) => sql`${value}`),
      sql`, `,
    )})`;
  return [
    deleted ? isNotNull(annotations.deletedAt) : isNull(annotations.deletedAt),
    resolved === null
      ? undefined
      : resolved
        ? isNotNull(annotations.resolvedAt)
        : isNull(annotations.resolvedAt),
    author === null ? undefined : isAnyOf(sql`${annotations.authorId}::text`, author),
    metric === null ? undefined : isAnyOf(sql`${annotations.metric}`, metric),
    axis === null ? undefined : eq(annotations.axis, axis),
    from === null ? undefined : gte(annotations.to, from),
    to === null ? undefined : lte(annotations.from, to),
    contenderId === null ? undefined : openOr(annotations.contenderId, contenderId),
    seed === null ? undefined : openOr(annotations.seed, seed),
    text === null ? undefined : sql`${annotations.body} ilike ${`%${text.replace(/[\\%_]/g, '\\$&')}%`}`,
  ];
}

/** What is about this one, or about all. */
function openOr(
  column: typeof annotations.contenderId | typeof annotations.seed,
  value: string | number,
): SQL | undefined {
  return or(isNull(column), and(sql`${column} = ${value}`));
}
