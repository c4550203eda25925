import { type Judgement, judgeMemory, roomInMemory, type Trained } from './memory-limit.ts';
import { processMemory } from './process-memory.ts';

/** Memory is measured this often: what grows faster than the system can give is ended by the system itself. */
const INTERVAL_MILLISECONDS = 250;

/** Keeps the training processes under a limit on what they take together. */
export class MemoryWatch {
  readonly #limit: number;
  readonly #pids: () => readonly number[];
  readonly #judge: (judgement: Judgement) => void;
  readonly #timer: NodeJS.Timeout;
  #measured: readonly Trained[] = [];
  #largestSeen = 0;
  #measuring = false;

  /** @param pids of the processes, in the order in which they were started; those that are being ended left out */
  constructor(limit: number, pids: () => readonly number[], judge: (judgement: Judgement) => void) {
    this.#limit = limit;
    this.#pids = pids;
    this.#judge = judge;
    this.#timer = setInterval(() => void this.#measure(), INTERVAL_MILLISECONDS);
    this.#timer.unref();
  }

  /** For how many more runs there is memory, as far as is known. */
  get room(): number {
    const bytes = new Map(this.#measured.map((one) => [one.pid, one.bytes]));
    const now = this.#pids().map((pid) => ({ pid, bytes: bytes.get(pid) ?? 0 }));
    return roomInMemory(this.#limit, now, this.#largestSeen);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #measure(): Promise<void> {
    if (this.#measuring) return;
    this.#measuring = true;
    try {
      const pids = this.#pids();
      if (pids.length === 0) this.#largestSeen = 0; // other runs, other needs
      const bytes = await processMemory(pids);
      this.#measured = pids.flatMap((pid) => {
        const taken = bytes?.get(pid);
        return taken === undefined ? [] : [{ pid, bytes: taken }];
      });
      for (const one of this.#measured) {
        if (one.bytes <= this.#limit) this.#largestSeen = Math.max(this.#largestSeen, one.bytes);
      }
      const judgement = judgeMemory(this.#limit, this.#measured);
      if (judgement !== null) this.#judge(judgement);
    } finally {
      this.#measuring = false;
    }
  }
}
