import type { Database } from '../database/database.ts';
import { type Changes, changesWithin, readChanges, rowsOf } from './read-changes.ts';

/** Rows that are kept for those who come a little later; whoever is further behind reads the database. */
const MOST_ROWS_KEPT = 200;
/** Without a hint, what was read counts as what there is for this long: a lost hint makes nobody late for good. */
const FRESH_MILLISECONDS = 1_000;

/** What was read and kept. */
interface Kept {
  /** After this version everything is in `pieces`, in order and without gaps. */
  start: number;
  pieces: Changes[];
  /** What was read last; up to its cursor everything is known. */
  latest: Changes;
}

/**
 * The newest changes of one experiment, read once for all who follow it. Those who were woken together stand at the
 * same version or nearly so: one reading tells what came since, and each takes what lies after its own cursor. What
 * is kept is bounded and waits for nobody: a slow reader finds itself behind it, and reads for itself.
 */
export class SharedChanges {
  readonly #experimentId: string;
  readonly #steps: boolean;
  /** How many follow the experiment; for one alone nothing needs to be kept. */
  readonly #followers: () => number;
  /** Grows with every hint and every one who joins: what was read before may not be all there is. */
  #asked = 0;
  /** `#asked` when the last reading began, and when that ended. */
  #coversAsked = -1;
  #readAt = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | null = null;
  /** Null before the first reading, and where there is no such experiment. */
  #kept: Kept | null = null;
  /** What was handed out since the last reading, by cursor: the same object to all. */
  readonly #handedOut = new Map<number, Changes>();

  constructor(experimentId: string, steps: boolean, followers: () => number) {
    this.#experimentId = experimentId;
    this.#steps = steps;
    this.#followers = followers;
  }

  /** There may be more than was read. */
  hint(): void {
    this.#asked++;
  }

  /**
   * What changed after the cursor, or a piece of it, as `readChanges` tells it. Nothing is missing that a hint has
   * told of; with `joins`, nothing that was committed before this call.
   */
  async after(db: Database, cursor: number, { joins }: { readonly joins: boolean }): Promise<Changes | null> {
    if (joins) this.#asked++;
    const wanted = this.#asked;
    for (;;) {
      const kept = this.#kept;
      const isFresh = this.#coversAsked >= wanted && performance.now() - this.#readAt < FRESH_MILLISECONDS;
      if (kept === null) {
        if (isFresh) return null;
      } else {
        const { start, latest } = kept;
        if (cursor < start) return await this.#readAlone(db, cursor);
        if (cursor < latest.cursor && (isFresh || !joins)) return this.#handOut(kept, cursor);
        // A piece that is full leaves more to read.
        const isWhole = latest.cursor >= latest.experiment.version;
        if (isFresh && isWhole) {
          // Ahead of what was read: then the experiment has moved on, or never got there.
          return cursor > latest.cursor ? await this.#readAlone(db, cursor) : this.#handOut(kept, cursor);
        }
        // One who comes from far behind began to read; those in front do not wait for it.
        if (!isWhole && cursor > latest.cursor && this.#reading === null) this.#forget();
      }
      this.#reading ??= this.#read(db, this.#kept?.latest.cursor ?? cursor).finally(() => {
        this.#reading = null;
      });
      await this.#reading;
    }
  }

  async #read(db: Database, from: number): Promise<void> {
    const asked = this.#asked;
    const latest = await this.#readAlone(db, from);
    this.#coversAsked = asked;
    this.#readAt = performance.now();
    this.#handedOut.clear();
    // Behind where it was: another database was put in its place.
    const before = latest !== null && latest.cursor >= from ? this.#kept : null;
    this.#kept = latest && keptWith(before, from, latest, this.#followers() > 1 ? MOST_ROWS_KEPT : 0);
  }

  #forget(): void {
    this.#kept = null;
    this.#coversAsked = -1;
  }

  #handOut({ pieces, latest }: Kept, cursor: number): Changes {
    const handedOut = this.#handedOut.get(cursor) ?? changesWithin(pieces, latest, cursor);
    this.#handedOut.set(cursor, handedOut);
    return handedOut;
  }

  async #readAlone(db: Database, cursor: number): Promise<Changes | null> {
    return await readChanges(db, this.#experimentId, cursor, { steps: this.#steps });
  }
}

/** What is kept, with a piece that begins where it ends: the newest piece, and older ones while there is room. */
function keptWith(before: Kept | null, from: number, latest: Changes, mostRows: number): Kept {
  if (latest.cursor <= from) {
    return before === null ? { start: latest.cursor, pieces: [], latest } : { ...before, latest };
  }
  const pieces = [...(before?.pieces ?? []), latest];
  let start = before?.start ?? from;
  let rows = pieces.reduce((sum, piece) => sum + rowsOf(piece), 0);
  while (pieces.length > 1 && rows > mostRows) {
    const oldest = pieces.shift()!;
    rows -= rowsOf(oldest);
    start = oldest.cursor;
  }
  return { start, pieces, latest };
}
