import type { Caller, Context, Viewer } from '@optiscope/schema';
import { hasRole } from '@optiscope/schema';
import { type ExecutionResult, GraphQLError } from 'graphql';
import { isAsyncIterable, type Plugin } from 'graphql-yoga';

/** How often it is asked anew who the readers of streams are. What they know of one another's sign-outs is seconds old. */
const ASK_MILLISECONDS = 10_000;

interface Stream {
  readonly caller: Caller;
  /** Ends it with an error. */
  end(error: GraphQLError): void;
}

/**
 * Ends the streams of whoever may read them no more, over WebSocket and SSE alike: a session that was ended, a token that
 * was revoked or has expired, a member who was disabled, a role that became a lesser one. One question serves all
 * streams of one session or token.
 */
export class RevokedAccess {
  readonly #streams = new Set<Stream>();
  readonly #every: number;
  #timer: NodeJS.Timeout | null = null;

  constructor(everyMilliseconds = ASK_MILLISECONDS) {
    this.#every = everyMilliseconds;
  }

  readonly plugin: Plugin<Context> = {
    onSubscribe: ({ args }) => ({
      onSubscribeResult: ({ result, setResult }) => {
        const caller: Caller = args.contextValue;
        // Who reaches a server without accounts is its owner for as long as it runs.
        if (!isAsyncIterable(result) || caller.again === undefined || caller.viewer?.kind === 'LOCAL') return;
        setResult(this.#watched(result, caller));
      },
    }),
  };

  #watched(
    source: AsyncIterable<ExecutionResult>,
    caller: Caller,
  ): AsyncIterableIterator<ExecutionResult, void, undefined> {
    const results = source[Symbol.asyncIterator]();
    let refused: GraphQLError | null = null;
    let told = false;
    let wake: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const stream: Stream = {
      caller,
      end: (error) => {
        refused = error;
        wake();
      },
    };
    this.#add(stream);
    const leave = async (): Promise<IteratorResult<ExecutionResult, void>> => {
      this.#streams.delete(stream);
      await results.return?.();
      return { done: true, value: undefined };
    };
    return {
      next: async () => {
        if (told) return { done: true, value: undefined };
        const next = await Promise.race([results.next(), ended]);
        if (refused !== null || next === undefined) {
          told = true;
          await leave();
          return { done: false, value: { errors: refused === null ? [] : [refused] } };
        }
        if (next.done) this.#streams.delete(stream);
        return next;
      },
      return: leave,
      throw: async (error: unknown) => {
        await leave();
        throw error;
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  #add(stream: Stream): void {
    this.#streams.add(stream);
    this.#timer ??= setInterval(() => void this.ask(), this.#every).unref();
  }

  /** Asks once who everyone is by now, and ends what they may read no more. */
  async ask(): Promise<void> {
    const byIdentity = Map.groupBy(this.#streams, ({ caller: { viewer } }) =>
      [viewer?.memberId, viewer?.sessionId, viewer?.tokenId].join(' '),
    );
    for (const streams of byIdentity.values()) {
      const [{ caller }] = streams as [Stream, ...Stream[]];
      let now: Viewer | null;
      try {
        now = (await caller.again?.()) ?? null;
      } catch {
        continue; // a database that is away says nothing of anyone
      }
      for (const stream of streams) {
        const error = refusal(stream.caller.viewer, now);
        if (error !== null) stream.end(error);
      }
    }
    if (this.#streams.size > 0 || this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }
}

function refusal(then: Viewer | null, now: Viewer | null): GraphQLError | null {
  if (now === null) {
    return new GraphQLError('You are not signed in any more, or the token is good no more.', {
      extensions: { code: 'UNAUTHENTICATED' },
    });
  }
  if (then === null || hasRole(now, then.role)) return null;
  return new GraphQLError(`Your role is ${now.role} by now. Subscribe again.`, {
    extensions: { code: 'FORBIDDEN', role: then.role },
  });
}
