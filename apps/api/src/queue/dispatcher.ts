import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type ChangeFeed,
  type Claim,
  claimRun,
  type Database,
  failAttempt,
  heldRuns,
  overClaims,
  releaseRun,
  type StatusWatcher,
} from '@optiscope/schema';
import type { EngineChoice } from '@optiscope/trainer';
import type { DiskSpace } from '../health/disk-space.ts';
import type { Log } from '../log.ts';
import type { StorageSettings } from '../storage/storage-place.ts';
import { attemptOver, tracedClaim } from '../tracing/attempt-spans.ts';
import type { FromWorker, Report, RunKey } from '../worker/messages.ts';
import { type ActiveRun, ActiveRuns } from './active-runs.ts';
import { ProgressReporter } from './progress-reporter.ts';
import { recordReport } from './record-report.ts';
import { type RunJob, type RunQueue, TOUCH_SECONDS } from './run-queue.ts';
import { WorkerPool } from './worker-pool.ts';
import type { WorkerProcess } from './worker-process.ts';

export interface DispatcherOptions {
  readonly db: Database;
  readonly queue: RunQueue;
  readonly feed: ChangeFeed;
  readonly log: Log;
  /** The most worker processes. */
  readonly workers: number;
  /** Program that they run. */
  readonly workerEntry: string;
  readonly engine: EngineChoice;
  readonly dataDirectory: string;
  /** Where checkpoints and features are kept besides; in the data directory alone when left out. */
  readonly storage?: StorageSettings | null;
  /** Whether there is space for another run; not asked when left out. */
  readonly disk?: DiskSpace;
}

/** At least so many runs go side by side: the contenders of the six-optimizers preset learn together. */
const LEAST_SIDE_BY_SIDE = 6;
/** Without a hint the queue is looked at this often; a job that was put back waits a second. */
const POLL_MILLISECONDS = 1_000;
/** Time for workers to stop their runs; each does at its next step, with a checkpoint. */
const STOP_MILLISECONDS = 3_000;
/** After the database did not take something. */
const RETRY_MILLISECONDS = 1_000;

/** Runs side by side in all, the same number in each worker. */
export function capacityOf(workers: number): number {
  return workers * Math.ceil(LEAST_SIDE_BY_SIDE / workers);
}

