import type { EpochReport, Notice, Progress, StepBatch } from '@optiscope/schema';
import type { DivergedEvent, EngineChoice, FinishedEvent, RunConfig, StartedEvent } from '@optiscope/trainer';
import type { StorageSettings } from '../storage/storage-place.ts';

/**
 * What the server and its worker processes say to each other. Sent with structured cloning, which keeps NaN and
 * the infinities as they are. Both ends come from one checkout and one start: the types are the whole contract.
 */

/** A run as the worker knows it. The token tells one attempt's messages from another's. */
export interface RunKey {
  readonly runId: string;
  readonly token: number;
}

export interface RunOrder extends RunKey {
  readonly type: 'run';
  readonly config: RunConfig;
  readonly engine: EngineChoice;
  readonly cacheDirectory: string;
  readonly checkpointDirectory: string;
  /** Where checkpoints and features are kept besides; null keeps them in the directories alone. */
  readonly storage: StorageSettings | null;
}

export type ToWorker =
  | RunOrder
  /** Stop this run after a checkpoint of where it stands; without one when it is no longer ours or wanted. */
  | (RunKey & { readonly type: 'stop'; readonly discard: boolean })
  /** The report before is in the database; or was refused, then the run is over. */
  | (RunKey & { readonly type: 'recorded'; readonly held: boolean });

/** What must be in the database before the run goes on. */
export type Told =
  | { readonly kind: 'started'; readonly event: StartedEvent }
  /** Steps have gathered while an epoch goes on. */
  | { readonly kind: 'steps'; readonly progress: Progress | null }
  | { readonly kind: 'epoch'; readonly report: Omit<EpochReport, 'steps'> }
  | { readonly kind: 'notice'; readonly event: Notice }
  | { readonly kind: 'end'; readonly event: FinishedEvent | DivergedEvent };

/** With the steps since the report before, in the same transaction. */
export type Report = Told & { readonly steps: readonly StepBatch[] };

export type FromWorker =
  /** Superseded by the next one; nobody waits for it. */
  | (RunKey & { readonly type: 'progress'; readonly progress: Progress })
  | (RunKey & { readonly type: 'report'; readonly report: Report })
  /** The run threw. With `lasting` it would at every attempt; with `diskFull` it may when there is space. */
  | (RunKey & {
      readonly type: 'failed';
      readonly reason: string;
      readonly lasting: boolean;
      readonly diskFull: boolean;
    })
  /** Why the storage cannot be used; null when it can again. */
  | (RunKey & { readonly type: 'storage'; readonly away: string | null })
  /** The run was stopped, or its report was refused, or it ended and all is recorded. The worker forgets it. */
  | (RunKey & { readonly type: 'left' });
