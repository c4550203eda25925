import { Child } from './child.ts';
import type { ClientsResult, FromClients, ToClients } from './messages.ts';
import { DASHBOARDS_SUBSCRIPTION } from './subscription.ts';

/** Subscribers in processes of their own. */
export class Clients {
  readonly #processes: Child<ToClients, FromClients>[];

  constructor(processes: number) {
    this.#processes = Array.from({ length: processes }, () => new Child('./client-process.ts'));
  }

  /** Opens a subscriber for each of the experiments, spread over the processes. Resolves when each has its first message. */
  async open(serverUrl: string, experimentIds: readonly string[]): Promise<void> {
    const url = `${serverUrl.replace('http', 'ws')}/graphql`;
    await Promise.all(
      this.#processes.map((process, place) =>
        process.ask(
          {
            type: 'open',
            url,
            query: DASHBOARDS_SUBSCRIPTION,
            experimentIds: experimentIds.filter((_, index) => index % this.#processes.length === place),
          },
          'open',
        ),
      ),
    );
  }

  /** From here on latencies are kept. */
  async measure(): Promise<void> {
    for (const process of this.#processes) await process.ask({ type: 'measure' }, 'measuring');
  }

  /** What all of them received until now. */
  async tell(): Promise<ClientsResult> {
    const results: ClientsResult[] = [];
    for (const process of this.#processes) results.push(await process.ask({ type: 'tell' }, 'told'));
    const sum = (of: (result: ClientsResult) => number): number =>
      results.reduce((total, result) => total + of(result), 0);
    return {
      subscribers: sum(({ subscribers }) => subscribers),
      messages: sum(({ messages }) => messages),
      bytes: sum(({ bytes }) => bytes),
      epochs: sum(({ epochs }) => epochs),
      doubled: sum(({ doubled }) => doubled),
      missed: sum(({ missed }) => missed),
      completed: sum(({ completed }) => completed),
      lost: sum(({ lost }) => lost),
      latencies: Float64Array.from(results.flatMap(({ latencies }) => [...latencies])),
    };
  }

  async end(): Promise<void> {
    await Promise.all(this.#processes.map((process) => process.end()));
  }
}

/** What must not be of what subscribers received, when each was to get so many epochs. */
export function faultsOf(received: ClientsResult, epochsWanted: number): string[] {
  const { epochs, doubled, missed, lost } = received;
  return [
    ...(epochs === epochsWanted ? [] : [`${epochsWanted} epochs were to arrive, ${epochs} did`]),
    ...(doubled === 0 ? [] : [`${doubled} epochs arrived twice or out of order`]),
    ...(missed === 0 ? [] : [`${missed} epochs were missed`]),
    ...(lost === 0 ? [] : [`${lost} connections were lost`]),
  ];
}
