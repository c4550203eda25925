import type { Database } from '../database/database.ts';
import type { Claim } from './held-run.ts';
import type { EpochReport, RecordedEpoch } from './record-epoch.ts';
import { type EpochOutcome, type ReportedEpoch, recordEpochs } from './record-epochs.ts';

/** Epochs in one transaction: readers take it whole, and others of its experiments wait for it. */
const MOST_TOGETHER = 128;
/** Who has met others at an experiment will meet them again: several servers or workers have runs of it. */
const CONTENDED_MILLISECONDS = 1_000;
interface Waiting extends ReportedEpoch {
  readonly settle: (outcome: RecordedEpoch) => void;
  readonly fail: (error: unknown) => void;
  /** Its transaction failed over a row of one of those in it: it tries by itself, so that none fails because of another. */
  alone: boolean;
}

/**
 * Records epochs as they are reported. Whatever comes while a transaction is under way goes into the next one
 * together: nobody waits for company, and the more there is to do, the less each costs. One transaction at a time, but for
 * experiments that somebody else is changing: two that run side by side share the reports, and each costs as much.
 */
export class EpochRecorder {
  readonly #db: Database;
  #waiting: Waiting[] = [];
  /** Experiments with a transaction under way. */
  readonly #busy = new Set<string>();
  /** Until when experiments that somebody else was changing are each waited for by themselves. */
  readonly #contended = new Map<string, number>();
  #isRecording = false;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Resolves when it is in the database for good. */
  async record(claim: Claim, report: EpochReport): Promise<RecordedEpoch> {
    return await new Promise<RecordedEpoch>((settle, fail) => {
      this.#waiting.push({ claim, report, settle, fail, alone: false });
      this.#next();
    });
  }

  #next(): void {
    for (const { claim } of this.#waiting) {
      const { experimentId } = claim;
      if (!this.#isContended(experimentId) || this.#busy.has(experimentId)) continue;
      void this.#recordTogether(
        this.#take((each) => each.claim.experimentId === experimentId),
        false,
      );
    }
    if (this.#isRecording) return;
    const batch = this.#take(({ claim }) => !this.#isContended(claim.experimentId));
    if (batch.length === 0) return;
    this.#isRecording = true;
    void this.#recordTogether(batch, true);
  }

  #isContended(experimentId: string): boolean {
    const until = this.#contended.get(experimentId);
    if (until === undefined || until > performance.now()) return until !== undefined;
    this.#contended.delete(experimentId);
    return false;
  }

  /** Takes reports out of those that wait: of each run the first, of experiments that have no transaction under way. */
  #take(mayBe: (waiting: Waiting) => boolean): Waiting[] {
    const batch: Waiting[] = [];
    const seen = new Set<string>();
    this.#waiting = this.#waiting.filter((each) => {
      const { runId, experimentId } = each.claim;
      const isFirst = !seen.has(runId);
      seen.add(runId);
      const hasRoom = batch.length === 0 || (batch.length < MOST_TOGETHER && !each.alone && !batch[0]!.alone);
      if (!isFirst || !hasRoom || this.#busy.has(experimentId) || !mayBe(each)) return true;
      batch.push(each);
      return false;
    });
    for (const { claim } of batch) this.#busy.add(claim.experimentId);
    return batch;
  }

  async #recordTogether(batch: readonly Waiting[], skipsBusy: boolean): Promise<void> {
    let outcomes: EpochOutcome[] | null = null;
    let failure: unknown;
    try {
      outcomes = await recordEpochs(this.#db, batch, { skipsBusy });
    } catch (error) {
      failure = error;
    }
    for (const { claim } of batch) this.#busy.delete(claim.experimentId);
    if (skipsBusy) this.#isRecording = false;
    const again: Waiting[] = [];
    for (const [place, waiting] of batch.entries()) {
      const outcome = outcomes?.[place];
      if (outcome === undefined && batch.length > 1 && isAboutRows(failure)) {
        waiting.alone = true;
        again.push(waiting);
      } else if (outcome === undefined) waiting.fail(failure);
      else if (outcome === 'BUSY') {
        this.#contended.set(waiting.claim.experimentId, performance.now() + CONTENDED_MILLISECONDS);
        again.push(waiting);
      } else if (outcome instanceof Error) waiting.fail(outcome);
      else waiting.settle(outcome);
    }
    this.#waiting = [...again, ...this.#waiting];
    this.#next();
  }
}

/**
 * Whether the database refused what a row holds (SQLSTATE classes 22 and 23). Any other failure, such as a connection
 * that broke, is one of all that were in the transaction.
 */
function isAboutRows(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && typeof cause.code === 'string' && /^2[23]...$/.test(cause.code)) return true;
  }
  return false;
}
