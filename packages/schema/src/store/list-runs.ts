import { and, eq, gte, inArray, isNull, lt, type SQL, sql } from 'drizzle-orm';
import { isId } from '../ordered-id.ts';
import { contenders } from '../tables/contender.ts';
import { epochs } from '../tables/epoch.ts';
import { experiments } from '../tables/experiment.ts';
import { experimentTags } from '../tables/experiment-tag.ts';
import { type RunOrigin, type RunStatus, runs } from '../tables/run.ts';
import type { Listing, Sorting } from './keyset.ts';
import { type MetricBound, reaches } from './metric-bounds.ts';
import { usesDataset } from './sources.ts';
import { tagOf } from './tag.ts';

/** What a run must be to be listed. Null asks for nothing; of a list, any; of the tags and bounds, all. */
export interface RunFilter {
  readonly status: readonly RunStatus[] | null;
  /** Names of optimizers. */
  readonly optimizer: readonly string[] | null;
  /** Ids of experiments. */
  readonly experiment: readonly string[] | null;
  /** Ids of contenders. */
  readonly contender: readonly string[] | null;
  readonly seed: readonly number[] | null;
  readonly origin: readonly RunOrigin[] | null;
  /** Ids of the members who made its experiment. */
  readonly author: readonly string[] | null;
  /** Ids or labels of data sets. */
  readonly dataset: readonly string[] | null;
  /** Of its experiment. */
  readonly tags: readonly string[] | null;
  readonly startedAfter: Date | null;
  readonly startedBefore: Date | null;
  readonly finishedAfter: Date | null;
  readonly finishedBefore: Date | null;
  readonly metrics: readonly MetricBound[];
}

export const RUN_ORDERS = [
  'CREATED',
  'STARTED',
  'FINISHED',
  'BEST_VAL_ACCURACY',
  'BEST_VAL_LOSS',
  'LAST_EPOCH',
  'STATUS',
] as const;
export type RunOrder = (typeof RUN_ORDERS)[number];

/** Later than every time, in seconds: what has not begun comes last. An infinity is no number of JSON. */
const NEVER = sql`1e15::double precision`;

export function runSorting(by: RunOrder): Sorting {
  switch (by) {
    case 'CREATED':
      return { by, key: null, type: 'text' };
    case 'STARTED':
      return {
        by,
        key: sql`coalesce(extract(epoch from ${runs.startedAt})::double precision, ${NEVER})`,
        type: 'double precision',
      };
    case 'FINISHED':
      return {
        by,
        key: sql`coalesce(extract(epoch from ${runs.finishedAt})::double precision, ${NEVER})`,
        type: 'double precision',
      };
    case 'BEST_VAL_ACCURACY': {
      const best = sql`(select max(${epochs.valAccuracy}) from ${epochs} where ${epochs.runId} = ${runs.id} and ${epochs.valAccuracy} <> 'NaN')`;
      return { by, key: sql`coalesce(${best}, -1)`, type: 'double precision' };
    }
    case 'BEST_VAL_LOSS': {
      const best = sql`(select min(${epochs.valLoss}) from ${epochs} where ${epochs.runId} = ${runs.id} and ${epochs.valLoss} <> 'NaN')`;
      return { by, key: sql`least(${best}, 1e308)`, type: 'double precision' };
    }
    case 'LAST_EPOCH':
      return { by, key: sql`${runs.lastEpoch}`, type: 'integer' };
    case 'STATUS':
      return { by, key: sql`array_position(enum_range(null::run_status), ${runs.status})`, type: 'integer' };
  }
}

/** Runs of all experiments that are not deleted. */
export function runListing(filter: RunFilter, sorting: Sorting, rises: boolean): Listing<typeof runs> {
  return { table: runs, owner: null, conditions: conditionsOf(filter), sorting, rises };
}

function conditionsOf(filter: RunFilter): (SQL | undefined)[] {
  const { status, optimizer, experiment, contender, seed, origin, metrics } = filter;
  const any = <Value>(column: Parameters<typeof inArray>[0], values: readonly Value[] | null) =>
    values === null ? undefined : inArray(column, [...values]);
  return [
    any(runs.status, status),
    any(runs.seed, seed),
    any(runs.origin, origin),
    any(runs.experimentId, experiment?.filter(isId) ?? null),
    any(runs.contenderId, contender?.filter(isId) ?? null),
    filter.startedAfter === null ? undefined : gte(runs.startedAt, filter.startedAfter),
    filter.startedBefore === null ? undefined : lt(runs.startedAt, filter.startedBefore),
    filter.finishedAfter === null ? undefined : gte(runs.finishedAt, filter.finishedAfter),
    filter.finishedBefore === null ? undefined : lt(runs.finishedAt, filter.finishedBefore),
    optimizer === null
      ? undefined
      : sql`exists (select 1 from ${contenders} where ${and(eq(contenders.id, runs.contenderId), inArray(contenders.optimizer, [...optimizer]))})`,
    ofExperiment(filter),
    ...metrics.map((bound) => reaches(bound, sql`${epochs.runId} = ${runs.id}`)),
  ];
}

function ofExperiment({ author, dataset, tags }: RunFilter): SQL {
  const conditions = [
    eq(experiments.id, runs.experimentId),
    isNull(experiments.deletedAt),
    author === null ? undefined : inArray(experiments.authorId, author.filter(isId)),
    dataset === null ? undefined : usesDataset(dataset),
    ...(tags ?? []).map(
      (tag) =>
        sql`exists (select 1 from ${experimentTags} where ${and(eq(experimentTags.experimentId, experiments.id), eq(experimentTags.tag, tagOf(tag)))})`,
    ),
  ];
  return sql`exists (select 1 from ${experiments} where ${and(...conditions)})`;
}
