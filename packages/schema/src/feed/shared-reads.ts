/** Without a hint, an answer is good for this long: a lost hint makes nobody late for good. */
const FRESH_MILLISECONDS = 1_000;
/** Questions whose answers are kept; those who stand at so many different places share nothing anyway. */
const MOST_KEPT = 100;

interface Kept<Answer> {
  readonly answer: Promise<Answer>;
  /** Null while it is being read. */
  endedAt: number | null;
}

/**
 * What those who were woken together ask of one experiment, read once for all who ask the same. Every hint makes what
 * was read before it worthless, and so does everyone who joins: nothing is missing that either may rely on.
 */
export class SharedReads<Answer> {
  readonly #kept = new Map<string, Kept<Answer>>();

  /** There may be more than was read. Whoever waits for an answer still gets it, nobody else does. */
  hint(): void {
    this.#kept.clear();
  }

  /** The answer to a question, which its text must tell from every other. A failure is not kept. */
  async of(question: string, read: () => Promise<Answer>): Promise<Answer> {
    const known = this.#kept.get(question);
    const isFresh = known?.endedAt === null || performance.now() - (known?.endedAt ?? 0) < FRESH_MILLISECONDS;
    if (known !== undefined && isFresh) return await known.answer;
    if (this.#kept.size >= MOST_KEPT) this.#kept.clear();
    const kept: Kept<Answer> = { answer: read(), endedAt: null };
    this.#kept.set(question, kept);
    try {
      return await kept.answer;
    } catch (error) {
      if (this.#kept.get(question) === kept) this.#kept.delete(question);
      throw error;
    } finally {
      kept.endedAt = performance.now();
    }
  }
}
