import { hostname } from 'node:os';
import { join } from 'node:path';
import {
  type ChangeFeed,
  type ClaimedRun,
  claimRun,
  type Database,
  heldRuns,
  orderedId,
  overClaims,
  releaseOrphans,
  type StatusWatcher,
} from '@optiscope/schema';
import type { EngineChoice, EngineDescription } from '@optiscope/trainer';
import type { DiskSpace } from '../health/disk-space.ts';
import type { Log } from '../log.ts';
import type { StorageSettings } from '../storage/storage-place.ts';
import { attemptOver, tracedClaim } from '../tracing/attempt-spans.ts';
import type { RunKey, RunOrder } from '../worker/messages.ts';
import { type Capacity, capacityFrom } from '../worker-settings.ts';
import { type ActiveRun, ActiveRuns, aboutClaim, keyOf } from './active-runs.ts';
import { Intake } from './intake.ts';
import { JobKeeper } from './job-keeper.ts';
import { keepMemory, memoryOf } from './memory-keeper.ts';
import type { MemoryWatch } from './memory-watch.ts';
import { Presence } from './presence.ts';
import { ProgressReporter } from './progress-reporter.ts';
import type { RunJob, RunQueue } from './run-queue.ts';
import { RunReports } from './run-reports.ts';
import { WorkerPool } from './worker-pool.ts';
import type { WorkerProcess } from './worker-process.ts';

export interface DispatcherOptions {
  readonly db: Database;
  readonly queue: RunQueue;
  readonly feed: ChangeFeed;
  readonly log: Log;
  /** The most worker processes; 0 leaves every run to others. */
  readonly workers: number;
  /** How many runs they train side by side, and in how much memory; by default as many as they are good for. */
  readonly capacity?: Capacity;
  /** What this machine has; runs that ask for something else are left to others. */
  readonly labels?: readonly string[];
  readonly version?: string;
  /** Program that the worker processes run. */
  readonly workerEntry: string;
  readonly engine: EngineChoice;
  readonly dataDirectory: string;
  /** Where checkpoints and features are kept besides; in the data directory alone when left out. */
  readonly storage?: StorageSettings | null;
  /** Whether there is space for another run; not asked when left out. */
  readonly disk?: DiskSpace;
}

/** Time for workers to stop their runs; each does at its next step, with a checkpoint. */
const STOP_MILLISECONDS = 3_000;
/** Runs whose worker on this machine died are looked for this often. */
const ORPHANS_MILLISECONDS = 10_000;

