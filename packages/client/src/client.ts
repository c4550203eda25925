import { ConnectionError } from './errors.ts';
import {
  type ChangeType,
  Everything,
  type EverythingSubscription,
  ExperimentChanges,
  type ExperimentChangesSubscription,
  RunEpochs,
  type RunEpochsSubscription,
} from './generated/operations.ts';
import type { Operation } from './operation.ts';
import { pause, pauseBefore } from './pause.ts';
import { type FollowOptions, resumed } from './resume.ts';
import { createTransport, type TransportOptions } from './transport.ts';

export interface RequestOptions {
  readonly signal?: AbortSignal;
  /**
   * For how many seconds the request is sent again while the server cannot be reached or cannot answer; 0 when left
   * out. Queries may always be repeated, mutations where they carry an `idempotencyKey`.
   */
  readonly retrySeconds?: number;
}

export type ClientOptions = TransportOptions & Pick<RequestOptions, 'retrySeconds'>;

export interface Client {
  /** The data of an answer. Throws `RequestError` when there are errors in it, and `ConnectionError` without one. */
  request<Data, Variables>(
    operation: Operation<Data, Variables>,
    variables: Variables,
    options?: RequestOptions,
  ): Promise<Data>;
  request<Data>(operation: Operation<Data, Record<string, never>>): Promise<Data>;
  /** A subscription over one connection. Throws `ConnectionError` when that breaks before the server completed it. */
  subscribe<Data, Variables>(
    operation: Operation<Data, Variables>,
    variables: Variables,
    options?: Pick<RequestOptions, 'signal'>,
  ): AsyncGenerator<Data, void, undefined>;
  /**
   * A subscription with a variable `after`, over as many connections as it takes: whenever one breaks, the next goes on
   * after the last cursor that was received. Nothing is missed and nothing comes twice.
   */
  follow<Data, Variables extends { readonly after?: unknown }, Cursor extends string | number>(
    operation: Operation<Data, Variables>,
    variables: Omit<Variables, 'after'>,
    cursorOf: (data: Data) => Cursor,
    options?: FollowOptions<Cursor>,
  ): AsyncGenerator<Data, void, undefined>;
  /** Everything of an experiment that changes, until all its runs have ended. */
  changes(
    experimentId: string,
    options?: FollowOptions,
  ): AsyncGenerator<ExperimentChangesSubscription['experimentChanges'], void, undefined>;
  /** The epochs of a run, until it has ended. */
  epochs(
    runId: string,
    options?: FollowOptions,
  ): AsyncGenerator<RunEpochsSubscription['epochs'], void, undefined>;
  /** Whatever changes on the server, from now on or after a cursor; of the types that are asked for, or of all. Never ends. */
  everything(
    options?: FollowOptions<string> & { readonly types?: readonly ChangeType[] },
  ): AsyncGenerator<EverythingSubscription['changes'], void, undefined>;
}

/** A client of one server. It holds nothing that would have to be closed. */
export function createClient(options: ClientOptions = {}): Client {
  const { once, stream } = createTransport(options);

  const follow: Client['follow'] = (operation, variables, cursorOf, followed = {}) =>
    resumed(
      (after) =>
        stream(operation, after === undefined ? variables : { ...variables, after }, followed.signal),
      cursorOf,
      followed,
    );

  return {
    request: async <Data>(
      operation: Operation<Data, never>,
      variables: unknown = {},
      { signal, retrySeconds = options.retrySeconds ?? 0 }: RequestOptions = {},
    ) => {
      const last = performance.now() + 1_000 * retrySeconds;
      for (let tries = 0; ; tries++) {
        try {
          return await once(operation, variables, signal);
        } catch (error) {
          if (!(error instanceof ConnectionError)) throw error;
          const wait = Math.max((error.retryAfterSeconds ?? 0) * 1_000, pauseBefore(tries));
          if (performance.now() + wait > last) throw error;
          await pause(wait, signal);
        }
      }
    },
    subscribe: (operation, variables, { signal } = {}) => stream(operation, variables, signal),
    follow,
    changes: async function* (id, followed) {
      const all = follow(ExperimentChanges, { id }, (data) => data.experimentChanges.cursor, followed);
      for await (const { experimentChanges } of all) yield experimentChanges;
    },
    epochs: async function* (id, followed) {
      const all = follow(RunEpochs, { id }, (data) => data.epochs.epoch, followed);
      for await (const { epochs } of all) yield epochs;
    },
    everything: async function* ({ types = null, ...followed } = {}) {
      const all = follow(Everything, { types }, (data) => data.changes.cursor, followed);
      for await (const { changes } of all) yield changes;
    },
  };
}
