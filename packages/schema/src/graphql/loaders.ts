import { and, asc, desc, eq, gt, inArray, lte, sql, sum } from 'drizzle-orm';
import { GraphQLError } from 'graphql';
import type { Database } from '../database/database.ts';
import { type StepRequest, type StepSeriesOfRun, stepSeriesOf } from '../series/step-series.ts';
import { membersWithIds, sessionsOfMembers } from '../store/load-members.ts';
import { runsOfWorkers, type WorkerTold, workersOfRuns } from '../store/workers.ts';
import { type ContenderRow, contenders } from '../tables/contender.ts';
import { type EpochMetric, type EpochRow, epochs } from '../tables/epoch.ts';
import { type EventRow, events } from '../tables/event.ts';
import { type ExperimentRow, experiments } from '../tables/experiment.ts';
import { experimentTags } from '../tables/experiment-tag.ts';
import type { MemberRow, SessionRow } from '../tables/member.ts';
import { type RunRow, runs } from '../tables/run.ts';
import type { StepMetric } from '../tables/step-chunk.ts';
import { batch } from './batch.ts';
import type { Service, Waiting } from './context.ts';
import { type NounLoaders, nounLoaders } from './noun-loaders.ts';

/** The newest events of an experiment or a run that one field gives; fewer where many are asked for at once. */
const MOST_EVENTS = 1_000;
const MOST_EVENTS_IN_ALL = 50_000;
/** Numbers that one operation may ask for of epochs. */
const MOST_VALUES = 2_000_000;

/** A run's epochs as arrays: `epochs[i]` is the epoch of `values[metric][i]`. */
export interface SeriesArrays {
  readonly epochs: readonly number[];
  readonly values: Readonly<Record<string, readonly number[]>>;
}

export interface Loaders extends NounLoaders {
  readonly experiment: (id: string) => Promise<ExperimentRow | undefined>;
  readonly run: (id: string) => Promise<RunRow | undefined>;
  readonly member: (id: string) => Promise<MemberRow | undefined>;
  /** The open ones, the last used first. */
  readonly sessionsOf: (memberId: string) => Promise<SessionRow[] | undefined>;
  /** In the order of the alphabet. */
  readonly tagsOf: (experimentId: string) => Promise<string[] | undefined>;
  readonly contender: (id: string) => Promise<ContenderRow | undefined>;
  readonly contendersOf: (experimentId: string) => Promise<ContenderRow[] | undefined>;
  readonly runsOf: (experimentId: string) => Promise<RunRow[] | undefined>;
  readonly eventsOfExperiment: (experimentId: string) => Promise<EventRow[] | undefined>;
  readonly eventsOfRun: (runId: string) => Promise<EventRow[] | undefined>;
  readonly epochsOf: (runId: string, after: number) => Promise<EpochRow[] | undefined>;
  readonly seriesOf: (
    runId: string,
    after: number,
    metrics: readonly EpochMetric[],
  ) => Promise<SeriesArrays | undefined>;
  /** Of the run's last attempt. */
  readonly workerOf: (runId: string) => Promise<WorkerTold | undefined>;
  readonly runsOfWorker: (workerId: string) => Promise<RunRow[] | undefined>;
  /** What the run waits for, if it does. */
  readonly waiting: (runId: string) => Promise<Waiting | undefined>;
  readonly stepSeriesOf: (runId: string, request: StepRequest) => Promise<StepSeriesOfRun[] | undefined>;
}

/** Every way in which one row leads to others, each one statement for however many rows ask in one turn. */
export function loaders(db: Database, waiting?: Service['waiting']): Loaders {
  const epochsAfter = remembered((after: number) =>
    batch((runIds: readonly string[]) => epochsOf(db, runIds, after)),
  );
  const seriesAfter = remembered((after: number, ...metrics: EpochMetric[]) =>
    batch((runIds: readonly string[]) => seriesOf(db, runIds, after, metrics)),
  );
  const stepSeriesLike = remembered((after: number, resolution: number, ...metrics: StepMetric[]) =>
    batch((runIds: readonly string[]) =>
      stepSeriesOf(db, runIds, { after, metrics, resolution: resolution || null }),
    ),
  );
  return {
    ...nounLoaders(db),
    experiment: batch(async (ids) => {
      const rows = await db
        .select()
        .from(experiments)
        .where(inArray(experiments.id, [...ids]));
      return new Map(rows.map((row) => [row.id, row]));
    }),
    run: batch(async (ids) => {
      const rows = await db
        .select()
        .from(runs)
        .where(inArray(runs.id, [...ids]));
      return new Map(rows.map((row) => [row.id, row]));
    }),
    member: batch((ids) => membersWithIds(db, ids)),
    sessionsOf: batch((ids) => sessionsOfMembers(db, ids)),
    tagsOf: batch(async (ids) => {
      const rows = await db
        .select()
        .from(experimentTags)
        .where(inArray(experimentTags.experimentId, [...ids]))
        .orderBy(asc(experimentTags.tag));
      const byExperiment = Map.groupBy(rows, (row) => row.experimentId);
      return new Map([...byExperiment].map(([id, tagged]) => [id, tagged.map(({ tag }) => tag)]));
    }),
    contender: batch(async (ids) => {
      const rows = await db
        .select()
        .from(contenders)
        .where(inArray(contenders.id, [...ids]));
      return new Map(rows.map((row) => [row.id, row]));
    }),
    contendersOf: batch(async (ids) => {
      const rows = await db
        .select()
        .from(contenders)
        .where(inArray(contenders.experimentId, [...ids]))
        .orderBy(asc(contenders.position));
      return Map.groupBy(rows, (row) => row.experimentId);
    }),
    runsOf: batch(async (ids) => {
      const rows = await db
        .select()
        .from(runs)
        .where(inArray(runs.experimentId, [...ids]))
        .orderBy(asc(runs.position));
      return Map.groupBy(rows, (row) => row.experimentId);
    }),
    eventsOfExperiment: batch((ids) => newestEvents(db, 'experimentId', ids)),
    eventsOfRun: batch((ids) => newestEvents(db, 'runId', ids)),
    workerOf: batch((ids) => workersOfRuns(db, ids)),
    runsOfWorker: batch((ids) => runsOfWorkers(db, ids)),
    waiting: batch(async (ids) => (await waiting?.(ids)) ?? new Map()),
    epochsOf: (runId, after) => epochsAfter(after)(runId),
    seriesOf: (runId, after, metrics) => seriesAfter(after, ...metrics)(runId),
    stepSeriesOf: (runId, { after, metrics, resolution }) =>
      stepSeriesLike(after, resolution ?? 0, ...metrics)(runId),
  };
}

