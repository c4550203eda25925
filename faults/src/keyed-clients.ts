import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerProcess } from '../../apps/api/test/server-process.ts';
import { create } from './experiments.ts';
import type { Outcome } from './fault.ts';

const ALL =
  'query ($after: String) { experiments(first: 100, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } }';

/** Clients that create experiments, each under a key of its own, and repeat with its key what was not answered. */
export class KeyedClients {
  /** What was acknowledged: the id that a key's experiment was given. */
  readonly #acknowledged = new Map<string, string>();
  readonly #unanswered = new Set<string>();
  #next = 0;
  #appliedTwice = 0;

  /** The ids of what was acknowledged by now. */
  get acknowledged(): string[] {
    return [...this.#acknowledged.values()];
  }

  /** Several clients that work until they are told to stop, or, unless they are patient, until one is not answered. */
  work(server: ServerProcess, { clients = 4, patient }: { clients?: number; patient: boolean }): Working {
    let stopped = false;
    const client = async (): Promise<void> => {
      let lately: string | null = null;
      while (!stopped) {
        const key: string = lately ?? `key ${this.#next++}`;
        try {
          await this.#ask(server, key);
          lately = null;
        } catch (error) {
          if (!patient) throw error;
          lately = key;
          await sleep(100);
        }
      }
    };
    const all = Promise.allSettled(Array.from({ length: clients }, client));
    return {
      stop: async () => {
        stopped = true;
        await all;
      },
    };
  }

  /** Repeats what was not answered. */
  async repeat(server: ServerProcess): Promise<void> {
    for (const key of [...this.#unanswered]) await this.#ask(server, key);
  }

  /** Repeats everything once more, and compares what is there with what was acknowledged, here or by `others`. */
  async compare(server: ServerProcess, others: readonly string[] = []): Promise<Omit<Outcome, 'injected'>> {
    for (const key of [...this.#unanswered, ...this.#acknowledged.keys()]) await this.#ask(server, key);
    const found = await experimentIds(server);
    const distinct = new Set([...this.#acknowledged.values(), ...others]);
    return {
      rows: distinct.size,
      lost: [...distinct].filter((id) => !found.includes(id)).length,
      doubled: found.filter((id) => !distinct.has(id)).length,
      wrong: this.#appliedTwice,
    };
  }

  async #ask(server: ServerProcess, key: string): Promise<void> {
    this.#unanswered.add(key);
    const { id } = await create(server, { epochs: 1, contenders: 1, key, stepMilliseconds: 1 });
    this.#unanswered.delete(key);
    const first = this.#acknowledged.get(key);
    if (first !== undefined && first !== id) this.#appliedTwice++;
    this.#acknowledged.set(key, id);
  }
}

export interface Working {
  /** Resolves when no request is under way any more. */
  stop(): Promise<void>;
}

/** Every experiment that a server lists. */
export async function experimentIds(server: ServerProcess): Promise<string[]> {
  interface Page {
    experiments: { nodes: { id: string }[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } };
  }
  const ids: string[] = [];
  let after: string | null = null;
  do {
    const { experiments }: Page = await server.ask<Page>(ALL, { after });
    ids.push(...experiments.nodes.map(({ id }) => id));
    after = experiments.pageInfo.hasNextPage ? experiments.pageInfo.endCursor : null;
  } while (after !== null);
  return ids;
}
