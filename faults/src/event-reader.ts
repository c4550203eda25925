import { z } from 'zod';
import { compareRows, type Outcome } from './fault.ts';
import { type Subscriber, subscribe } from './subscriber.ts';

/** Everything that happens to the runs of an experiment. */
export const EVENTS =
  'subscription ($id: ID!, $after: Int!) { experimentChanges(experimentId: $id, after: $after) { cursor events { kind message } } }';

const Changes = z.object({
  experimentChanges: z.object({
    cursor: z.number(),
    events: z.array(z.object({ kind: z.string(), message: z.string() })),
  }),
});

/** The longest that a subscriber waits for what was written. */
const LONGEST_MILLISECONDS = 60_000;

/** Follows the events of an experiment and keeps which it saw; those of the flood carry their own ids as text. */
export class EventReader {
  readonly #seen: string[] = [];
  #until = performance.now() + LONGEST_MILLISECONDS;
  #wake: () => void = () => undefined;

  async follow(url: string, experimentId: string): Promise<Subscriber> {
    return await subscribe(url, { query: EVENTS, variables: { id: experimentId, after: 0 } }, (data) => {
      for (const { kind, message } of Changes.parse(data).experimentChanges.events) {
        if (kind !== 'CHECKPOINT') continue;
        // The flood writes a row's id into its message, for a global id of the API is another text.
        this.#seen.push(message.replace(/\.+$/, ''));
      }
      this.#until = performance.now() + LONGEST_MILLISECONDS;
      this.#wake();
    });
  }

  /** Whether something came lately, so that waiting has a sense. */
  get isReading(): boolean {
    return performance.now() < this.#until;
  }

  /** Whether it has seen so many; waits for them at most the milliseconds given. */
  async has(count: number, milliseconds: number): Promise<boolean> {
    const end = performance.now() + milliseconds;
    while (this.#seen.length < count && performance.now() < end) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, end - performance.now());
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    return this.#seen.length >= count;
  }

  compare(written: readonly string[]): Pick<Outcome, 'rows' | 'lost' | 'doubled' | 'wrong'> {
    return compareRows(
      new Map(written.map((id) => [id, id])),
      this.#seen.map((id): [string, string] => [id, id]),
    );
  }
}
