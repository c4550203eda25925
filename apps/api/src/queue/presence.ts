import {
  BEAT_SECONDS,
  beatWorker,
  type Database,
  forgetWorkers,
  stopWorker,
  type WorkerBeat,
  type WorkerSelf,
} from '@optiscope/schema';
import type { Log } from '../log.ts';

const RETRY_MILLISECONDS = 1_000;
/** Whoever was told to take no more hears soon that it may again. */
const DRAINING_MILLISECONDS = 1_000;

/**
 * Says again and again that a worker is there, from the process that hands runs to the training ones: however busy
 * these are, it is heard of. Hears in return whether it is to take no more runs.
 */
export class Presence {
  readonly #db: Database;
  readonly #self: WorkerSelf;
  readonly #beat: () => Promise<WorkerBeat>;
  readonly #log: Log;
  #timer: NodeJS.Timeout | undefined;
  #draining = false;
  #known = false;
  #stopped = false;
  #beating: Promise<void> = Promise.resolve();

  constructor(db: Database, self: WorkerSelf, beat: () => Promise<WorkerBeat>, log: Log) {
    this.#db = db;
    this.#self = self;
    this.#beat = beat;
    this.#log = log;
  }

  /** Whether it is registered: before, nothing can be taken up in its name. */
  get known(): boolean {
    return this.#known;
  }

  /** Whether it was told to take no more runs. */
  get draining(): boolean {
    return this.#draining;
  }

  async start(): Promise<void> {
    await this.#now();
    forgetWorkers(this.#db).catch(() => undefined); // the next start does
  }

  /** Says at once what has changed. */
  async tell(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#beating;
    if (!this.#stopped) await this.#now();
  }

  /** Notes that it leaves in order. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#beating;
    await stopWorker(this.#db, this.#self.id);
  }

  async #now(): Promise<void> {
    this.#beating = this.#once();
    await this.#beating;
  }

  async #once(): Promise<void> {
    let pause = BEAT_SECONDS * 1_000;
    try {
      this.#draining = await beatWorker(this.#db, this.#self, await this.#beat());
      this.#known = true;
      if (this.#draining) pause = DRAINING_MILLISECONDS;
    } catch (error) {
      this.#log.debug(`The database was not told that this worker is there: ${error}`);
      pause = RETRY_MILLISECONDS;
    }
    if (this.#stopped) return;
    clearTimeout(this.#timer); // it was told in between
    this.#timer = setTimeout(() => void this.#now(), pause);
    this.#timer.unref();
  }
}
