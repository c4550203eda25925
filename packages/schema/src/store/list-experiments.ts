import {
  and,
  asc,
  count,
  desc,
  eq,
  getTableColumns,
  gte,
  inArray,
  isNotNull,
  isNull,
  lt,
  type SQL,
  sql,
} from 'drizzle-orm';
import type { Database } from '../database/database.ts';
import { isId } from '../ordered-id.ts';
import { contenders } from '../tables/contender.ts';
import { epochs } from '../tables/epoch.ts';
import {
  type ExperimentRow,
  type ExperimentStatus,
  experimentStatus,
  experiments,
} from '../tables/experiment.ts';
import { experimentTags } from '../tables/experiment-tag.ts';
import { type MetricBound, reaches } from './metric-bounds.ts';
import { usesDataset } from './sources.ts';
import { tagOf } from './tag.ts';

export const ORDERS = ['CREATED', 'NAME', 'BEST_VAL_ACCURACY', 'BEST_VAL_LOSS', 'STATUS'] as const;
export interface Order {
  readonly by: (typeof ORDERS)[number];
  readonly direction: 'ASCENDING' | 'DESCENDING';
}

/** What an experiment must be to be listed. Null asks for nothing; of a list, any; of the tags, all. */
export interface Filter {
  readonly status: readonly ExperimentStatus[] | null;
  /** Names of optimizers. */
  readonly optimizer: readonly string[] | null;
  readonly datasetKind: readonly string[] | null;
  /** Ids or labels of data sets. */
  readonly dataset: readonly string[] | null;
  readonly tags: readonly string[] | null;
  /** Ids of members; what is no id is nobody's. */
  readonly author: readonly string[] | null;
  readonly createdAfter: Date | null;
  readonly createdBefore: Date | null;
  /** Part of the name, of a contender's label or of a tag, without case. */
  readonly text: string | null;
  /** 0..1, in any epoch of any run. */
  readonly valAccuracyAtLeast: number | null;
  /** All of these. */
  readonly metrics: readonly MetricBound[];
  /** Deleted ones and no others. */
  readonly deleted: boolean;
}

export interface Window {
  readonly limit: number;
  readonly after: Cursor | null;
  readonly before: Cursor | null;
  /** Whether the limit counts from the end. */
  readonly fromEnd: boolean;
}

/**
 * A place in a list: the value that its experiment was ordered by, and its id. It stays a place when the value
 * changes or the experiment is gone.
 */
export interface Cursor {
  readonly by: Order['by'];
  readonly value: string | number;
  readonly id: string;
}

export interface Listed {
  readonly experiment: ExperimentRow;
  readonly cursor: Cursor;
}

