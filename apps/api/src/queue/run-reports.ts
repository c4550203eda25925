import { type Database, failAttempt, releaseRun } from '@optiscope/schema';
import type { DiskSpace } from '../health/disk-space.ts';
import type { Log } from '../log.ts';
import { attemptOver } from '../tracing/attempt-spans.ts';
import type { FromWorker, Report } from '../worker/messages.ts';
import { type ActiveRun, aboutClaim, keyOf } from './active-runs.ts';
import { EnginesTold } from './engines-told.ts';
import { untilDone } from './persistence.ts';
import type { ProgressReporter } from './progress-reporter.ts';
import { recordReport } from './record-report.ts';
import type { RunQueue } from './run-queue.ts';
import { StorageTrouble } from './storage-trouble.ts';

export interface RunReportsOptions {
  readonly db: Database;
  readonly queue: RunQueue;
  readonly log: Log;
  readonly progress: ProgressReporter;
  /** Whether there is space for another run; not asked when left out. */
  readonly disk?: DiskSpace;
  /** The run is no longer here: all about it is recorded. */
  readonly onLeft: (run: ActiveRun) => void;
  readonly isStopping: () => boolean;
}

/** Records what the worker processes say of their runs, and what becomes of the queue's jobs with it. */
export class RunReports {
  readonly engines = new EnginesTold();
  readonly storage = new StorageTrouble();
  readonly #options: RunReportsOptions;

  constructor(options: RunReportsOptions) {
    this.#options = options;
  }

  /** What a run's worker process says. */
  receive(run: ActiveRun, message: FromWorker): void {
    switch (message.type) {
      case 'progress':
        this.#options.progress.note(run.claim, message.progress);
        break;
      case 'report':
        void this.#record(run, message.report);
        break;
      case 'failed':
        void this.failed(run, message.reason, message);
        break;
      case 'storage':
        this.storage.note(run.claim.runId, message.away, aboutClaim(this.#options.log, run.claim));
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
    this.#options.progress.forget(claim); // older than what is recorded now
    if (report.kind === 'started') this.engines.tell(report.event.engine);
    let held = false;
    const done = await this.attempting(`a report of run ${claim.runId} is recorded`, async () => {
      held = await recordReport(db, claim, report, log);
    });
    if (!done) return; // the server stops, and the worker with it
    if (report.kind === 'epoch' && held) this.#options.disk?.noteSpace(claim.runId);
    if (report.kind === 'end')
      aboutClaim(log, claim).info(`run ${claim.runId} ${held ? report.event.type : 'was over already'}`);
    run.worker.send({ ...keyOf(run), type: 'recorded', held });
  }

  /** An attempt threw, or its process is gone. */
  async failed(run: ActiveRun, reason: string, { lasting = false, diskFull = false } = {}): Promise<void> {
    const { db, queue, log } = this.#options;
    const { claim, givenBackFor } = run;
    aboutClaim(log, claim).warn(`run ${claim.runId}, attempt ${claim.token}: ${givenBackFor ?? reason}`);
    attemptOver(run.claim, 'AttemptFailed');
    // A full disk is no fault of the run: it goes on from its last checkpoint when there is space.
    const isSpared =
      givenBackFor !== null || (diskFull && (this.#options.disk?.noteFull(claim.runId) ?? false));
    await this.attempting(`the failure of run ${claim.runId} is recorded`, async () => {
      if (isSpared) return await this.putBack(run, givenBackFor ?? reason);
      const outcome = await failAttempt(db, claim, reason, lasting);
      if (outcome === 'QUEUED') await queue.putBack(run.job);
      else await queue.complete(run.job);
    });
    this.#leave(run);
  }

  async #finish(run: ActiveRun): Promise<void> {
    const { givenBackFor } = run;
    await this.attempting(`the job of run ${run.claim.runId} is completed`, () =>
      givenBackFor === null ? this.#options.queue.complete(run.job) : this.putBack(run, givenBackFor),
    );
    this.#leave(run);
  }

  /** Puts a run back into the queue without counting it as a failure, unless it is over or somebody else's. */
  async putBack(run: ActiveRun, reason: string, { atOnce = false } = {}): Promise<void> {
    const released = await releaseRun(this.#options.db, run.claim, 'STOPPED', reason);
    if (released) await this.#options.queue.putBack(run.job, { atOnce });
    else await this.#options.queue.complete(run.job);
  }

  /** Does something with the database, again and again while it fails. False when the server stops meanwhile. */
  attempting(what: string, act: () => Promise<unknown>): Promise<boolean> {
    return untilDone(what, act, { log: this.#options.log, isOver: this.#options.isStopping });
  }

  #leave(run: ActiveRun): void {
    attemptOver(run.claim);
    this.storage.forget(run.claim.runId);
    this.#options.onLeft(run);
  }
}
