import { setTimeout as sleep } from 'node:timers/promises';
import type { EngineChoice, RunConfig } from '@optiscope/trainer';
import { type FeatureSets, preparationKey } from './feature-sets.ts';
import { StorageError } from './object-store.ts';
import type { Brought, RunFiles } from './run-files.ts';

/** While the storage is away a run goes on without it this long; then it waits. */
const PATIENCE_MILLISECONDS = 10 * 60_000;
/** Between two tries of a storage that is away. */
const RETRY_MILLISECONDS = { first: 1_000, most: 20_000 };

export interface StoredRunOptions {
  readonly files: RunFiles;
  readonly features: FeatureSets;
  readonly config: RunConfig;
  readonly engine: EngineChoice;
  /** Told why the storage cannot be used, and null when it can again. */
  readonly onAway: (why: string | null) => void;
  /** PATIENCE_MILLISECONDS when left out. */
  readonly patience?: number | undefined;
}

/**
 * Keeps a run's checkpoints in storage while it trains. An epoch is recorded when its checkpoint is there. A storage
 * that goes away does not stop the run at once: it goes on, its checkpoints on this machine, and only after
 * `PATIENCE_MILLISECONDS` it waits, since all that it did since would be lost with this machine.
 */
export class StoredRun {
  readonly #options: StoredRunOptions;
  readonly #preparation: string;
  #awaySince: number | null = null;
  /** Whether what is in storage is here: before, this machine knows nothing that is worth putting. */
  #brought = false;
  /** Whether there is a checkpoint that was not there when the last putting began. */
  #behind = false;
  /** Putting that goes on behind the run, until the storage has taken it. */
  #catchingUp: Promise<void> | null = null;
  /** Why that ended, other than by success: nothing that the storage's return would mend. */
  #failure: unknown = null;

  constructor(options: StoredRunOptions) {
    this.#options = options;
    this.#preparation = preparationKey(options.config, options.engine);
  }

  /**
   * Brings what the run needs. Waits for a storage that is away, as long as it takes: beginning anew would do again
   * what is done. Features are not worth waiting for.
   */
  async bring(signal: AbortSignal): Promise<Brought> {
    const brought = await this.#trying(() => this.#options.files.bring(), signal);
    this.#brought = true;
    await this.#options.features.bring(this.#preparation).catch(passOverStorage);
    return brought;
  }

  /** The features are on this machine: others may have them. Nobody waits for it. */
  putFeatures(hash: string): void {
    void this.#options.features.put(this.#preparation, hash).catch(() => undefined);
  }

  /** There is a checkpoint. Resolves when it is in storage, or may go on without. */
  async checkpointWritten(signal: AbortSignal): Promise<void> {
    this.#behind = true;
    if (this.#catchingUp === null) {
      try {
        await this.#putAll();
        return;
      } catch (error) {
        passOverStorage(error);
        this.#away(error);
        this.#catchingUp = this.#trying(() => this.#putAll(), signal)
          .catch((reason: unknown) => {
            if (!signal.aborted) this.#failure = reason;
          })
          .finally(() => {
            this.#catchingUp = null;
          });
      }
    }
    await this.#waitIfLong(signal);
    if (this.#failure !== null) throw this.#failure;
  }

  /** The run leaves this machine in order: one last try to put where it stands. */
  async leave(): Promise<void> {
    if (this.#brought) await this.#options.files.put().catch(passOverStorage);
  }

  /** What is written while it puts is put as well. */
  async #putAll(): Promise<void> {
    while (this.#behind) {
      this.#behind = false;
      try {
        await this.#options.files.put();
      } catch (error) {
        this.#behind = true;
        throw error;
      }
    }
  }

  async #waitIfLong(signal: AbortSignal): Promise<void> {
    const since = this.#awaySince;
    if (since === null || performance.now() - since < (this.#options.patience ?? PATIENCE_MILLISECONDS))
      return;
    const { promise: aborted, resolve } = Promise.withResolvers<void>();
    const stop = (): void => resolve();
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    await Promise.race([this.#catchingUp, aborted]).finally(() => signal.removeEventListener('abort', stop));
  }

  async #trying<T>(act: () => Promise<T>, signal: AbortSignal): Promise<T> {
    for (let pause = RETRY_MILLISECONDS.first; ; pause = Math.min(2 * pause, RETRY_MILLISECONDS.most)) {
      try {
        const result = await act();
        this.#back();
        return result;
      } catch (error) {
        passOverStorage(error);
        this.#away(error);
      }
      await sleep(pause, undefined, { signal });
    }
  }

  #away(error: unknown): void {
    if (this.#awaySince !== null) return;
    this.#awaySince = performance.now();
    this.#options.onAway(error instanceof Error ? error.message : String(error));
  }

  #back(): void {
    if (this.#awaySince === null) return;
    this.#awaySince = null;
    this.#options.onAway(null);
  }
}

/** Anything but the storage's own failures is a fault of the program, or the disk's. */
function passOverStorage(error: unknown): void {
  if (!(error instanceof StorageError)) throw error;
}
