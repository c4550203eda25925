import type { Finding } from './diagnosis/finding.ts';

/**
 * What a run says while it trains. The trainer is an async generator of these; whoever iterates sets the
 * pace (back-pressure), and stopping the iteration releases everything the run holds.
 *
 * Order: `preparing`* `features`* `started` ((`step` `finding`* `checkpoint`?)* `checkpoint`? `finding`* `layers`? `epoch` `target`?)*
 * `checkpoint`? then exactly one of `finished` or `diverged`. A run that is aborted ends by throwing the signal's
 * reason; a run that cannot go on throws.
 *
 * A run that goes on tells its finished epochs again (and the findings and layers that came between the last one's
 * checkpoint and its event), and then the steps after its checkpoint. No step comes twice from one generator. Over
 * several, one comes again only where a process was killed before the checkpoint after that step was written, and
 * then with the same numbers; so does everything else but seconds. Nothing is left out.
 */

import type { FinishReason } from './stopping/stop-reason.ts';

/** How a non-finite number is kept where only finite numbers can go (JSON, GraphQL). */
export type NonFiniteKind = 'NAN' | 'POS_INF' | 'NEG_INF';

/** The engine that ran the steps, recorded with every run. */
export interface EngineDescription {
  /** `onnx` or `tensorflow`. */
  readonly runtime: string;
  /** The device or backend inside it: `cpu`, `webgpu`, `tfjs-node`, `wasm`… */
  readonly device: string;
  /** Version of the library that computes. */
  readonly version: string;
  readonly threads: number;
  /** One sentence: why this engine and not another. */
  readonly reason: string;
}

export interface SkippedImage {
  /** Path relative to the data set's folder. */
  readonly path: string;
  readonly reason: string;
}

/** What the run needs is being fetched or made ready; not told of what is there already. */
export interface PreparingEvent {
  readonly type: 'preparing';
  /** Fetching a file, reading an archive for its checksum, unpacking it: bytes. Checking images: images. */
  readonly stage: 'download' | 'read' | 'unpack' | 'check';
  /** The file or data set that it is about. */
  readonly what: string;
  readonly done: number;
  /** Null where a server does not say how much there is. */
  readonly total: number | null;
}

/** Frozen features are being computed (or were found in the cache: then one event with `cached: true`). */
export interface FeaturesEvent {
  readonly type: 'features';
  /** Images (or with augmentation their views) done and in all, training and validation together. */
  readonly done: number;
  readonly total: number;
  readonly imagesPerSecond: number;
  readonly cached: boolean;
}

/** How many checkpoints were looked at and not taken. */
export interface PassedOver {
  /** Torn or altered. */
  readonly damaged: number;
  /** Whole, and of other numbers: of another engine, or of data or weights that have changed since. */
  readonly foreign: number;
}

export interface StartedEvent {
  readonly type: 'started';
  readonly engine: EngineDescription;
  readonly classes: readonly string[];
  readonly trainImages: number;
  readonly validationImages: number;
  readonly stepsPerEpoch: number;
  readonly trainableParameters: number;
  readonly totalParameters: number;
  readonly skipped: readonly SkippedImage[];
  /** The last epoch of the checkpoint that the run goes on from; 0 when it starts anew. */
  readonly resumedAfterEpoch: number;
  /** How many steps of the next epoch are in that checkpoint as well. */
  readonly resumedAfterStep: number;
  /** Checkpoints in the run's directory that it could not go on from; none when left out. */
  readonly passedOver?: PassedOver | undefined;
  /** Names the set of features that it trains on, as the feature cache knows it. */
  readonly featuresHash?: string | undefined;
}

/** One training step is done. Numbers are the step's own. */
export interface StepEvent {
  readonly type: 'step';
  /** 1-based. */
  readonly epoch: number;
  /** 1-based within the epoch. */
  readonly step: number;
  readonly stepsPerEpoch: number;
  /** Mean loss of the batch, before the update. */
  readonly loss: number;
  /** Global L2 norm of the gradient. */
  readonly gradientNorm: number;
  readonly learningRate: number;
  /** Training images per second of this step's own computing time. */
  readonly imagesPerSecond: number;
}

