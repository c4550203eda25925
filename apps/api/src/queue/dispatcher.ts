import { hostname } from 'node:os';
import { join } from 'node:path';
import {
  type ChangeFeed,
  type Claim,
  type ClaimedRun,
  claimRun,
  type Database,
  failAttempt,
  heldRuns,
  orderedId,
  overClaims,
  releaseOrphans,
  releaseRun,
  type StatusWatcher,
} from '@optiscope/schema';
import type { EngineChoice } from '@optiscope/trainer';
import type { DiskSpace } from '../health/disk-space.ts';
import type { Log } from '../log.ts';
import type { StorageSettings } from '../storage/storage-place.ts';
import { attemptOver, tracedClaim } from '../tracing/attempt-spans.ts';
import type { FromWorker, Report, RunKey, RunOrder } from '../worker/messages.ts';
import { type Capacity, capacityFrom } from '../worker-settings.ts';
import { type ActiveRun, ActiveRuns } from './active-runs.ts';
import { EnginesTold } from './engines-told.ts';
import { Intake } from './intake.ts';
import { JobKeeper } from './job-keeper.ts';
import { keepMemory, memoryOf } from './memory-keeper.ts';
import type { MemoryWatch } from './memory-watch.ts';
import { untilDone } from './persistence.ts';
import { Presence } from './presence.ts';
import { ProgressReporter } from './progress-reporter.ts';
import { recordReport } from './record-report.ts';
import type { RunJob, RunQueue } from './run-queue.ts';
import { StorageTrouble } from './storage-trouble.ts';
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
  readonly #engines = new EnginesTold();
  readonly #storage = new StorageTrouble();
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
      onMessage: (_worker, message) => this.#receive(message),
      onExit: (worker, why) => this.#workerGone(worker, why),
    });
    this.#progress = new ProgressReporter(db, log, (claim) => void this.#dismiss(claim));
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
        engines: this.#engines.told,
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

  /** What holds runs up here, as sentences: no space, or a storage that cannot be used. */
  get hindrances(): string[] {
    const low = this.shortOfSpace;
    return [...(low === null ? [] : [low]), ...this.#storage.reasons];
  }

  /** Milliseconds since the queue was last looked at, or a run taken from it; 0 where every run is left to others. */
  get silentFor(): number {
    return this.#started ? this.#intake.silentFor : 0;
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
      await this.#attempting(`run ${run.claim.runId} goes back to the queue`, () =>
        this.#putBack(run, 'Its worker was stopped.', { atOnce: true }),
      );
    }
    if (this.#started) await this.#attempting('this worker has left', () => this.#presence.stop());
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
        this.#storage.note(run.claim.runId, message.away, aboutClaim(this.#options.log, run.claim));
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
    if (report.kind === 'started') this.#engines.tell(report.event.engine);
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
    const { claim, givenBackFor } = run;
    aboutClaim(log, claim).warn(`run ${claim.runId}, attempt ${claim.token}: ${givenBackFor ?? reason}`);
    attemptOver(run.claim, 'AttemptFailed');
    // A full disk is no fault of the run: it goes on from its last checkpoint when there is space.
    const isSpared =
      givenBackFor !== null || (diskFull && (this.#options.disk?.noteFull(claim.runId) ?? false));
    await this.#attempting(`the failure of run ${claim.runId} is recorded`, async () => {
      if (isSpared) return await this.#putBack(run, givenBackFor ?? reason);
      const outcome = await failAttempt(db, claim, reason, lasting);
      if (outcome === 'QUEUED') await queue.putBack(run.job);
      else await queue.complete(run.job);
    });
    this.#leave(run);
  }

  async #finish(run: ActiveRun): Promise<void> {
    const { givenBackFor } = run;
    await this.#attempting(`the job of run ${run.claim.runId} is completed`, () =>
      givenBackFor === null ? this.#options.queue.complete(run.job) : this.#putBack(run, givenBackFor),
    );
    this.#leave(run);
  }

  /** Puts a run back into the queue without counting it as a failure, unless it is over or somebody else's. */
  async #putBack(run: ActiveRun, reason: string, { atOnce = false } = {}): Promise<void> {
    const released = await releaseRun(this.#options.db, run.claim, 'STOPPED', reason);
    if (released) await this.#options.queue.putBack(run.job, { atOnce });
    else await this.#options.queue.complete(run.job);
  }

  #leave(run: ActiveRun): void {
    attemptOver(run.claim);
    this.#storage.forget(run.claim.runId);
    if (this.#stopping) return; // `stop` puts back what is left
    this.#active.delete(run);
    this.#progress.forget(run.claim);
    this.#pool.release(run.worker);
    this.#intake.hint();
  }

  #workerGone(worker: WorkerProcess, why: string): void {
    if (this.#stopping) return;
    for (const run of this.#active) if (run.worker === worker) void this.#failed(run, why);
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

  #attempting(what: string, act: () => Promise<unknown>): Promise<boolean> {
    return untilDone(what, act, { log: this.#options.log, isOver: () => this.#stopping });
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

function aboutClaim(log: Log, { experimentId, runId, token }: Claim): Log {
  return log.about({ experimentId, runId, attempt: token });
}

function keyOf({ claim: { runId, token } }: ActiveRun): RunKey {
  return { runId, token };
}
