import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { DataSource, WeightsSource } from '@optiscope/trainer';
import { and, count, desc, eq, inArray, isNotNull, isNull, max, type SQL, sql } from 'drizzle-orm';
import type { Database } from '../database/database.ts';
import { events } from '../tables/event.ts';
import { experiments } from '../tables/experiment.ts';
import { runs } from '../tables/run.ts';

/**
 * Data sets and weights have no tables: they are what experiments use. One is told by its kind and its path; how an
 * experiment splits it is the experiment's.
 */
interface SourceTold<Kind extends string> {
  /** Stable, and the same in every database: `data-` or `weights-` and a hash of kind and path. */
  readonly id: string;
  readonly kind: Kind;
  /** Null of what is built in or fetched. */
  readonly path: string | null;
}

export type DatasetTold = SourceTold<DataSource['kind']>;
export type WeightsTold = SourceTold<WeightsSource['kind']>;
export type SourceOf = 'data' | 'weights';

const HASH_DIGITS = 20;

export function datasetOf(data: DataSource): DatasetTold {
  const path = 'path' in data ? data.path : null;
  return { id: `data-${hashOf(data.kind, path)}`, kind: data.kind, path };
}

export function weightsOf(weights: WeightsSource): WeightsTold {
  const path = 'path' in weights ? weights.path : null;
  return { id: `weights-${hashOf(weights.kind, path)}`, kind: weights.kind, path };
}

/** What to call it on screen. */
export function datasetLabel({ kind, path }: Pick<DatasetTold, 'kind' | 'path'>): string {
  if (kind === 'sample') return 'Built-in sample';
  return kind === 'flowers102' || path === null ? 'Flowers-102' : basename(path);
}

export function weightsLabel({ kind, path }: Pick<WeightsTold, 'kind' | 'path'>): string {
  if (kind === 'sample') return 'Built-in backbone';
  return kind === 'imagenet' || path === null ? 'ImageNet weights' : basename(path);
}

/** Whether a text can be the id of one at all. */
export function isSourceId(text: string): boolean {
  return /^(data|weights)-[0-9a-f]{20}$/.test(text);
}

function hashOf(kind: string, path: string | null): string {
  return createHash('sha256')
    .update(`${kind}\n${path ?? ''}`)
    .digest('hex')
    .slice(0, HASH_DIGITS);
}

/** The id of what an experiment uses, as `hashOf` makes it. */
export function sourceIdOf(of: SourceOf): SQL<string> {
  const column = experiments[of];
  const text = sql`(${column}->>'kind') || chr(10) || coalesce(${column}->>'path', '')`;
  const hash = sql`encode(sha256(convert_to(${text}, 'UTF8')), 'hex')`;
  return sql<string>`(${sql.raw(`'${of}-'`)} || left(${hash}, ${sql.raw(String(HASH_DIGITS))}))`;
}

/** Experiments whose data set has one of these ids, or is called so, whatever the case. */
export function usesDataset(given: readonly string[]): SQL {
  const ids = given.filter(isSourceId);
  const labels = given.filter((one) => !isSourceId(one)).map((label) => label.toLowerCase());
  const { data } = experiments;
  const label = sql`lower(case when ${data}->>'kind' = 'sample' then 'Built-in sample'
    when ${data}->>'kind' = 'flowers102' then 'Flowers-102'
    else regexp_replace(rtrim(${data}->>'path', '/'), '^.*/', '') end)`;
  return sql`(${inArray(sourceIdOf('data'), ids)} or ${inArray(label, labels)})`;
}

/** The data sets that experiments use which are not deleted. */
export async function usedDatasets(db: Database): Promise<DatasetTold[]> {
  const rows = await db
    .selectDistinct({ data: experiments.data })
    .from(experiments)
    .where(isNull(experiments.deletedAt));
  return [...new Map(rows.map(({ data }) => [datasetOf(data).id, datasetOf(data)])).values()];
}

/** The weights that experiments use which are not deleted. */
export async function usedWeights(db: Database): Promise<WeightsTold[]> {
  const rows = await db
    .selectDistinct({ weights: experiments.weights })
    .from(experiments)
    .where(isNull(experiments.deletedAt));
  return [...new Map(rows.map(({ weights }) => [weightsOf(weights).id, weightsOf(weights)])).values()];
}

/** Those with these ids that any experiment uses, also a deleted one. */
export async function datasetsWithIds(db: Database, ids: readonly string[]): Promise<DatasetTold[]> {
  const asked = ids.filter(isSourceId);
  if (asked.length === 0) return [];
  const id = sourceIdOf('data');
  const rows = await db
    .selectDistinctOn([id], { data: experiments.data })
    .from(experiments)
    .where(inArray(id, asked));
  return rows.map(({ data }) => datasetOf(data));
}

export async function weightsWithIds(db: Database, ids: readonly string[]): Promise<WeightsTold[]> {
  const asked = ids.filter(isSourceId);
  if (asked.length === 0) return [];
  const id = sourceIdOf('weights');
  const rows = await db
    .selectDistinctOn([id], { weights: experiments.weights })
    .from(experiments)
    .where(inArray(id, asked));
  return rows.map(({ weights }) => weightsOf(weights));
}

/** How many experiments use each, and when the newest was made. */
export async function usesOf(
  db: Database,
  of: SourceOf,
  ids: readonly string[],
): Promise<Map<string, { experiments: number; lastUsedAt: Date | null }>> {
  const id = sourceIdOf(of);
  const rows = await db
    .select({ id, experiments: count(), lastUsedAt: max(experiments.createdAt) })
    .from(experiments)
    .where(and(isNull(experiments.deletedAt), inArray(id, [...ids])))
    .groupBy(id);
  return new Map(rows.map(({ id: of, ...uses }) => [of, uses]));
}

/** What the newest run on a data set found there. */
export interface DatasetFound {
  /** Null where the run began before it was told. */
  readonly classes: number | null;
  readonly images: number;
  readonly skippedImages: number;
}

/** What is known of data sets from the runs that read them; nothing of one that none has read. */
export async function datasetsFound(
  db: Database,
  ids: readonly string[],
): Promise<Map<string, DatasetFound>> {
  const id = sourceIdOf('data');
  const rows = await db
    .selectDistinctOn([id], {
      id,
      images: sql<number>`${runs.trainImages} + ${runs.validationImages}`,
      skippedImages: runs.skippedImages,
      classes: sql<number | null>`(select (${events.numbers}->>'classes')::integer from ${events}
        where ${events.runId} = ${runs.id} and ${events.numbers}->>'classes' is not null
        order by ${events.version} desc limit 1)`,
    })
    .from(runs)
    .innerJoin(experiments, eq(experiments.id, runs.experimentId))
    .where(and(inArray(id, [...ids]), isNotNull(runs.trainImages), isNotNull(runs.validationImages)))
    .orderBy(id, desc(runs.startedAt));
  return new Map(rows.map(({ id: of, ...found }) => [of, found]));
}
