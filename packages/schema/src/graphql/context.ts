import type { EngineDescription } from '@optiscope/trainer';
import { type Caller, LOCAL_CALLER } from '../access/viewer.ts';
import type { Database, Transaction } from '../database/database.ts';
import type { ChangeFeed } from '../feed/change-feed.ts';
import { type Loaders, loaders } from './loaders.ts';

/** What the service around the schema provides. */
export interface Service {
  readonly db: Database;
  readonly feed: ChangeFeed;
  /** Puts runs into the queue, as part of the transaction that makes them. */
  readonly enqueue: (tx: Transaction, runIds: readonly string[]) => Promise<void>;
  readonly server: { readonly version: string; readonly database: string; readonly workers: number };
  /** What these runs wait for, those of them that wait; absent where there is no queue. */
  readonly waiting?: (runIds: readonly string[]) => Promise<ReadonlyMap<string, Waiting>>;
  /** What the server is doing now; absent where nobody knows, as in a test of the schema alone. */
  readonly serverState?: () => Promise<ServerState>;
  /** The folders that data sets and weights may lie in; absent or null: anywhere. */
  readonly dataRoots?: readonly string[] | null;
  /** Where members sign in; absent or null where nobody does. */
  readonly accounts?: {
    /** The server's address as members know it, without a slash at its end. */
    readonly publicUrl: string;
  } | null;
}

/** Why a run is not under way. */
export const WAIT_REASONS = ['ROOM', 'NO_WORKER', 'LABELS', 'MEMBER_LIMIT', 'DISK'] as const;

/** A run that waits. */
export interface Waiting {
  readonly reason: (typeof WAIT_REASONS)[number];
  /** As a sentence. */
  readonly message: string;
  /** Its place among those that wait for room, from 1; null when it waits for something else. */
  readonly place: number | null;
}

/** What a server is doing now. */
export interface ServerState {
  /** Runs that wait for a worker, of all servers on the database. */
  readonly queueLength: number;
  /** Runs that are with a worker, of all servers on the database. */
  readonly runsUnderWay: number;
  /** For how many seconds the run waits that waits the longest; null when none does. */
  readonly longestWaitSeconds: number | null;
  readonly workerProcesses: readonly WorkerState[];
  readonly databaseBytes: number;
  readonly featureCacheBytes: number;
  readonly checkpointBytes: number;
  /** What holds its runs up, as sentences: a disk without space, a storage that cannot be used. */
  readonly hindrances?: readonly string[];
}

/** A worker process. */
export interface WorkerState {
  readonly pid: number;
  /** How many runs it has. */
  readonly runs: number;
  /** On what it computes: of its runs, as they told when they began. */
  readonly engines: readonly EngineDescription[];
}

/** What a resolver gets. One is made for each operation. */
export interface Context extends Service, Caller {
  readonly load: Loaders;
}

/** The context of one operation, by default of the local owner's. */
export function operationContext(service: Service, caller: Caller = LOCAL_CALLER): Context {
  return { ...service, ...caller, load: loaders(service.db, service.waiting) };
}