/** The reference metrics of one epoch, as Keras' `fit` logs them, and what else is worth a curve. */
export interface EpochMetrics {
  /** 1-based. */
  readonly epoch: number;
  /** Sample-weighted running mean over the epoch's batches, training mode, before each update. */
  readonly loss: number;
  /** 0..1, likewise. */
  readonly accuracy: number;
  /** Whole validation set after the epoch, inference mode. May be non-finite while `loss` is finite. */
  readonly valLoss: number;
  readonly valAccuracy: number;
  /** Of the epoch's last step. */
  readonly learningRate: number;
  /** Seconds this run itself spent training; neither evaluation nor waiting for other runs is counted. */
  readonly trainSeconds: number;
  readonly evaluationSeconds: number;
  /** Training examples seen since the run began, this epoch included. */
  readonly examplesSeen: number;
  /** Mean over the epoch's steps of the gradient's global L2 norm. */
  readonly gradientNorm: number;
  /** ‖w_after − w_before‖ / ‖w_before‖ over all trainable weights, at the epoch's last step. */
  readonly updateRatio: number;
}

export interface EpochEvent extends EpochMetrics {
  readonly type: 'epoch';
}

/**
 * The state after `epoch`, and `step` steps of the next one, is on disk. The one after an epoch is written before the
 * epoch's own event; the one of a run that is being stopped is not told.
 */
export interface CheckpointEvent {
  readonly type: 'checkpoint';
  readonly epoch: number;
  /** 0 right after the epoch. */
  readonly step: number;
  readonly path: string;
  readonly bytes: number;
}

/**
 * Something in the run's own numbers that a person should know of (see `docs/diagnosis.md`), told once a kind. It
 * comes after the step, or before the epoch, that shows it.
 */
export interface FindingEvent extends Finding {
  readonly type: 'finding';
  /** What a range test from the run's beginning recommends in place of its rate; null when it has nothing better. */
  readonly suggestion: Suggestion | null;
}

export interface Suggestion {
  readonly learningRate: number;
  /** The usable rates around it. */
  readonly from: number;
  readonly to: number;
}

/** What the layers did in the last step of an epoch; it comes before the epoch's own event. */
export interface LayersEvent {
  readonly type: 'layers';
  readonly epoch: number;
  /** Trained weights in Keras' order. */
  readonly weights: readonly {
    /** `layer/weight` */
    readonly name: string;
    /** L2 norm of its gradient. */
    readonly gradientNorm: number;
    /** ‖w_after − w_before‖ / ‖w_before‖; of a weight that was all zero, the length of its change. */
    readonly updateRatio: number;
  }[];
  /** Trained ReLU6 layers in order. */
  readonly activations: readonly {
    readonly name: string;
    /** 0 … 1: share of its channels that passed no gradient for any image of the batch: all at 0 or at 6. */
    readonly deadShare: number;
  }[];
}

/** The loss, or a weight, stopped being finite. The run ends here, as a result and not as an error. */
export interface DivergedEvent {
  readonly type: 'diverged';
  readonly optimizer: string;
  readonly epoch: number;
  readonly step: number;
  /** Of the loss, or of a value of `weight`. */
  readonly loss: NonFiniteKind;
  /** The trained weight that is no longer finite while the loss still was; null when it is the loss. */
  readonly weight: string | null;
  /** Loss of the last step that had a finite one; null when the very first had none. */
  readonly lastFiniteLoss: number | null;
  /** The above as one sentence. */
  readonly message: string;
  readonly suggestion: Suggestion | null;
}

/** The validation accuracy reached the target for the first time. Comes after the epoch's own event. */
export interface TargetEvent {
  readonly type: 'target';
  /** What was to be reached, 0..1. */
  readonly target: number;
  readonly valAccuracy: number;
  readonly epoch: number;
  /** Updates until then, from the run's beginning. */
  readonly step: number;
  /** The run's own computing seconds until then, evaluations included. */
  readonly seconds: number;
}

export interface FinishedEvent {
  readonly type: 'finished';
  /** Epochs done, whatever the reason. */
  readonly epochs: number;
  /** The run's own computing seconds: training plus evaluation, steps after the last whole epoch included. */
  readonly seconds: number;
  /** Only `epochs` says that all epochs were trained. */
  readonly reason: FinishReason;
  /** The epoch with the highest validation accuracy, kept as `best.checkpoint`; null when none was finished. */
  readonly bestEpoch: number | null;
  /** The epoch kept as `restored.checkpoint`, where early stopping is to restore the best; null otherwise. */
  readonly restoredEpoch: number | null;
}

export type TrainEvent =
  | PreparingEvent
  | FeaturesEvent
  | StartedEvent
  | StepEvent
  | EpochEvent
  | CheckpointEvent
  | TargetEvent
  | FindingEvent
  | LayersEvent
  | DivergedEvent
  | FinishedEvent;

/** The kind of a non-finite number, or null for a finite one. */
export function nonFiniteKind(value: number): NonFiniteKind | null {
  if (Number.isNaN(value)) return 'NAN';
  if (value === Number.POSITIVE_INFINITY) return 'POS_INF';
  if (value === Number.NEGATIVE_INFINITY) return 'NEG_INF';
  return null;
}
