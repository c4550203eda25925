/** What the benchmark says to its processes of clients and of writers, and what they answer, by structured cloning. */

/** Subscribers that one process of clients opens, each on a connection of its own. */
export interface ClientsOrder {
  readonly url: string;
  readonly query: string;
  /** The experiment of each subscriber. */
  readonly experimentIds: readonly string[];
}

/** What the subscribers of a process received, together. */
export interface ClientsResult {
  readonly subscribers: number;
  /** Since the last `measure`. */
  readonly messages: number;
  readonly bytes: number;
  readonly epochs: number;
  /** Epochs of a run that came twice, and that did not come after the one before them. */
  readonly doubled: number;
  readonly missed: number;
  /** Subscribers whose subscription the server completed. */
  readonly completed: number;
  /** Connections that ended before they were asked to. */
  readonly lost: number;
  /** Milliseconds from when an epoch was handed over to be recorded to its arrival, since the last `measure`. */
  readonly latencies: Float64Array;
}

export type ToClients =
  | ({ readonly type: 'open' } & ClientsOrder)
  /** Forget latencies, messages and bytes until now. */
  | { readonly type: 'measure' }
  | { readonly type: 'tell' };

export type FromClients =
  /** All subscribers have their first message. */
  { readonly type: 'open' } | { readonly type: 'measuring' } | ({ readonly type: 'told' } & ClientsResult);

/** Runs whose epochs a process records, each at its own pace. */
export interface WriterOrder {
  /** Of a PostgreSQL server; or the directory of an embedded database, which is then this process's own. */
  readonly databaseUrl: string;
  readonly experiments: number;
  readonly runsEach: number;
  /** Steps whose numbers come with each epoch. */
  readonly stepsPerEpoch: number;
}

export interface WriterResult {
  readonly epochs: number;
  readonly seconds: number;
  /** Milliseconds that recording an epoch took. */
  readonly latencies: Float64Array;
}

export type ToWriter =
  | ({ readonly type: 'prepare' } & WriterOrder)
  /** Epochs a second of each experiment; as fast as they are taken where null. */
  | { readonly type: 'write'; readonly seconds: number; readonly rate: number | null }
  /** How many rows there are, and versions of the experiments. */
  | { readonly type: 'count' };

export type FromWriter =
  | { readonly type: 'prepared'; readonly experimentIds: readonly string[] }
  | ({ readonly type: 'written' } & WriterResult)
  | { readonly type: 'counted'; readonly epochs: number; readonly versions: number };

/** A bare WebSocket server. */
export type ToFloor =
  | { readonly type: 'listen' }
  /** Sends to the clients of each topic so many messages a second, of so many bytes. */
  | { readonly type: 'send'; readonly seconds: number; readonly rate: number; readonly bytes: number };

export type FromFloor = { readonly type: 'listening'; readonly url: string } | { readonly type: 'sent' };