/** One value for equal arguments. An operation's arguments are few: they stand in its text or its variables. */
function remembered<Arguments extends readonly (string | number)[], Value>(
  make: (...given: Arguments) => Value,
): (...given: Arguments) => Value {
  const made = new Map<string, Value>();
  return (...given) => {
    const key = given.join(' ');
    const value = made.get(key) ?? make(...given);
    made.set(key, value);
    return value;
  };
}

async function newestEvents(
  db: Database,
  owner: 'experimentId' | 'runId',
  ids: readonly string[],
): Promise<Map<string, EventRow[]>> {
  const age = sql<number>`row_number() over (partition by ${events[owner]} order by ${events.version} desc, ${events.id} desc)`;
  const aged = db
    .select({ id: events.id, age: age.as('age') })
    .from(events)
    .where(inArray(events[owner], [...ids]))
    .as('aged');
  const rows = await db
    .select({ event: events })
    .from(events)
    .innerJoin(aged, eq(aged.id, events.id))
    .where(lte(aged.age, Math.min(MOST_EVENTS, Math.floor(MOST_EVENTS_IN_ALL / ids.length))))
    .orderBy(asc(events.version), asc(events.id));
  return Map.groupBy(
    rows.map((row) => row.event),
    (event) => event[owner],
  );
}

async function epochsOf(
  db: Database,
  runIds: readonly string[],
  after: number,
): Promise<Map<string, EpochRow[]>> {
  const columns = 10;
  await assertWithinBudget(db, runIds, after, columns);
  const rows = await db
    .select()
    .from(epochs)
    .where(and(inArray(epochs.runId, [...runIds]), gt(epochs.epoch, after)))
    .orderBy(asc(epochs.runId), asc(epochs.epoch));
  return Map.groupBy(rows, (row) => row.runId);
}

/** Arrays made by the database: several times as fast as a row for each epoch. */
async function seriesOf(
  db: Database,
  runIds: readonly string[],
  after: number,
  metrics: readonly EpochMetric[],
): Promise<Map<string, SeriesArrays>> {
  await assertWithinBudget(db, runIds, after, metrics.length);
  const aggregated = (metric: EpochMetric | 'epoch') =>
    sql<number[]>`array_agg(${epochs[metric]} order by ${epochs.epoch})`.mapWith(Array.from<number>);
  const rows = await db
    .select({
      runId: epochs.runId,
      epochs: aggregated('epoch'),
      values: Object.fromEntries(metrics.map((metric) => [metric, aggregated(metric)])),
    })
    .from(epochs)
    .where(and(inArray(epochs.runId, [...runIds]), gt(epochs.epoch, after)))
    .groupBy(epochs.runId)
    .orderBy(desc(epochs.runId));
  return new Map(rows.map((row) => [row.runId, row]));
}

async function assertWithinBudget(
  db: Database,
  runIds: readonly string[],
  after: number,
  columns: number,
): Promise<void> {
  const [row] = await db
    .select({ epochs: sum(sql`greatest(0, ${runs.lastEpoch} - ${after}::integer)`).mapWith(Number) })
    .from(runs)
    .where(inArray(runs.id, [...runIds]));
  const values = (row?.epochs ?? 0) * columns;
  if (values > MOST_VALUES) {
    throw new GraphQLError(
      `This asks for ${values} numbers of epochs, at most ${MOST_VALUES} are given at once. Ask for fewer runs or metrics, or for the epochs after a later one.`,
      { extensions: { code: 'TOO_LARGE' } },
    );
  }
}
