import { isCurrent, type OpenDatabase } from '@optiscope/schema';
import type { Dispatcher } from '../queue/dispatcher.ts';

/** Whether the server can do its work, and why not. */
export interface Readiness {
  readonly ready: boolean;
  readonly reasons: readonly string[];
  /** What holds runs up, though it can be asked all the same: a disk or storage that cannot be written to. */
  readonly hindrances?: readonly string[];
}

/** The database must answer within this time. */
const DATABASE_MILLISECONDS = 1_200;
const PROBE_MILLISECONDS = 400;
/** The queue is looked at every second; one that was not for this long has nobody who looks. */
const QUEUE_MILLISECONDS = 30_000;

/**
 * Looks again and again whether the database answers, so that a request need not find out by waiting. An embedded
 * one is in this process and busy at times; it is only asked when somebody wants to know.
 */
export class ReadinessProbe {
  readonly #database: OpenDatabase;
  readonly #dispatcher: Dispatcher;
  readonly #onChange: (why: string | null) => void;
  #away: string | null = null;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  readonly #waiting = new Set<() => void>();

  constructor(database: OpenDatabase, dispatcher: Dispatcher, onChange: (why: string | null) => void) {
    this.#database = database;
    this.#dispatcher = dispatcher;
    this.#onChange = onChange;
    if (database.kind === 'postgresql') void this.#probe();
  }

  /** Why the database cannot be used now; null when it can, as far as is known. */
  get away(): string | null {
    return this.#away;
  }

  /** Calls back when the database goes away; the result takes that back. */
  whenGone(act: () => void): () => void {
    this.#waiting.add(act);
    return () => this.#waiting.delete(act);
  }

  async check(): Promise<Readiness> {
    const database = await this.#ask();
    const reasons = database === null ? [] : [database];
    if (database === null && !(await within(isCurrent(this.#database.db)).catch(() => true))) {
      reasons.push('the database is that of another version: start the server again to migrate it');
    }
    if (this.#dispatcher.silentFor > QUEUE_MILLISECONDS) {
      reasons.push('no runs are taken from the queue: the log tells why');
    }
    const { hindrances } = this.#dispatcher;
    return { ready: reasons.length === 0, reasons, ...(hindrances.length > 0 && { hindrances }) };
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  async #probe(): Promise<void> {
    const away = await this.#ask();
    if (this.#closed) return;
    if ((away === null) !== (this.#away === null)) this.#onChange(away);
    this.#away = away;
    if (away !== null) for (const act of [...this.#waiting]) act();
    this.#timer = setTimeout(() => void this.#probe(), PROBE_MILLISECONDS);
  }

  /** Null when the database answers. */
  async #ask(): Promise<string | null> {
    try {
      await within(this.#database.ping());
      return null;
    } catch (error) {
      return error instanceof Late
        ? 'the database does not answer'
        : `the database cannot be used: ${named(error)}`;
    }
  }
}

class Late extends Error {}

async function within<T>(work: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Late()), DATABASE_MILLISECONDS);
  work.catch(() => undefined); // when it fails after it was given up
  return await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** Probes are answered to anyone: a kind of error, without addresses or statements. */
function named(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return error instanceof Error ? error.name : 'unknown';
}