/**
 * Takes runs from the queue, gives them to worker processes, and records what these report. Everything that is
 * recorded carries the claim's token, so that an attempt whose run was taken up elsewhere changes nothing.
 */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #capacity: Capacity;
  /** Its id as a worker. */
  readonly #id = orderedId();
  readonly #pool: WorkerPool;
  readonly #active = new ActiveRuns();
  readonly #progress: ProgressReporter;
  readonly #statuses: StatusWatcher;
  readonly #intake: Intake;
  readonly #keeper: JobKeeper;
  readonly #presence: Presence;
  readonly #memory: MemoryWatch | null;
  readonly #reports: RunReports;
  #stopping = false;
  #started = false;
  #orphanTimer: NodeJS.Timeout | undefined;
  #following: Promise<void> = Promise.resolve();

  constructor(options: DispatcherOptions) {
    const { db, queue, feed, log, workers, labels = [], version = 'unknown' } = options;
    this.#options = options;
    this.#capacity = options.capacity ?? capacityFrom({ WORKERS: workers });
    const { memory, processes, runs } = this.#capacity;
    this.#pool = new WorkerPool({
      entry: options.workerEntry,
      workers: processes,
      onMessage: (_worker, message) => {
        const run = this.#active.get(message);
        if (run !== undefined && !this.#stopping) this.#reports.receive(run, message);
      },
      onExit: (worker, why) => this.#workerGone(worker, why),
    });
    this.#progress = new ProgressReporter(db, log, (claim) => void this.#dismiss(claim));
    this.#reports = new RunReports({
      db,
      queue,
      log,
      progress: this.#progress,
      ...(options.disk !== undefined && { disk: options.disk }),
      onLeft: (run) => this.#leave(run),
      isStopping: () => this.#stopping,
    });
    this.#statuses = feed.watchStatuses();
    this.#keeper = new JobKeeper(queue, this.#active, log, (held) => void this.#dismissLost(held));
    const room = () => this.#room;
    this.#intake = new Intake({ queue, log, labels, room, take: (job) => this.#take(job) });
    const self = { id: this.#id, host: hostname(), pid: process.pid, version, labels: [...labels] };
    this.#presence = new Presence(
      db,
      { ...self, concurrency: runs, processes, memoryLimit: memory },
      async () => ({
        memoryUsed: await memoryOf(this.#pool.workers.map(({ pid }) => pid)),
        engines: this.#reports.engines.told,
        draining: this.#stopping,
      }),
      log,
    );
    this.#memory = memory === null || runs === 0 ? null : keepMemory(memory, this.#active, log);
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

  /** Why no run is taken up here for want of space, as a sentence; null when there is space. */
  get shortOfSpace(): string | null {
    return this.#options.disk?.low ?? null;
  }

  /** What holds runs up here, as sentences: no space, a storage that cannot be used, or being told to take none. */
  get hindrances(): string[] {
    const low = this.shortOfSpace;
    const drains = this.#presence.draining ? ['It was told to take no more runs (drainWorker).'] : [];
    return [...(low === null ? [] : [low]), ...drains, ...this.#reports.storage.reasons];
  }

  /** Milliseconds since the queue was last looked at, or a run taken from it; 0 where every run is left to others. */
  get silentFor(): number {
    return this.#started ? this.#intake.silentFor : 0;
  }

  /** Notes on what engine runs will compute here, where that is known before the first one tells. */
  tellEngine(engine: EngineDescription): void {
    this.#reports.engines.tell(engine);
    if (this.#started && !this.#stopping) void this.#presence.tell();
  }

  start(): void {
    if (this.#capacity.runs === 0) return;
    this.#started = true;
    void this.#presence.start().then(() => this.#intake.hint());
    this.#intake.start();
    this.#keeper.start();
    this.#following = this.#followStatuses();
    this.#orphanTimer = setInterval(() => void this.#releaseOrphans(), ORPHANS_MILLISECONDS);
  }

  /** Claims no more, stops the runs, puts them back into the queue, and ends the worker processes. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearInterval(this.#orphanTimer);
    this.#memory?.close();
    this.#statuses.close();
    if (this.#started) void this.#presence.tell();
    await Promise.all([this.#intake.stop(), this.#following]);
    this.#progress.close();
    const left = [...this.#active];
    for (const run of left) run.worker.send({ ...keyOf(run), type: 'stop', discard: false });
    await this.#pool.close(STOP_MILLISECONDS);
    this.#keeper.stop();
    for (const run of left) {
      this.#active.delete(run);
      attemptOver(run.claim);
      await this.#reports.attempting(`run ${run.claim.runId} goes back to the queue`, () =>
        this.#reports.putBack(run, 'Its worker was stopped.', { atOnce: true }),
      );
    }
    if (this.#started) await this.#reports.attempting('this worker has left', () => this.#presence.stop());
  }

  /** For how many more runs there is room. */
  get #room(): number {
    // What is taken up writes checkpoints: without space for them it would fail.
    const isShort = this.#options.disk?.low != null;
    if (isShort || this.#presence.draining || !this.#presence.known) return 0;
    return Math.min(this.#capacity.runs - this.#active.size, this.#memory?.room ?? Number.POSITIVE_INFINITY);
  }

  async #take(job: RunJob): Promise<void> {
    const { db, queue, log } = this.#options;
    const claimant = { jobId: job.id, host: hostname(), pid: process.pid, workerId: this.#id };
    const claim = await tracedClaim(db, job.id, () => claimRun(db, job.runId, claimant));
    if (claim === null) return await queue.complete(job);
    if (claim === 'LIMITED') return await queue.putBack(job);
    const alone = claim.failures > 0 || this.#memory !== null;
    const worker = alone ? this.#pool.alone() : this.#pool.share();
    this.#active.add({ claim, job, worker, givenBackFor: null });
    aboutClaim(log, claim).debug(
      `run ${claim.runId}, attempt ${claim.token}, goes to worker process ${worker.pid}`,
    );
    worker.send(orderOf(claim, this.#options));
  }

  /** Wakes up for new runs, and stops those that were cancelled or taken up elsewhere. */
  async #followStatuses(): Promise<void> {
    while (await this.#statuses.next()) {
      this.#intake.hint();
      const changed = this.#statuses.take();
      await this.#dismissLost(
        [...this.#active].filter(({ claim }) => changed?.has(claim.experimentId) ?? true),
      );
    }
  }

  /** Dismisses those of the runs that are not held from here any more. */
  async #dismissLost(concerned: readonly ActiveRun[]): Promise<void> {
    if (concerned.length === 0) return;
    try {
      const claims = concerned.map(({ claim }) => claim);
      const held = await heldRuns(this.#options.db, claims);
      for (const { claim } of concerned) if (!held.includes(claim)) void this.#dismiss(claim);
    } catch (error) {
      this.#options.log.warn('The statuses of runs could not be read; it is tried again', error);
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
    const over = await overClaims(this.#options.db, [run.claim]).catch(() => []);
    run.worker.send({ ...keyOf(run), type: 'stop', discard: over.length > 0 });
  }

  #workerGone(worker: WorkerProcess, why: string): void {
    if (this.#stopping) return;
    for (const run of this.#active) if (run.worker === worker) void this.#reports.failed(run, why);
  }

  /** A run has left its worker. */
  #leave(run: ActiveRun): void {
    if (this.#stopping) return; // `stop` puts back what is left
    this.#active.delete(run);
    this.#progress.forget(run.claim);
    this.#pool.release(run.worker);
    this.#intake.hint();
  }

  /** Puts back runs whose worker on this machine died; of other machines' the queue knows when they fall silent. */
  async #releaseOrphans(): Promise<void> {
    const { db, queue, log } = this.#options;
    try {
      const self = { host: hostname(), pid: process.pid, sole: false, workerId: this.#id };
      const jobs = await releaseOrphans(db, self);
      await queue.putBackOrphans(jobs);
      if (jobs.length > 0)
        log.info(`${jobs.length} runs go on that a worker on this machine left when it died`);
    } catch (error) {
      log.debug(`Runs of workers that died were not looked for: ${error}`);
    }
  }
}

/** What a worker process is told to run. */
function orderOf(claim: ClaimedRun, { engine, storage, dataDirectory }: DispatcherOptions): RunOrder {
  const { runId, token, config } = claim;
  return {
    type: 'run',
    runId,
    token,
    config,
    engine,
    storage: storage ?? null,
    cacheDirectory: join(dataDirectory, 'cache'),
    checkpointDirectory: join(dataDirectory, 'checkpoints', runId),
  };
}
