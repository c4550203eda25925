import { ConnectionError } from './errors.ts';
import { pause, pauseBefore } from './pause.ts';

/** How the connection of a followed stream is. */
export type StreamState =
  | { readonly kind: 'live' }
  /** It broke; the next try is in so many milliseconds. */
  | { readonly kind: 'waiting'; readonly milliseconds: number; readonly error: ConnectionError };

export interface FollowOptions<Cursor = number> {
  /** Where to go on; what lies at or before it does not come. Left out, the subscription begins where it does by itself. */
  readonly after?: Cursor;
  /** Ends the stream; what waits for its next value is rejected with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Hears when the stream is there, and when it broke. */
  readonly onState?: (state: StreamState) => void;
}

/**
 * A stream that is opened again, at the last cursor that was received, whenever it breaks: nothing is missed and
 * nothing comes twice. Ends when the server completes it; throws what another try would not mend.
 */
export async function* resumed<Data, Cursor>(
  open: (after: Cursor | undefined) => AsyncIterable<Data>,
  cursorOf: (data: Data) => Cursor,
  { after, signal, onState }: FollowOptions<Cursor> = {},
): AsyncGenerator<Data, void, undefined> {
  let cursor: Cursor | undefined = after;
  for (let tries = 0; ; ) {
    try {
      for await (const data of open(cursor)) {
        if (tries !== -1) onState?.({ kind: 'live' });
        tries = -1;
        cursor = cursorOf(data);
        yield data;
      }
      return;
    } catch (error) {
      if (!(error instanceof ConnectionError) || signal?.aborted) throw error;
      tries++;
      const asked = (error.retryAfterSeconds ?? 0) * 1_000;
      const milliseconds = Math.max(asked, pauseBefore(tries));
      onState?.({ kind: 'waiting', milliseconds, error });
      await pause(milliseconds, signal);
    }
  }
}
