import { existsSync, statfsSync, statSync, unlinkSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Kept on the disk for what cannot be refused: the next segment of the log (16 MiB), and what goes with it. */
const RESERVE_BYTES = 24 * 1024 ** 2;
/** With less than this free besides, nothing that writes is begun. */
const LEAST_FREE_BYTES = 16 * 1024 ** 2;
/** Looking takes 5 µs; statements come by the hundred. */
const LOOK_MILLISECONDS = 100;

/** PostgreSQL's code for it. */
export const DISK_FULL = '53100';

/** The disk has no room for what was to be written: nothing of it was. Reading goes on, and writing when there is. */
export class DiskFullError extends Error {
  override readonly name = 'DiskFullError';
  constructor() {
    super(
      'The disk of the database is full: nothing was changed. What is there can be read. Free some space, and ask again.',
    );
  }
}

/** Whether an error, or what caused it, is that the database's disk is full; also as a PostgreSQL server says it. */
export function isDiskFull(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof DiskFullError || ('code' in cause && cause.code === DISK_FULL)) return true;
  }
  return false;
}

/**
 * A full disk must not meet the embedded database in the middle of its log: PostgreSQL would give up, and inside this
 * process nothing of it would answer any more. So a file holds some space for it, which it gets when a segment of the
 * log finds none; and before that, while little is free, nothing that writes is begun.
 */
export class DiskReserve {
  readonly #path: string;
  readonly #freeBytes: () => number | null;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #low = false;
  #filling: Promise<void> | null = null;
  #closed = false;

  /** @param freeBytes in place of what the system says of the reserve's disk; null where it does not say */
  constructor(path: string, freeBytes: () => number | null = () => freeBytesAt(path)) {
    this.#path = path;
    this.#freeBytes = freeBytes;
  }

  /** Whether too little is free to begin anything that writes. Looks at most every `LOOK_MILLISECONDS`. */
  get low(): boolean {
    const now = performance.now();
    if (now - this.#lookedAt < LOOK_MILLISECONDS) return this.#low;
    this.#lookedAt = now;
    const free = this.#freeBytes();
    if (free === null) return false;
    const missing = this.#missing();
    this.#low = free < LEAST_FREE_BYTES + missing;
    if (!this.#low && !existsSync(this.#path)) void this.fill();
    return this.#low;
  }

  /** Takes the space, where there is enough of it. */
  fill(): Promise<void> {
    this.#filling ??= this.#fill().finally(() => {
      this.#filling = null;
    });
    return this.#filling;
  }

  /** Gives the space to whoever needs it now. False when there was none to give. */
  release(): boolean {
    this.#lookedAt = Number.NEGATIVE_INFINITY;
    try {
      unlinkSync(this.#path);
      return true;
    } catch {
      return false;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#filling;
  }

  async #fill(): Promise<void> {
    if (this.#closed || existsSync(this.#path)) return;
    const free = this.#freeBytes();
    if (free !== null && free < LEAST_FREE_BYTES + RESERVE_BYTES) return;
    const unfinished = this.#unfinished;
    try {
      const file = await open(unfinished, 'w', 0o600);
      try {
        // Written and not merely sized: a hole holds no space.
        const piece = Buffer.alloc(1024 ** 2);
        for (let bytes = 0; bytes < RESERVE_BYTES; bytes += piece.length) await file.write(piece);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(unfinished, this.#path);
    } catch {
      // Someone else took the space meanwhile; it is tried again when there is some.
      await rm(unfinished, { force: true }).catch(() => undefined);
    }
  }

  /** How much is not taken yet; what is being taken is. */
  #missing(): number {
    const sizes = [this.#path, this.#unfinished].map(
      (path) => statSync(path, { throwIfNoEntry: false })?.size ?? 0,
    );
    return Math.max(0, RESERVE_BYTES - Math.max(...sizes));
  }

  get #unfinished(): string {
    return `${this.#path}.unfinished`;
  }
}

/** Of the disk that a file is on, or is to be; null where the system does not say. */
function freeBytesAt(path: string): number | null {
  try {
    const { bavail, bsize } = statfsSync(dirname(path));
    return bavail * bsize;
  } catch {
    return null;
  }
}
