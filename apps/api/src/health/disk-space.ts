import { statfs as statfsOfSystem } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Log } from '../log.ts';

/** Free bytes for this user on the disk of a directory; of the nearest one above it that is there. */
export async function freeBytes(
  directory: string,
  statfs: (path: string) => Promise<{ bavail: number; bsize: number }> = statfsOfSystem,
): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(directory);
    return bavail * bsize;
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (!missing || dirname(directory) === directory) throw error;
    return await freeBytes(dirname(directory), statfs);
  }
}

export interface DiskSpaceOptions {
  readonly directory: string;
  /** With less free than this no runs are taken up. */
  readonly minFreeBytes: number;
  readonly log: Log;
  /** In place of the system's. */
  readonly freeBytes?: ((directory: string) => Promise<number>) | undefined;
}

const LOOK_MILLISECONDS = 1_000;
/** After a write that found no space, none is begun for so long, whatever is said to be free: it may be a quota. */
const FULL_MILLISECONDS = 5_000;
/** So often in a row a run may find the disk full, before that counts as its failure: it may need more than there is. */
const MOST_FULL = 5;

/** Looks how much is free where checkpoints and features are written. Runs wait while it is too little. */
export class DiskSpace {
  readonly #options: DiskSpaceOptions;
  readonly #timer: NodeJS.Timeout;
  #fullUntil = 0;
  #low: string | null = null;
  readonly #full = new Map<string, number>();

  private constructor(options: DiskSpaceOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.look(), LOOK_MILLISECONDS);
    this.#timer.unref();
  }

  /** Has looked once; what is low is in the log. */
  static async open(options: DiskSpaceOptions): Promise<DiskSpace> {
    const space = new DiskSpace(options);
    await space.look();
    return space;
  }

  /** Why no run is taken up, as a sentence; null when there is space. */
  get low(): string | null {
    return this.#low;
  }

  /** A run found no space. False when it did so too often to wait for more. */
  noteFull(runId: string): boolean {
    this.#fullUntil = performance.now() + FULL_MILLISECONDS;
    this.#say(`The disk of ${this.#options.directory} is full. Free some space; runs wait until there is.`);
    const times = (this.#full.get(runId) ?? 0) + 1;
    this.#full.set(runId, times);
    return times < MOST_FULL;
  }

  /** A run got on: what was full before counts no more. */
  noteSpace(runId: string): void {
    this.#full.delete(runId);
  }

  async look(): Promise<void> {
    const { directory, minFreeBytes } = this.#options;
    const free = await (this.#options.freeBytes ?? freeBytes)(directory).catch(() => null);
    if (free === null) return; // a system that does not tell
    if (free < minFreeBytes) {
      this.#say(
        `The disk of ${directory} has ${megabytes(free)} free; ${megabytes(minFreeBytes)} are wanted (MIN_FREE_BYTES). Free some space; runs wait until there is.`,
      );
    } else if (performance.now() > this.#fullUntil) this.#say(null);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #say(low: string | null): void {
    const before = this.#low;
    this.#low = low;
    if (before === null && low !== null) this.#options.log.error(low);
    if (before !== null && low === null)
      this.#options.log.info(`The disk of ${this.#options.directory} has space again; runs go on`);
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}
