import type { Log } from '../log.ts';

/** Of the runs here, why their storage cannot be used. */
export class StorageTrouble {
  readonly #away = new Map<string, string>();

  /** Each reason once, as sentences. */
  get reasons(): string[] {
    return [...new Set(this.#away.values())];
  }

  /** @param away why it cannot be used; null when it can again */
  note(runId: string, away: string | null, log: Log): void {
    if (away === null) {
      this.#away.delete(runId);
      log.info(`run ${runId}: the storage answers again`);
    } else {
      this.#away.set(runId, away);
      log.warn(`run ${runId}: ${away} It is tried again.`);
    }
  }

  forget(runId: string): void {
    this.#away.delete(runId);
  }
}