/**
 * Takes runs from the queue, gives them to worker processes, and records what these report. Everything that is
 * recorded carries the claim's token, so that an attempt whose run was taken up elsewhere changes nothing.
 */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #pool: WorkerPool;
  readonly #active = new ActiveRuns();
  readonly #progress: ProgressReporter;
  readonly #statuses: StatusWatcher;
  /** Of runs here, why their storage cannot be used. */
  readonly #storageAway = new Map<string, string>();
  #stopping = false;
  #lookedAt = performance.now();
  #wake: () => void = () => undefined;
  #touchTimer: NodeJS.Timeout | undefined;
  #loop: Promise<unknown> = Promise.resolve();

  constructor(options: DispatcherOptions) {
    this.#options = options;
    this.#pool = new WorkerPool({
      entry: options.workerEntry,
      workers: options.workers,
      onMessage: (_worker, message) => this.#receive(message),
      onExit: (worker, why) => this.#workerGone(worker, why),
    });
    this.#progress = new ProgressReporter(options.db, options.log, (claim) => void this.#dismiss(claim));
    this.#statuses = options.feed.watchStatuses();
  }

  /** How many runs are being worked on. */
  get running(): number {
    return this.#active.size;
  }

  /** The worker processes, how many runs each has, and which. */
  get workers(): { readonly pid: number; readonly runs: number; readonly runIds: readonly string[] }[] {
    return this.#pool.workers.map(({ pid, runs }) => ({
      pid,
      runs,
      runIds: [...this.#active].filter(({ worker }) => worker.pid === pid).map(({ claim }) => claim.runId),
    }));
  }

  /** What holds runs up here, as sentences: no space, or a storage that cannot be used. */
  get hindrances(): string[] {
    const low = this.#options.disk?.low ?? null;
    return [...(low === null ? [] : [low]), ...new Set(this.#storageAway.values())];
  }

  /** Milliseconds since the queue was last looked at, or a run taken from it. */
  get silentFor(): number {
    return performance.now() - this.#lookedAt;
  }

  start(): void {
    this.#loop = Promise.all([this.#takeJobs(), this.#followStatuses()]);
    this.#touchTimer = setInterval(() => {
      this.#options.queue
        .touch([...this.#active].map(({ job }) => job))
        .catch((error: unknown) =>
          this.#options.log.warn('The queue could not be told that runs go on', error),
        );
    }, TOUCH_SECONDS * 1_000);
  }

  /** Claims no more, stops the runs, puts them back into the queue, and ends the worker processes. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearInterval(this.#touchTimer);
    this.#statuses.close();
    this.#wake();
    await this.#loop;
    this.#progress.close();
    const left = [...this.#active];
    for (const run of left) run.worker.send({ ...keyOf(run), type: 'stop', discard: false });
    await this.#pool.close(STOP_MILLISECONDS);
    for (const run of left) {
      this.#active.delete(run);
      attemptOver(run.claim);
      await this.#attempting(`run ${run.claim.runId} goes back to the queue`, async () => {
        await releaseRun(this.#options.db, run.claim, 'STOPPED', 'The server was stopped.');
        await this.#options.queue.putBack(run.job);
      });
    }
  }

  async #takeJobs(): Promise<void> {
    const { queue, log, workers } = this.#options;
    const capacity = capacityOf(workers);
    while (!this.#stopping) {
      this.#lookedAt = performance.now();
      try {
        // What is taken up writes checkpoints: without space for them it would fail.
        const free = this.#options.disk?.low == null ? capacity - this.#active.size : 0;
        const jobs = free > 0 ? await queue.fetch(free) : [];
        for (const job of jobs) await this.#take(job);
        if (jobs.length > 0) continue;
      } catch (error) {
        log.error('Taking runs from the queue failed; it is tried again', error);
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, POLL_MILLISECONDS);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
        if (this.#stopping) this.#wake();
      });
    }
  }

  async #take(job: RunJob): Promise<void> {
    const { db, queue, log, engine, dataDirectory } = this.#options;
    if (this.#stopping) return await queue.putBack(job);
    const claimant = { jobId: job.id, host: hostname(), pid: process.pid };
    const claim = await tracedClaim(db, job.id, () => claimRun(db, job.runId, claimant));
    if (claim === null) return await queue.complete(job);
    if (claim === 'LIMITED') return await queue.putBack(job);
    const worker = claim.failures > 0 ? this.#pool.alone() : this.#pool.share();
    this.#active.add({ claim, job, worker });
    aboutClaim(log, claim).debug(
      `run ${claim.runId}, attempt ${claim.token}, goes to worker process ${worker.pid}`,
    );
    worker.send({
      type: 'run',
      runId: claim.runId,
      token: claim.token,
      config: claim.config,
      engine,
      storage: this.#options.storage ?? null,
      cacheDirectory: join(dataDirectory, 'cache'),
      checkpointDirectory: join(dataDirectory, 'checkpoints', claim.runId),
    });
  }

  /** Wakes up for new runs, and stops those that were cancelled or taken up elsewhere. */
  async #followStatuses(): Promise<void> {
    while (await this.#statuses.next()) {
      this.#wake();
      const changed = this.#statuses.take();
      const concerned = [...this.#active].filter(({ claim }) => changed?.has(claim.experimentId) ?? true);
      if (concerned.length === 0) continue;
      try {
        const held = await heldRuns(
          this.#options.db,
          concerned.map(({ claim }) => claim),
        );
        for (const run of concerned) if (!held.includes(run.claim)) void this.#dismiss(run.claim);
      } catch (error) {
        this.#options.log.warn('The statuses of runs could not be read; it is tried again', error);
      }
    }
  }

  /**
   * Tells the worker that the run is no longer its own. It answers that it left it: after a checkpoint where the
   * run is to go on, as one that is paused.
   */
  async #dismiss(key: RunKey): Promise<void> {
    const run = this.#active.get(key);
    if (run === undefined) return;
    // When it cannot be told whether the run has ended, a checkpoint too many does no harm.
    const ended = await overClaims(this.#options.db, [run.claim]).catch(() => []);
    run.worker.send({ ...keyOf(run), type: 'stop', discard: ended.length > 0 });
  }

  #receive(message: FromWorker): void {
    const run = this.#active.get(message);
    if (run === undefined || this.#stopping) return;
    switch (message.type) {
      case 'progress':
        this.#progress.note(run.claim, message.progress);
        break;
      case 'report':
        void this.#record(run, message.report);
        break;
      case 'failed':
        void this.#failed(run, message.reason, message);
        break;
      case 'storage':
        this.#noteStorage(run, message.away);
        break;
      case 'left':
        void this.#finish(run);
        break;
    }
  }

  /** Records a report and answers it. The worker waits, so a slow database slows the run and nothing piles up. */
  async #record(run: ActiveRun, report: Report): Promise<void> {
    const { db, log } = this.#options;
    const { claim } = run;
    this.#progress.forget(claim); // older than what is recorded now
    let held = false;
    const done = await this.#attempting(`a report of run ${claim.runId} is recorded`, async () => {
      held = await recordReport(db, claim, report, log);
    });
    if (!done) return; // the server stops, and the worker with it
    if (report.kind === 'epoch' && held) this.#options.disk?.noteSpace(claim.runId);
    if (report.kind === 'end')
      aboutClaim(log, claim).info(`run ${claim.runId} ${held ? report.event.type : 'was over already'}`);
    run.worker.send({ ...keyOf(run), type: 'recorded', held });
  }

  async #failed(run: ActiveRun, reason: string, { lasting = false, diskFull = false } = {}): Promise<void> {
    const { db, queue, log } = this.#options;
    aboutClaim(log, run.claim).warn(`run ${run.claim.runId}, attempt ${run.claim.token}: ${reason}`);
    attemptOver(run.claim, 'AttemptFailed');
    // A full disk is no fault of the run: it goes on from its last checkpoint when there is space.
    const waits = diskFull && (this.#options.disk?.noteFull(run.claim.runId) ?? false);
    await this.#attempting(`the failure of run ${run.claim.runId} is recorded`, async () => {
      const outcome = waits
        ? (await releaseRun(db, run.claim, 'STOPPED', reason)) && 'QUEUED'
        : await failAttempt(db, run.claim, reason, lasting);
      if (outcome === 'QUEUED') await queue.putBack(run.job);
      else await queue.complete(run.job);
    });
    this.#leave(run);
  }

  async #finish(run: ActiveRun): Promise<void> {
    await this.#attempting(`the job of run ${run.claim.runId} is completed`, () =>
      this.#options.queue.complete(run.job),
    );
    this.#leave(run);
  }

  #noteStorage({ claim }: ActiveRun, away: string | null): void {
    const { log } = this.#options;
    if (away === null) {
      this.#storageAway.delete(claim.runId);
      aboutClaim(log, claim).info(`run ${claim.runId}: the storage answers again`);
    } else {
      this.#storageAway.set(claim.runId, away);
      aboutClaim(log, claim).warn(`run ${claim.runId}: ${away} It is tried again.`);
    }
  }

  #leave(run: ActiveRun): void {
    attemptOver(run.claim);
    this.#storageAway.delete(run.claim.runId);
    if (this.#stopping) return; // `stop` puts back what is left
    this.#active.delete(run);
    this.#progress.forget(run.claim);
    this.#pool.release(run.worker);
    this.#wake();
  }

  #workerGone(worker: WorkerProcess, why: string): void {
    if (this.#stopping) return;
    for (const run of this.#active) if (run.worker === worker) void this.#failed(run, why);
  }

  /** Does something with the database, again and again while it fails. False when the server stops meanwhile. */
  async #attempting(what: string, act: () => Promise<unknown>): Promise<boolean> {
    for (;;) {
      try {
        await act();
        return true;
      } catch (error) {
        this.#options.log.error(`Not yet: ${what}`, error);
        if (this.#stopping) return false;
        await sleep(RETRY_MILLISECONDS);
      }
    }
  }
}

function aboutClaim(log: Log, { experimentId, runId, token }: Claim): Log {
  return log.about({ experimentId, runId, attempt: token });
}

function keyOf({ claim: { runId, token } }: ActiveRun): RunKey {
  return { runId, token };
}
