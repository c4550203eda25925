import {
  type Database,
  GONE_SECONDS,
  type OpenDatabase,
  type Transaction,
  type Waiting,
} from '@optiscope/schema';
import { type SQL, sql } from 'drizzle-orm';
import { fromDrizzle, fromPglite, type Job, PgBoss } from 'pg-boss';
import { z } from 'zod';
import type { Log } from '../log.ts';
import { requestOfJob } from '../tracing/job-trace.ts';
import { ADOPT, AT_ONCE, IDLE_JOBS, PLACES, TAKE, TAKE_BACK, WITHOUT_RUNNING } from './schedule.ts';
import { Placed, waitingOf } from './waiting-runs.ts';

const QUEUE = 'runs';

/** `JOBS` in ASCII: the lock under which lacking jobs are added. */
const MISSING_LOCK = 0x4a4f4253;

/** What a job says: try to run this. Whether there is anything to do, the run's row tells. */
const Payload = z.object({ runId: z.uuid() });

const Length = z.object({
  waiting: z.int(),
  active: z.int(),
  longestWaitSeconds: z.number().nullable(),
});
const Owned = z.array(z.object({ id: z.uuid(), experimentId: z.uuid() }));

/** What a statement answers, of either driver. */
const Rows = z.object({ rows: z.array(z.unknown()) });

/** A job that was handed out to this server. */
export interface RunJob {
  readonly id: string;
  /** How often it was handed out before; names this handing-out towards the queue. */
  readonly retryCount: number;
  readonly runId: string;
  /** For how long its holder may be silent. */
  readonly silentSeconds: number;
}

/** What the statement that hands jobs out answers: a row a job, or one that tells how many there were. */
const Taken = z.array(
  z.object({
    id: z.uuid().nullable(),
    retryCount: z.int().nullable(),
    silentSeconds: z.int().nullable(),
    runId: z.uuid().nullable(),
    found: z.int(),
  }),
);
const Touched = z.object({ affected: z.int(), requested: z.int() });
const TakenBack = z.array(z.object({ id: z.uuid(), retryCount: z.int() }));

/** Whoever holds a job and does not say so for this long has lost it: the queue hands it out again. By the database's clock. */
export const SILENT_SECONDS = 45;

/** When others took the jobs that were found, it is looked for more so often. */
const MOST_TRIES = 4;

/**
 * The queue of runs, on pg-boss: one job for each run, from the transaction that makes the run until the run
 * has ended. A job is handed out at least once; that a run is worked on once is the run's token's business.
 */
export class RunQueue {
  readonly #boss: PgBoss;

  private constructor(boss: PgBoss) {
    this.#boss = boss;
  }

  /**
   * With `prepare: false` it changes no tables and throws when they are not those of this version: of a worker, whose
   * server prepares them.
   */
  static async open(
    database: OpenDatabase,
    log: Log,
    { silentSeconds = SILENT_SECONDS, prepare = true } = {},
  ): Promise<RunQueue> {
    const embedded = database.kind === 'pglite';
    const boss = new PgBoss({
      ...(embedded
        ? { db: fromPglite(database.client), backend: 'pglite' as const }
        : { connectionString: database.url, max: 4, application_name: 'optiscope queue' }),
      schedule: false,
      // A span for every look into the queue would bury the others.
      openTelemetry: { enabled: false },
      ...(!prepare && { migrate: false, createSchema: false }),
      registerInstance: false,
      superviseIntervalSeconds: Math.max(2, Math.floor(silentSeconds / 3)),
      monitorIntervalSeconds: Math.max(2, Math.floor(silentSeconds / 3)),
      // A table of some hundred jobs: nothing to rebuild, nothing to watch.
      reindex: false,
      monitorVacuum: false,
    });
    boss.on('error', (error) => log.error('The queue had an error', error));
    boss.on('warning', (warning) => log.warn(`The queue warns: ${JSON.stringify(warning)}`));
    await boss.start();
    const queue = new RunQueue(boss);
    if (!prepare) return queue;
    const hour = 3600;
    const options = {
      heartbeatSeconds: silentSeconds,
      // pg-boss' most. A run that takes longer is taken back by its holder.
      expireInSeconds: 24 * hour,
      retryLimit: 1_000_000, // how often a run is tried is told by its failures, not by its jobs
      retryDelay: 1,
      retentionSeconds: 10 * 365 * 24 * hour,
      deleteAfterSeconds: hour,
    };
    await boss.createQueue(QUEUE, options);
    await boss.updateQueue(QUEUE, {
      heartbeatSeconds: options.heartbeatSeconds,
      expireInSeconds: options.expireInSeconds,
      retryLimit: options.retryLimit,
      retryDelay: options.retryDelay,
      retentionSeconds: options.retentionSeconds,
      deleteAfterSeconds: options.deleteAfterSeconds,
    });
    await boss.getQueue(QUEUE);
    await queue.#execute(ADOPT, [QUEUE]);
    return queue;
  }

