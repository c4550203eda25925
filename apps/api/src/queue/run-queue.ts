import type { Database, OpenDatabase, Transaction } from '@optiscope/schema';
import { type SQL, sql } from 'drizzle-orm';
import { fromDrizzle, fromPglite, type Job, PgBoss } from 'pg-boss';
import { z } from 'zod';
import type { Log } from '../log.ts';
import { requestOfJob } from '../tracing/job-trace.ts';

const QUEUE = 'runs';

/** `JOBS` in ASCII: the lock under which lacking jobs are added. */
const MISSING_LOCK = 0x4a4f4253;

/** What a job says: try to run this. Whether there is anything to do, the run's row tells. */
const Payload = z.object({ runId: z.uuid() });

/** What a statement answers, of either driver. */
const Rows = z.object({ rows: z.array(z.unknown()) });

/** A job that was handed out to this server. */
export interface RunJob {
  readonly id: string;
  /** How often it was handed out before; names this handing-out towards the queue. */
  readonly retryCount: number;
  readonly runId: string;
}

/** Who holds a job says so this often… */
export const TOUCH_SECONDS = 10;
/** …and whoever did not for this long has lost it: the queue hands it out again. By the database's clock. */
const SILENT_SECONDS = 45;

/**
 * The queue of runs, on pg-boss: one job for each run, from the transaction that makes the run until the run
 * has ended. A job is handed out at least once; that a run is worked on once is the run's token's business.
 */
export class RunQueue {
  readonly #boss: PgBoss;

  private constructor(boss: PgBoss) {
    this.#boss = boss;
  }

  static async open(database: OpenDatabase, log: Log): Promise<RunQueue> {
    const embedded = database.kind === 'pglite';
    const boss = new PgBoss({
      ...(embedded
        ? { db: fromPglite(database.client), backend: 'pglite' as const }
        : { connectionString: database.url, max: 4, application_name: 'optiscope queue' }),
      schedule: false,
      registerInstance: false,
      superviseIntervalSeconds: 15,
      monitorIntervalSeconds: 15,
      // A table of some hundred jobs: nothing to rebuild, nothing to watch.
      reindex: false,
      monitorVacuum: false,
    });
    boss.on('error', (error) => log.error('The queue had an error', error));
    boss.on('warning', (warning) => log.warn(`The queue warns: ${JSON.stringify(warning)}`));
    await boss.start();
    const hour = 3600;
    const options = {
      heartbeatSeconds: SILENT_SECONDS,
      // pg-boss' most. A run that takes longer is handed out again and goes on from its last checkpoint.
      expireInSeconds: 24 * hour,
      retryLimit: 1_000_000, // how often a run is tried is told by its failures, not by its jobs
      retryDelay: 1,
      retentionSeconds: 10 * 365 * 24 * hour,
      deleteAfterSeconds: hour,
    };
    await boss.createQueue(QUEUE, options);
    await boss.updateQueue(QUEUE, {
      expireInSeconds: options.expireInSeconds,
      retryLimit: options.retryLimit,
      retryDelay: options.retryDelay,
      retentionSeconds: options.retentionSeconds,
      deleteAfterSeconds: options.deleteAfterSeconds,
    });
    await boss.getQueue(QUEUE);
    return new RunQueue(boss);
  }

  /** Adds runs, in the transaction that makes them: both or neither. */
  async enqueue(tx: Transaction, runIds: readonly string[]): Promise<void> {
    const jobs = runIds.map((runId) => ({ data: { ...Payload.parse({ runId }), ...requestOfJob() } }));
    const within = { execute: async (query: SQL) => Rows.parse(await tx.execute(query)) };
    await this.#boss.insert(QUEUE, jobs, { db: fromDrizzle(within, sql) });
  }

  /** Hands out up to `most` jobs, the oldest first. */
  async fetch(most: number): Promise<RunJob[]> {
    const jobs = await this.#boss.fetch<unknown>(QUEUE, { batchSize: most });
    const known: RunJob[] = [];
    for (const job of jobs) {
      const payload = Payload.safeParse(job.data);
      if (payload.success) known.push({ ...attempt(job), runId: payload.data.runId });
      else await this.#boss.complete(QUEUE, attempt(job)); // nothing that anybody could do for it
    }
    // pg-boss hands a batch out in no order. Ids are ordered by age, so these are the contenders' places.
    return known.sort((a, b) => (a.runId < b.runId ? -1 : 1));
  }

  /** The run has ended, or there was nothing to do. */
  async complete(job: RunJob): Promise<void> {
    await this.#boss.complete(QUEUE, attempt(job));
  }

  /** Puts a job back; it is handed out again a second later. */
  async putBack(job: RunJob): Promise<void> {
    await this.#boss.fail(QUEUE, attempt(job));
  }

  /** Says that this server still holds the jobs. */
  async touch(jobs: readonly RunJob[]): Promise<void> {
    if (jobs.length > 0) await this.#boss.touch(QUEUE, jobs.map(attempt));
  }

  /** Puts back the jobs of servers that are gone. */
  async putBackOrphans(ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.#boss.fail(QUEUE, [...ids]);
  }

  /** Every job that counts as handed out. */
  async handedOut(): Promise<string[]> {
    const { rows } = await this.#boss
      .getDb()
      .executeSql("select id from pgboss.job where name = $1 and state = 'active'", [QUEUE]);
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

  /** How many jobs wait for a worker, and how many are being worked on. */
  async length(db: Database): Promise<{ waiting: number; active: number }> {
    const { rows } = Rows.parse(
      await db.execute(
        sql`select count(*) filter (where state in ('created', 'retry'))::int as waiting,
                   count(*) filter (where state = 'active')::int as active
            from pgboss.job where name = ${QUEUE}`,
      ),
    );
    return z.object({ waiting: z.int(), active: z.int() }).parse(rows[0]);
  }

  async close(): Promise<void> {
    await this.#boss.stop({ graceful: false, close: true });
  }
}

function attempt({ id, retryCount }: Pick<Job, 'id' | 'retryCount'>): { id: string; retryCount: number } {
  return { id, retryCount };
}
