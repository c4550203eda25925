import type { Claim } from '@optiscope/schema';
import type { Log } from '../log.ts';
import type { RunKey } from '../worker/messages.ts';
import type { RunJob } from './run-queue.ts';
import type { WorkerProcess } from './worker-process.ts';

/** A run that this server has claimed and given to one of its workers. */
export interface ActiveRun {
  readonly claim: Claim;
  /** How it was handed out last. */
  job: RunJob;
  readonly worker: WorkerProcess;
  /** Why it is being put back into the queue, though nobody took it from here; null while it is not. */
  givenBackFor: string | null;
}

/** The runs that this server works on, by run and token. */
export class ActiveRuns {
  readonly #runs = new Map<string, ActiveRun>();

  get size(): number {
    return this.#runs.size;
  }

  get({ runId, token }: RunKey): ActiveRun | undefined {
    return this.#runs.get(`${runId} ${token}`);
  }

  add(run: ActiveRun): void {
    this.#runs.set(`${run.claim.runId} ${run.claim.token}`, run);
  }

  delete({ claim }: ActiveRun): void {
    this.#runs.delete(`${claim.runId} ${claim.token}`);
  }

  [Symbol.iterator](): Iterator<ActiveRun> {
    return [...this.#runs.values()][Symbol.iterator]();
  }
}

/** The log, for lines about a claim. */
export function aboutClaim(log: Log, { experimentId, runId, token }: Claim): Log {
  return log.about({ experimentId, runId, attempt: token });
}

export function keyOf({ claim: { runId, token } }: ActiveRun): RunKey {
  return { runId, token };
}