  /** Adds runs, in the transaction that makes them: both or neither. */
  async enqueue(tx: Transaction, runIds: readonly string[]): Promise<void> {
    if (runIds.length === 0) return;
    const within = { execute: async (query: SQL) => Rows.parse(await tx.execute(query)) };
    const { rows } = await within.execute(
      sql`select id, experiment_id as "experimentId" from runs where id in ${[...runIds]}`,
    );
    const experiments = new Map(Owned.parse(rows).map(({ id, experimentId }) => [id, experimentId]));
    const jobs = runIds.map((runId) => ({
      data: { ...Payload.parse({ runId }), ...requestOfJob() },
      // By these the schedule finds it.
      singletonKey: runId,
      group: { id: experiments.get(runId) ?? '' },
    }));
    await this.#boss.insert(QUEUE, jobs, { db: fromDrizzle(within, sql) });
  }

  /**
   * Hands out up to `most` jobs that a taker with these labels may have, in the order of `schedule.ts`. Fewer, or
   * none, when others take at the same time: nobody waits for anybody.
   */
  async fetch(most: number, labels: readonly string[] = []): Promise<RunJob[]> {
    for (let tries = 1; ; tries++) {
      const rows = Taken.parse(await this.#execute(TAKE, [QUEUE, labels, most, 2 * most + 8]));
      const jobs = rows.flatMap(({ id, retryCount, runId, silentSeconds }) =>
        id === null || retryCount === null || runId === null
          ? []
          : [{ id, retryCount, runId, silentSeconds: silentSeconds ?? SILENT_SECONDS }],
      );
      if (jobs.length > 0 || rows.every(({ found }) => found === 0) || tries === MOST_TRIES) return jobs;
    }
  }

  /** Takes jobs back that their holder, who was not heard of for a while, still works on. Those that nobody else has. */
  async takeBack(jobs: readonly RunJob[]): Promise<RunJob[]> {
    const rows = TakenBack.parse(await this.#execute(TAKE_BACK, [QUEUE, jobs.map(({ id }) => id)]));
    const counts = new Map(rows.map(({ id, retryCount }) => [id, retryCount]));
    return jobs.flatMap((job) => {
      const retryCount = counts.get(job.id);
      return retryCount === undefined ? [] : [{ ...job, retryCount }];
    });
  }

  /** Drops jobs that wait for nothing, since their runs have ended or are paused. */
  async dropIdle(): Promise<void> {
    const idle = z.array(z.object({ id: z.uuid() })).parse(await this.#execute(IDLE_JOBS, [QUEUE]));
    if (idle.length > 0)
      await this.#boss.cancel(
        QUEUE,
        idle.map(({ id }) => id),
      );
  }

  /** What runs wait for, those of them that wait. */
  async waiting(runIds: readonly string[]): Promise<Map<string, Waiting>> {
    const rows = Placed.parse(await this.#execute(PLACES, [QUEUE, [...runIds], GONE_SECONDS]));
    return new Map(rows.map((row) => [row.runId, waitingOf(row)]));
  }

  /** The run has ended, or there was nothing to do. */
  async complete(job: RunJob): Promise<void> {
    await this.#boss.complete(QUEUE, attempt(job));
  }

  /**
   * Puts a job back; it is handed out again a second later. With `atOnce` it may be the next, so that a run that was
   * interrupted through no fault of its own does not lose its place.
   */
  async putBack(job: RunJob, { atOnce = false } = {}): Promise<void> {
    await this.#boss.fail(QUEUE, attempt(job));
    if (atOnce) await this.#execute(AT_ONCE, [QUEUE, [job.id]]);
  }

  /** Says that they are still worked on. False when some are not ours any more. */
  async touch(jobs: readonly RunJob[]): Promise<boolean> {
    if (jobs.length === 0) return true;
    const { affected, requested } = Touched.parse(await this.#boss.touch(QUEUE, jobs.map(attempt)));
    return affected === requested;
  }

  /**
   * Puts back the jobs of workers that are gone; they may be the next. Not those that the queue handed out again by
   * itself meanwhile: somebody trains their runs.
   */
  async putBackOrphans(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    const rows = await this.#execute(WITHOUT_RUNNING, [QUEUE, ids]);
    const left = z.array(z.object({ id: z.uuid() })).parse(rows);
    if (left.length === 0) return;
    const leftIds = left.map(({ id }) => id);
    await this.#boss.fail(QUEUE, leftIds);
    await this.#execute(AT_ONCE, [QUEUE, leftIds]);
  }

  /** Every job that counts as handed out. */
  async handedOut(): Promise<string[]> {
    const rows = await this.#execute("select id from pgboss.job where name = $1 and state = 'active'", [
      QUEUE,
    ]);
    return z
      .array(z.object({ id: z.uuid() }))
      .parse(rows)
      .map(({ id }) => id);
  }

  /**
   * Gives every run that waits and has no job one. There are some after a restore, since backups hold no jobs. Processes that start
   * together do it one after the other. Returns how many there were.
   */
  async addMissing(db: Database): Promise<number> {
    return await db.transaction(async (tx) => {
      await tx.execute(sql`select pg_advisory_xact_lock(${MISSING_LOCK})`);
      const { rows } = Rows.parse(
        await tx.execute(
          sql`select id from runs where status = 'QUEUED' and not exists (
                select 1 from pgboss.job
                where name = ${QUEUE} and state in ('created', 'retry', 'active') and data->>'runId' = runs.id::text
              ) order by id`,
        ),
      );
      const ids = z.array(z.object({ id: z.uuid() })).parse(rows);
      if (ids.length > 0) {
        await this.enqueue(
          tx,
          ids.map(({ id }) => id),
        );
      }
      return ids.length;
    });
  }

  /** How many jobs wait for a worker, how many are being worked on, and for how long the first of those that wait does. */
  async length(db: Database): Promise<z.infer<typeof Length>> {
    const { rows } = Rows.parse(
      await db.execute(
        sql`select count(*) filter (where state in ('created', 'retry'))::int as waiting,
                   count(*) filter (where state = 'active')::int as active,
                   extract(epoch from now() - min(created_on) filter (where state in ('created', 'retry')))::float8
                     as "longestWaitSeconds"
            from pgboss.job where name = ${QUEUE}`,
      ),
    );
    return Length.parse(rows[0]);
  }

  async #execute(statement: string, values: unknown[]): Promise<unknown> {
    return (await this.#boss.getDb().executeSql(statement, values)).rows;
  }

  async close(): Promise<void> {
    await this.#boss.stop({ graceful: false, close: true });
  }
}

function attempt({ id, retryCount }: Pick<Job, 'id' | 'retryCount'>): { id: string; retryCount: number } {
  return { id, retryCount };
}
