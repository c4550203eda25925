import type { EngineDescription } from '@optiscope/trainer';
import { and, asc, desc, eq, getTableColumns, inArray, isNull, lt, sql } from 'drizzle-orm';
import type { Database } from '../database/database.ts';
import { isId } from '../ordered-id.ts';
import { attempts } from '../tables/attempt.ts';
import { runs } from '../tables/run.ts';
import { type WorkerRow, workers } from '../tables/worker.ts';

/** A worker says this often that it is there… */
export const BEAT_SECONDS = 5;
/** …and one that did not for this long counts as gone. By the database's clock. */
export const GONE_SECONDS = 20;
/** What is gone for so long is forgotten; the attempts that it made then name none. */
const FORGOTTEN_DAYS = 90;

/** What a worker says of itself when it comes. */
export type WorkerSelf = Pick<
  WorkerRow,
  'id' | 'host' | 'pid' | 'version' | 'labels' | 'concurrency' | 'processes' | 'memoryLimit'
>;

/** What it says again and again. */
export interface WorkerBeat {
  /** Bytes of its training processes; null where the system does not tell. */
  readonly memoryUsed: number | null;
  readonly engines: readonly EngineDescription[];
  /** Whether it is about to stop. */
  readonly draining: boolean;
}

/** A worker, and for how long it has been silent by the database's clock. */
export type WorkerTold = WorkerRow & { readonly silentSeconds: number };

export type WorkerStatus = 'ALIVE' | 'DRAINING' | 'GONE' | 'STOPPED';

const told = {
  ...getTableColumns(workers),
  silentSeconds: sql<number>`extract(epoch from now() - ${workers.heartbeatAt})`.mapWith(Number),
};
const isThere = sql<boolean>`(${workers.stoppedAt} is null and ${workers.heartbeatAt} > now() - make_interval(secs => ${GONE_SECONDS}))`;

export function workerStatus({ stoppedAt, drainingAt, silentSeconds }: WorkerTold): WorkerStatus {
  if (stoppedAt !== null) return 'STOPPED';
  if (silentSeconds >= GONE_SECONDS) return 'GONE';
  return drainingAt === null ? 'ALIVE' : 'DRAINING';
}

/**
 * Says that a worker is there and how it is, by the database's clock; the first time, and when its row is lost, by
 * which it is registered. Answers whether it is to take no more runs.
 */
export async function beatWorker(db: Database, self: WorkerSelf, beat: WorkerBeat): Promise<boolean> {
  const { memoryUsed, engines } = beat;
  const now = { memoryUsed, engines, heartbeatAt: sql`now()`, stoppedAt: null };
  const [row] = await db
    .insert(workers)
    .values({ ...self, memoryUsed, engines, ...(beat.draining && { drainingAt: sql`now()` }) })
    .onConflictDoUpdate({
      target: workers.id,
      set: { ...now, ...(beat.draining && { drainingAt: sql`coalesce(${workers.drainingAt}, now())` }) },
    })
    .returning({ drainingAt: workers.drainingAt });
  return row?.drainingAt != null;
}

/** Notes that a worker left in order. */
export async function stopWorker(db: Database, id: string): Promise<void> {
  await db
    .update(workers)
    .set({ stoppedAt: sql`now()`, heartbeatAt: sql`now()`, memoryUsed: null })
    .where(eq(workers.id, id));
}

/** Forgets workers that are gone for long. */
export async function forgetWorkers(db: Database): Promise<void> {
  await db
    .delete(workers)
    .where(lt(workers.heartbeatAt, sql`now() - make_interval(days => ${FORGOTTEN_DAYS})`));
}

/** Tells a worker to take no more runs, or to take some again. Null when there is none with this id. */
export async function drainWorker(db: Database, id: string, drain: boolean): Promise<WorkerTold | null> {
  if (!isId(id)) return null;
  await db
    .update(workers)
    .set({ drainingAt: drain ? sql`coalesce(${workers.drainingAt}, now())` : null })
    .where(and(eq(workers.id, id), isNull(workers.stoppedAt)));
  return (await workersWithIds(db, [id])).get(id) ?? null;
}

/** Those that are there first, and of either the newest first. */
export async function listWorkers(db: Database, most: number, onlyThere: boolean): Promise<WorkerTold[]> {
  return await db
    .select(told)
    .from(workers)
    .where(onlyThere ? isThere : undefined)
    .orderBy(desc(isThere), desc(workers.startedAt), asc(workers.id))
    .limit(most);
}

export async function workersWithIds(db: Database, ids: readonly string[]): Promise<Map<string, WorkerTold>> {
  const asked = ids.filter(isId).map((id) => id.toLowerCase());
  if (asked.length === 0) return new Map();
  const rows = await db.select(told).from(workers).where(inArray(workers.id, asked));
  return new Map(rows.map((row) => [row.id, row]));
}

/** The workers of these runs' last attempts, by the runs' ids. */
export async function workersOfRuns(
  db: Database,
  runIds: readonly string[],
): Promise<Map<string, WorkerTold>> {
  if (runIds.length === 0) return new Map();
  const rows = await db
    .select({ runId: runs.id, worker: told })
    .from(runs)
    .innerJoin(attempts, and(eq(attempts.runId, runs.id), eq(attempts.number, runs.attempt)))
    .innerJoin(workers, eq(workers.id, attempts.workerId))
    .where(inArray(runs.id, [...runIds]));
  return new Map(rows.map(({ runId, worker }) => [runId, worker]));
}

/** The runs that are under way on these workers, by the workers' ids, the longest under way first. */
export async function runsOfWorkers(
  db: Database,
  workerIds: readonly string[],
): Promise<Map<string, (typeof runs.$inferSelect)[]>> {
  if (workerIds.length === 0) return new Map();
  const rows = await db
    .select({ workerId: attempts.workerId, run: runs })
    .from(runs)
    .innerJoin(attempts, and(eq(attempts.runId, runs.id), eq(attempts.number, runs.attempt)))
    .where(and(eq(runs.status, 'RUNNING'), inArray(attempts.workerId, [...workerIds])))
    .orderBy(asc(attempts.startedAt), asc(runs.id));
  const byWorker = Map.groupBy(rows, ({ workerId }) => workerId ?? '');
  return new Map([...byWorker].map(([id, found]) => [id, found.map(({ run }) => run)]));
}
