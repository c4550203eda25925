import { PGlite, type PGliteOptions } from '@electric-sql/pglite';
import { DiskFullError, type DiskReserve, isDiskFull } from './disk-reserve.ts';
import type { DurableFiles } from './durable-files.ts';

/** PostgreSQL's own durability, which PGlite turns off: `-F` is "no fsync". */
const START_PARAMETERS = [
  ...PGlite.defaultStartParams.filter((parameter) => parameter !== '-F'),
  '-c',
  'wal_sync_method=fsync', // PGlite's fdatasync does nothing
];

/** PostgreSQL's code for what a read-only transaction refuses. */
const READ_ONLY = '25006';

/**
 * PGlite that answers only with what outlasts a power cut: a statement or transaction resolves after the sync of
 * what it wrote, and of what it may have read. While the disk has little space it reads and does not write: then what
 * would write rejects with a `DiskFullError`.
 */
export class DurablePglite extends PGlite {
  readonly #files: DurableFiles;
  readonly #reserve: DiskReserve;
  #readOnly = false;

  constructor(files: DurableFiles, reserve: DiskReserve, options: PGliteOptions = {}) {
    super({ ...options, fs: files, startParams: START_PARAMETERS });
    this.#files = files;
    this.#reserve = reserve;
  }

  override async query<T>(
    ...given: Parameters<PGlite['query']>
  ): ReturnType<typeof PGlite.prototype.query<T>> {
    return await this.#durably(() => super.query<T>(...given));
  }

  override async exec(...given: Parameters<PGlite['exec']>): ReturnType<PGlite['exec']> {
    return await this.#durably(() => super.exec(...given));
  }

  override async transaction<T>(...given: Parameters<typeof PGlite.prototype.transaction<T>>): Promise<T> {
    return await this.#durably(() => super.transaction<T>(...given));
  }

  async #durably<T>(act: () => Promise<T>): Promise<T> {
    this.#files.assertSound();
    const low = this.#reserve.low;
    if (low !== this.#readOnly) {
      this.#readOnly = low;
      await super.exec(`set default_transaction_read_only = ${low ? 'on' : 'off'}`);
    }
    try {
      const answer = await act();
      await this.#files.settled();
      return answer;
    } catch (error) {
      throw isDiskFull(error) || (this.#readOnly && isReadOnly(error)) ? new DiskFullError() : error;
    }
  }
}

function isReadOnly(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && cause.code === READ_ONLY) return true;
  }
  return false;
}
