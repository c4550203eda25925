import type { Caller } from '@optiscope/schema';
import { GraphQLError } from 'graphql';
import { AttemptLimit, holderOf } from '../accounts/attempt-limit.ts';
import { isLoopback } from './origin.ts';

/** Of a member or token, unless the settings say otherwise. */
export const OPERATIONS_PER_MINUTE = 1_200;
const MINUTE = 60_000;
/** A stranger asks who they are, and signs in elsewhere (`/auth`, which counts for itself). */
const STRANGERS_OPERATIONS = 60;
/** The server's own pages ask from this machine, for whoever brings a session that has ended. */
const OWN_PAGES_OPERATIONS = 1_200;
/** One mutation for so many operations. */
const OPERATIONS_PER_MUTATION = 4;

/**
 * How much one caller may ask: operations, and mutations on top, each so many at once and then as many again over each
 * minute. Members and tokens are counted by themselves, wherever they ask from; strangers by their address. What is
 * counted are the mutations that are tried, one by one, not the requests that carry them. The owner of a server where
 * nobody signs in has it for themselves and is not counted. Each server process counts what it is asked.
 */
export class RateLimits {
  readonly #operations: AttemptLimit | null;
  readonly #mutations: AttemptLimit | null;
  readonly #strangers = new AttemptLimit(STRANGERS_OPERATIONS, MINUTE);
  readonly #ownPages = new AttemptLimit(OWN_PAGES_OPERATIONS, MINUTE);

  /** Operations a minute of a member or token; 0: as many as they like. */
  constructor(operationsPerMinute: number) {
    const of = (most: number) => (operationsPerMinute === 0 ? null : new AttemptLimit(most, MINUTE));
    this.#operations = of(operationsPerMinute);
    this.#mutations = of(Math.max(1, Math.floor(operationsPerMinute / OPERATIONS_PER_MUTATION)));
  }

  /** Counts an operation, before anything is done for it. Throws when it is one too many. */
  countOperation(caller: Caller): void {
    if (caller.viewer?.kind === 'LOCAL') return;
    const limit = caller.viewer === null ? this.#ofStranger(caller) : this.#operations;
    refuseIf(limit?.take(keyOf(caller)) ?? 0, 'operations');
  }

  /** Counts a mutation, of which an operation may have many. */
  countMutation(caller: Caller): void {
    if (caller.viewer?.kind === 'LOCAL') return;
    const limit = caller.viewer === null ? this.#ofStranger(caller) : this.#mutations;
    refuseIf(limit?.take(keyOf(caller)) ?? 0, 'mutations');
  }

  #ofStranger({ address }: Caller): AttemptLimit {
    return isLoopback((address ?? '').replace(/^::ffff:/, '')) ? this.#ownPages : this.#strangers;
  }
}

function keyOf({ viewer, address }: Caller): string {
  if (viewer === null) return `address ${holderOf(address ?? '')}`;
  return viewer.tokenId === null ? `member ${viewer.memberId}` : `token ${viewer.tokenId}`;
}

function refuseIf(seconds: number, what: string): void {
  if (seconds === 0) return;
  throw new GraphQLError(`Too many ${what} in a short time. Try again in ${seconds} s.`, {
    extensions: {
      code: 'RATE_LIMITED',
      retryAfterSeconds: seconds,
      http: { status: 429, headers: { 'retry-after': String(seconds) } },
    },
  });
}
