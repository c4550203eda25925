import type { Log } from '../log.ts';
import type { RunJob, RunQueue } from './run-queue.ts';

export interface IntakeOptions {
  readonly queue: RunQueue;
  readonly log: Log;
  /** Only runs that ask for no other labels are taken. */
  readonly labels: readonly string[];
  /** For how many runs there is room now. */
  readonly room: () => number;
  /** Takes a run up. What it throws, the database's troubles, is logged; the queue hands the job out again. */
  readonly take: (job: RunJob) => Promise<void>;
}

/** Without a hint the queue is looked at this often; a job that was put back waits a second. */
const POLL_MILLISECONDS = 1_000;
/** Whoever found nothing looks again no sooner, at a hint: where many wait for work they would all ask at each. */
const REST_MILLISECONDS = 150;
/** Jobs that wait for nothing are looked for this often. */
const SWEEP_MILLISECONDS = 60_000;
/** While taking fails, this is said no more often. */
const COMPLAIN_MILLISECONDS = 30_000;

/** Looks for runs to take up while there is room: at hints, and every second. */
export class Intake {
  readonly #options: IntakeOptions;
  #stopping = false;
  #lookedAt = performance.now();
  #sweptAt = Number.NEGATIVE_INFINITY;
  #complainedAt = Number.NEGATIVE_INFINITY;
  #hinted = false;
  #wake: () => void = () => undefined;
  #loop: Promise<void> = Promise.resolve();

  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  /** Milliseconds since the queue was last looked at, or a run taken from it. */
  get silentFor(): number {
    return performance.now() - this.#lookedAt;
  }

  start(): void {
    this.#loop = this.#run();
  }

  /** There may be something to take, or room for it. */
  hint(): void {
    this.#hinted = true;
    this.#wake();
  }

  /** Takes no more, and waits until the run that is being taken up is. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#wake();
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { log } = this.#options;
    while (!this.#stopping) {
      this.#hinted = false;
      const taken = await this.#look().catch((error: unknown) => {
        const now = performance.now();
        if (now - this.#complainedAt > COMPLAIN_MILLISECONDS) {
          this.#complainedAt = now;
          log.error('Taking runs from the queue failed; it is tried again every second', error);
        }
        return -1;
      });
      if (taken >= 0) this.#complainedAt = Number.NEGATIVE_INFINITY;
      if (taken > 0) continue;
      await this.#pause(REST_MILLISECONDS * (0.5 + Math.random()));
      if (!this.#hinted) await this.#pause(POLL_MILLISECONDS, true);
    }
  }

  /** How many jobs were handed out. */
  async #look(): Promise<number> {
    const { queue, labels, room, take } = this.#options;
    this.#lookedAt = performance.now();
    if (this.#lookedAt - this.#sweptAt > SWEEP_MILLISECONDS) {
      this.#sweptAt = this.#lookedAt;
      await queue.dropIdle();
    }
    const most = room();
    const jobs = most > 0 ? await queue.fetch(most, labels) : [];
    for (const job of jobs) {
      if (this.#stopping) await queue.putBack(job);
      else await take(job);
      this.#lookedAt = performance.now();
    }
    return jobs.length;
  }

  async #pause(milliseconds: number, untilHint = false): Promise<void> {
    if (this.#stopping) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => {
        if (!untilHint && !this.#stopping) return;
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
