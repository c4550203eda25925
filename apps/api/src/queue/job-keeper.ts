import type { Log } from '../log.ts';
import type { ActiveRun, ActiveRuns } from './active-runs.ts';
import type { RunQueue } from './run-queue.ts';

/** A holder says that it is there this often, or oftener where it may be silent for less than a minute. */
const MOST_MILLISECONDS = 10_000;
/** So often within the time that it may be silent for. */
const TIMES = 4;
/** After the database could not be told. */
const RETRY_MILLISECONDS = 1_000;

/**
 * Tells the queue that runs go on. Jobs that were taken away meanwhile, since nothing was heard while the database was
 * away or this process slept, are taken back unless somebody else has them.
 */
export class JobKeeper {
  readonly #queue: RunQueue;
  readonly #active: ActiveRuns;
  readonly #log: Log;
  /** Some runs may have been taken up elsewhere. */
  readonly #onLost: (runs: readonly ActiveRun[]) => void;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  #failing = false;

  constructor(queue: RunQueue, active: ActiveRuns, log: Log, onLost: (runs: readonly ActiveRun[]) => void) {
    this.#queue = queue;
    this.#active = active;
    this.#log = log;
    this.#onLost = onLost;
  }

  start(): void {
    if (this.#stopped) return;
    const silent = Math.min(...[...this.#active].map(({ job }) => job.silentSeconds * 1_000));
    const pause = this.#failing ? RETRY_MILLISECONDS : Math.min(MOST_MILLISECONDS, silent / TIMES);
    // With nothing in hand it looks again soon: what is taken up next may have to be told of often.
    this.#timer = setTimeout(() => void this.#tell(), this.#active.size === 0 ? RETRY_MILLISECONDS : pause);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  async #tell(): Promise<void> {
    const held = [...this.#active];
    try {
      if (!(await this.#queue.touch(held.map(({ job }) => job)))) await this.#takeBack(held);
      if (this.#failing) this.#log.info('The queue was told again that runs go on');
      this.#failing = false;
    } catch (error) {
      if (!this.#failing)
        this.#log.warn('The queue could not be told that runs go on; it is tried again', error);
      this.#failing = true;
    }
    this.start();
  }

  async #takeBack(held: readonly ActiveRun[]): Promise<void> {
    const back = new Map(
      (await this.#queue.takeBack(held.map(({ job }) => job))).map((job) => [job.id, job]),
    );
    for (const run of held) {
      const job = back.get(run.job.id);
      if (job === undefined) continue;
      run.job = job;
      // It was put back on purpose while this asked.
      if (this.#active.get(run.claim) === undefined) await this.#queue.putBack(job);
    }
    if (back.size > 0) this.#log.info(`${back.size} runs that the queue had given up go on`);
    this.#onLost(held);
  }
}