export interface Page {
  readonly listed: readonly Listed[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
}

/**
 * The highest validation accuracy of any run; -1 where none is recorded. NaN is none: it would sort highest. With
 * names of its own, because drizzle leaves the table out of a column's name in the list of what is selected.
 */
const bestValAccuracy = sql<number>`coalesce((select max(e.val_accuracy) from epochs e where e.experiment_id = experiments.id and e.val_accuracy <> 'NaN'), -1)`;

/** The lowest validation loss of any run; beyond every number where none is recorded, as of one that is infinite. */
const bestValLoss = sql<number>`least((select min(e.val_loss) from epochs e where e.experiment_id = experiments.id and e.val_loss <> 'NaN'), 1e308)`;

/** What an order sorts by, and how a cursor's value is compared with it. */
function sortKey(by: Order['by']): { readonly key: SQL; readonly typed: (value: string | number) => SQL } {
  switch (by) {
    case 'CREATED':
      return { key: sql`${experiments.createdAt}`, typed: (value) => sql`${value}::timestamptz` };
    case 'NAME':
      return { key: sql`lower(${experiments.name})`, typed: (value) => sql`${value}::text` };
    case 'BEST_VAL_ACCURACY':
      return { key: bestValAccuracy, typed: (value) => sql`${value}::double precision` };
    case 'BEST_VAL_LOSS':
      return { key: bestValLoss, typed: (value) => sql`${value}::double precision` };
    case 'STATUS':
      return { key: sql`${experiments.status}`, typed: (value) => sql`${value}::experiment_status` };
  }
}

/** A page of the experiments that pass the filter, in the order; experiments that are equal in it, by their ids. */
export async function listExperiments(
  db: Database,
  filter: Filter,
  order: Order,
  window: Window,
): Promise<Page> {
  const { key, typed } = sortKey(order.by);
  const place = ({ value, id }: Cursor): SQL => sql`(${typed(value)}, ${id}::uuid)`;
  const here = sql`(${key}, ${experiments.id})`;
  const rises = order.direction === 'ASCENDING';
  const beyond = ({ after, before }: Pick<Window, 'after' | 'before'>): (SQL | undefined)[] => [
    after === null ? undefined : rises ? sql`${here} > ${place(after)}` : sql`${here} < ${place(after)}`,
    before === null ? undefined : rises ? sql`${here} < ${place(before)}` : sql`${here} > ${place(before)}`,
  ];
  const forth = rises !== window.fromEnd;
  const rows = await db
    .select({ experiment: getTableColumns(experiments), key: key as SQL<string | number> })
    .from(experiments)
    .where(and(...conditions(filter), ...beyond(window)))
    .orderBy(forth ? asc(key) : desc(key), forth ? asc(experiments.id) : desc(experiments.id))
    .limit(window.limit + 1);
  const more = rows.length > window.limit;
  const kept = rows.slice(0, window.limit);
  if (window.fromEnd) kept.reverse();
  const listed = kept.map(({ experiment, key: value }) => ({
    experiment,
    cursor: {
      by: order.by,
      // A driver's text of a time depends on its session's zone.
      value: order.by === 'CREATED' ? experiment.createdAt.toISOString() : value,
      id: experiment.id,
    },
  }));
  // As the Relay specification has it: of the far side it is known only that there is a cursor.
  return {
    listed,
    hasNextPage: window.fromEnd ? window.before !== null : more,
    hasPreviousPage: window.fromEnd ? more : window.after !== null,
  };
}

/** How many experiments pass the filter. */
export async function countExperiments(db: Database, filter: Filter): Promise<number> {
  const [row] = await db
    .select({ total: count() })
    .from(experiments)
    .where(and(...conditions(filter)));
  return row?.total ?? 0;
}

function conditions(filter: Filter): (SQL | undefined)[] {
  const { status, optimizer, datasetKind, dataset, tags, author, createdAfter, createdBefore } = filter;
  const { text, valAccuracyAtLeast, metrics, deleted } = filter;
  const own = eq(contenders.experimentId, experiments.id);
  return [
    deleted ? isNotNull(experiments.deletedAt) : isNull(experiments.deletedAt),
    status === null ? undefined : inArray(experiments.status, [...status]),
    optimizer === null
      ? undefined
      : sql`exists (select 1 from ${contenders} where ${and(own, inArray(contenders.optimizer, [...optimizer]))})`,
    datasetKind === null ? undefined : inArray(sql`${experiments.data}->>'kind'`, [...datasetKind]),
    dataset === null ? undefined : usesDataset(dataset),
    ...metrics.map((bound) => reaches(bound, sql`${epochs.experimentId} = ${experiments.id}`)),
    ...(tags ?? []).map(
      (tag) =>
        sql`exists (select 1 from ${experimentTags} where ${and(eq(experimentTags.experimentId, experiments.id), eq(experimentTags.tag, tagOf(tag)))})`,
    ),
    author === null ? undefined : inArray(experiments.authorId, author.filter(isId)),
    createdAfter === null ? undefined : gte(experiments.createdAt, createdAfter),
    createdBefore === null ? undefined : lt(experiments.createdAt, createdBefore),
    text === null ? undefined : textCondition(text, own),
    valAccuracyAtLeast === null ? undefined : gte(bestValAccuracy, valAccuracyAtLeast),
  ];
}

function textCondition(text: string, own: SQL): SQL {
  const pattern = `%${text.replace(/[\\%_]/g, '\\$&')}%`;
  const tag = and(
    eq(experimentTags.experimentId, experiments.id),
    sql`${experimentTags.tag} ilike ${pattern}`,
  );
  return sql`(${experiments.name} ilike ${pattern} or exists (select 1 from ${contenders} where ${own} and ${contenders.label} ilike ${pattern}) or exists (select 1 from ${experimentTags} where ${tag}))`;
}

/** A cursor as clients see it. */
export function cursorText({ by, value, id }: Cursor): string {
  return Buffer.from(JSON.stringify([by, value, id])).toString('base64url');
}

/** The cursor of a text, or null when it is none, or of another order. */
export function cursorFrom(text: string, by: Order['by']): Cursor | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    return null;
  }
  if (!Array.isArray(parsed) || parsed.length !== 3 || parsed[0] !== by) return null;
  const [, value, id]: unknown[] = parsed;
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  if (!isValueOf(by, value) || typeof id !== 'string' || !isId(id)) return null;
  return { by, value, id };
}

/** Whether the database would take it for one. */
function isValueOf(by: Order['by'], value: string | number): boolean {
  switch (by) {
    case 'CREATED': {
      const time = new Date(value);
      return !Number.isNaN(time.getTime()) && time.toISOString() === value;
    }
    case 'NAME':
      return typeof value === 'string' && !value.includes('\0');
    case 'BEST_VAL_ACCURACY':
    case 'BEST_VAL_LOSS':
      return typeof value === 'number';
    case 'STATUS':
      return experimentStatus.enumValues.some((status) => status === value);
  }
}
