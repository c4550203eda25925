/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import { operation } from '../operation.ts';
export type AugmentationColourInput = {
  readonly brightness?: number | null | undefined;
  readonly contrast?: number | null | undefined;
  readonly hue?: number | null | undefined;
  readonly saturation?: number | null | undefined;
};

export type AugmentationCropInput = {
  readonly area?: ReadonlyArray<number> | null | undefined;
  readonly aspect?: ReadonlyArray<number> | null | undefined;
};

export type AugmentationInput = {
  readonly colour?: AugmentationColourInput | null | undefined;
  readonly crop?: AugmentationCropInput | null | undefined;
  readonly flip?: boolean | null | undefined;
  readonly includePlain?: boolean | null | undefined;
  readonly rotate?: number | null | undefined;
  readonly seed?: number | null | undefined;
  readonly views?: number | null | undefined;
};

/** What of everything is to be told. ANNOTATIONS are their comments as well. */
export type ChangeType =
  | 'ANNOTATIONS'
  | 'EPOCHS'
  | 'EVENTS'
  | 'EXPERIMENTS'
  | 'RUNS';

export type ClassWeightInput = {
  /** Name of a class of the data set. */
  readonly class: string;
  /** 0 to 1,000,000; a class that is not named counts 1. */
  readonly weight: number;
};

export type ClassWeights =
  | 'BALANCED'
  | 'NONE';

export type ClippingBy =
  | 'GLOBAL_NORM'
  | 'NORM'
  | 'VALUE';

/** Keras' clipvalue, clipnorm and global_clipnorm. */
export type ClippingInput = {
  readonly by?: ClippingBy | null | undefined;
  readonly limit?: number | null | undefined;
};

export type ContenderInput = {
  /** Those that differ from the optimizer's defaults. */
  readonly hyperparameters?: ReadonlyArray<HyperparameterInput> | null | undefined;
  /** A label that tells it from others with the same optimizer; made from them when left out. */
  readonly label?: string | null | undefined;
  readonly learningRate?: number | null | undefined;
  /** Puts the optimizer inside Lookahead. */
  readonly lookahead?: LookaheadInput | null | undefined;
  readonly optimizer: string;
};

export type CreateExperimentInput = {
  readonly alpha?: number | null | undefined;
  readonly batchSize?: number | null | undefined;
  /** At most 60. */
  readonly contenders?: ReadonlyArray<ContenderInput> | null | undefined;
  /** The built-in sample when left out. */
  readonly data?: DatasetInput | null | undefined;
  /** Path of a folder of class folders on the server's machine; the built-in sample when left out. */
  readonly datasetPath?: string | null | undefined;
  readonly epochs?: number | null | undefined;
  readonly freezeIndex?: number | null | undefined;
  /** Creating twice with one key creates once and returns the first experiment. */
  readonly idempotencyKey?: string | null | undefined;
  readonly inputSize?: number | null | undefined;
  /** Shown in lists; a name is made from the contenders when it is left out. */
  readonly name?: string | null | undefined;
  /** Where the other fields' values come from when they are left out. By default `six-optimizers`; with a weight file `six-optimizers-imagenet`. */
  readonly preset?: string | number | null | undefined;
  /** From -100 to 100: runs of a higher one are taken up first. 0 when left out. */
  readonly priority?: number | null | undefined;
  /** Short for `seeds` with one of them. */
  readonly seed?: number | null | undefined;
  /** Each contender runs once with each. */
  readonly seeds?: ReadonlyArray<number> | null | undefined;
  readonly settings?: SettingsInput | null | undefined;
  /** The sample's backbone when left out. */
  readonly weights?: WeightsInput | null | undefined;
  /** Path of a Keras HDF5 weight file on the server's machine; the sample's backbone when left out. */
  readonly weightsPath?: string | null | undefined;
  /** Only workers that have all of these labels take its runs up, such as `gpu`. */
  readonly workerLabels?: ReadonlyArray<string> | null | undefined;
};

/** Where the images come from: exactly one of these. */
export type DatasetInput =
  {   /** A zip, tar or tar.gz of such a folder. */
  readonly archive: OwnImagesInput; readonly csv?: never; readonly flowers102?: never; readonly folder?: never; readonly sample?: never; }
  |  { readonly archive?: never;   /** A table of paths, classes and optionally the split. */
  readonly csv: OwnImagesInput; readonly flowers102?: never; readonly folder?: never; readonly sample?: never; }
  |  { readonly archive?: never; readonly csv?: never;   /** Oxford's Flowers-102 with its published split. */
  readonly flowers102: Flowers102Input; readonly folder?: never; readonly sample?: never; }
  |  { readonly archive?: never; readonly csv?: never; readonly flowers102?: never;   /** A folder of class folders. */
  readonly folder: OwnImagesInput; readonly sample?: never; }
  |  { readonly archive?: never; readonly csv?: never; readonly flowers102?: never; readonly folder?: never;   /** The built-in sample; give `true`. */
  readonly sample: boolean; };

export type DatasetKind =
  | 'ARCHIVE'
  | 'CSV'
  | 'FLOWERS102'
  | 'FOLDER'
  | 'SAMPLE';

export type EventKind =
  | 'CANCELLED'
  | 'CHECKPOINT'
  | 'DIVERGED'
  | 'EXPLOSION'
  | 'FAILED'
  | 'FINISHED'
  | 'OSCILLATION'
  | 'PAUSED'
  | 'RESUMED'
  | 'SAWTOOTH'
  | 'STARTED'
  | 'STUCK'
  | 'TARGET';

/** What an experiment must be to be listed: all of what is given. */
export type ExperimentFilter = {
  /** Ids of members: made by any of these. */
  readonly author?: ReadonlyArray<string | number> | null | undefined;
  /** At this time or later. */
  readonly createdAfter?: string | null | undefined;
  /** Before this time. */
  readonly createdBefore?: string | null | undefined;
  /** Ids or labels of data sets: any of these. */
  readonly dataset?: ReadonlyArray<string> | null | undefined;
  /** Any of these. */
  readonly datasetKind?: ReadonlyArray<DatasetKind> | null | undefined;
  /** True lists deleted experiments, and no others. */
  readonly deleted?: boolean | null | undefined;
  /** All of these, each in any epoch of any run. */
  readonly metric?: ReadonlyArray<MetricBound> | null | undefined;
  /** Names of optimizers: it has a contender with any of these. */
  readonly optimizer?: ReadonlyArray<string> | null | undefined;
  /** Any of these. */
  readonly status?: ReadonlyArray<ExperimentStatus> | null | undefined;
  /** All of these. */
  readonly tag?: ReadonlyArray<string> | null | undefined;
  /** Part of the name, of a contender's label or of a tag, whatever the case. */
  readonly text?: string | null | undefined;
  /** 0 to 1: reached in any epoch of any run. */
  readonly valAccuracyAtLeast?: number | null | undefined;
};

export type ExperimentOrder = {
  readonly by: ExperimentOrderField;
  readonly direction?: OrderDirection;
};

export type ExperimentOrderField =
  /** Without any epoch it counts as lowest. */
  | 'BEST_VAL_ACCURACY'
  /** Without any epoch it counts as highest. */
  | 'BEST_VAL_LOSS'
  | 'CREATED'
  | 'NAME'
  /** In the order of the enum: queued first. */
  | 'STATUS';

export type ExperimentStatus =
  | 'CANCELLED'
  | 'FAILED'
  | 'FINISHED'
  | 'PAUSED'
  | 'QUEUED'
  | 'RUNNING';

export type Flowers102Input = {
  readonly onCorrupt?: OnCorrupt | null | undefined;
  /** Folder or archive of the official files; fetched from their address when left out. */
  readonly path?: string | null | undefined;
};

export type HyperparameterInput = {
  readonly name: string;
  readonly value: number;
};

export type KerasH5Input = {
  readonly path: string;
};

/** Lookahead around the optimizer. What is left out has its default. */
export type LookaheadInput = {
  /** 0 to 1: share of the way that the slow weights go. */
  readonly slowStepSize?: number | null | undefined;
  /** Fast steps between two steps of the slow weights. */
  readonly syncPeriod?: number | null | undefined;
};

export type Metric =
  | 'ACCURACY'
  | 'EVALUATION_SECONDS'
  | 'EXAMPLES_SEEN'
  | 'GRADIENT_NORM'
  | 'LEARNING_RATE'
  | 'LOSS'
  | 'TRAIN_SECONDS'
  | 'UPDATE_RATIO'
  | 'VAL_ACCURACY'
  | 'VAL_LOSS';

/** A metric that came to a value in any epoch: at least, at most, or between. */
export type MetricBound = {
  readonly atLeast?: number | null | undefined;
  readonly atMost?: number | null | undefined;
  readonly metric: Metric;
};

export type NonFiniteKind =
  | 'NAN'
  | 'NEG_INF'
  | 'POS_INF';

export type OnCorrupt =
  | 'REFUSE'
  | 'SKIP';

export type OrderDirection =
  | 'ASCENDING'
  | 'DESCENDING';

/** Images of one's own, on the server's machine. */
export type OwnImagesInput = {
  /** What to do with an image that cannot be used. */
  readonly onCorrupt?: OnCorrupt | null | undefined;
  readonly path: string;
  /** Seed of that split. */
  readonly splitSeed?: number | null | undefined;
  /** Share of each class held out for validation where there is no split; 0.25 when left out. */
  readonly validationFraction?: number | null | undefined;
};

export type RefusalCode =
  | 'EMAIL_TAKEN'
  | 'EXPERIMENT_DELETED'
  | 'EXPERIMENT_ENDED'
  | 'EXPERIMENT_UNDER_WAY'
  | 'INVALID_INPUT'
  | 'INVITATION_ENDED'
  | 'KEY_USED_OTHERWISE'
  | 'LAST_ADMIN'
  | 'NOTE_DELETED'
  | 'NOT_AUTHOR'
  | 'NOT_FOUND'
  | 'NO_ACCOUNTS'
  | 'RUN_ENDED'
  | 'RUN_IMPORTED'
  | 'SCHEDULE_SPANS_RUN'
  | 'TOO_MANY_NOTES'
  | 'TOO_MANY_TOKENS';

/** Trained by a worker, or brought in from another program's record. */
export type RunOrigin =
  | 'IMPORTED'
  | 'TRAINED';

export type RunStatus =
  | 'CANCELLED'
  | 'DIVERGED'
  | 'FAILED'
  | 'FINISHED'
  | 'PAUSED'
  | 'QUEUED'
  | 'RUNNING';

/** How the learning rate changes over a run: a kind, and those settings that it has. */
export type ScheduleInput = {
  /** Epochs after a drop in which none is counted. */
  readonly cooldown?: number | null | undefined;
  /** It ends at that first rate, divided by this. */
  readonly endDivisor?: number | null | undefined;
  /** Share of the rate that is left when the run ends. */
  readonly endFactor?: number | null | undefined;
  /** Epochs from one drop to the next. */
  readonly everyEpochs?: number | null | undefined;
  /** What is left of the rate at each drop. */
  readonly factor?: number | null | undefined;
  /** Share of the run at the full rate. */
  readonly flatFraction?: number | null | undefined;
  readonly kind?: ScheduleKind | null | undefined;
  /** What must get better. */
  readonly metric?: ScheduleMetric | null | undefined;
  /** A smaller change is no improvement. */
  readonly minDelta?: number | null | undefined;
  /** The rate never falls below this. */
  readonly minRate?: number | null | undefined;
  /** Epochs without an improvement before a drop. */
  readonly patience?: number | null | undefined;
  /** Share of the run in which the rate rises. */
  readonly peakFraction?: number | null | undefined;
  /** The run begins at the rate divided by it. */
  readonly startDivisor?: number | null | undefined;
  /** Share of the rate that the run begins with. */
  readonly startFactor?: number | null | undefined;
  /** Epochs, or a fraction of them, in which the rate rises; fewer than the run has. */
  readonly warmupEpochs?: number | null | undefined;
};

export type ScheduleKind =
  | 'CONSTANT'
  | 'COSINE'
  | 'EXPONENTIAL'
  | 'FLAT_COSINE'
  | 'ONE_CYCLE'
  | 'REDUCE_ON_PLATEAU'
  | 'STEP'
  | 'WARMUP_COSINE';

export type ScheduleMetric =
  | 'VAL_ACCURACY'
  | 'VAL_LOSS';

/** What else all contenders share. What is left out, or null, changes nothing. */
export type SettingsInput = {
  readonly augmentation?: AugmentationInput | null | undefined;
  /** How much each class counts in the training loss. */
  readonly classWeights?: ClassWeights | null | undefined;
  /** The same as factors by class name, in place of `classWeights`. */
  readonly classWeightsByName?: ReadonlyArray<ClassWeightInput> | null | undefined;
  readonly clipping?: ClippingInput | null | undefined;
  /** 0 to below 1: share of the pooled features dropped before the dense layer in training. */
  readonly dropout?: number | null | undefined;
  /** 0 to below 1: share of the target spread evenly over all classes. */
  readonly labelSmoothing?: number | null | undefined;
  readonly schedule?: ScheduleInput | null | undefined;
  readonly stopping?: StoppingInput | null | undefined;
  readonly weightDecay?: WeightDecayInput | null | undefined;
};

export type SourceKind =
  | 'ARCHIVE'
  | 'CSV'
  | 'FLOWERS102'
  | 'FOLDER'
  | 'IMAGENET'
  | 'KERAS_H5'
  | 'SAMPLE';

/** What is kept of every training step. */
export type StepMetric =
  /** L2 norm of the whole gradient. */
  | 'GRADIENT_NORM'
  | 'LEARNING_RATE'
  /** Mean loss of the step's batch, before its update. */
  | 'LOSS'
  /** The step's own computing time. */
  | 'SECONDS';

export type StoppingEarlyStoppingInput = {
  readonly metric?: StoppingEarlyStoppingMetric | null | undefined;
  readonly minDelta?: number | null | undefined;
  readonly patience?: number | null | undefined;
  readonly restoreBest?: boolean | null | undefined;
  readonly startFromEpoch?: number | null | undefined;
};

export type StoppingEarlyStoppingMetric =
  | 'ACCURACY'
  | 'LOSS'
  | 'VAL_ACCURACY'
  | 'VAL_LOSS';

/** What ends a run before its last epoch. */
export type StoppingInput = {
  readonly earlyStopping?: StoppingEarlyStoppingInput | null | undefined;
  readonly minutes?: number | null | undefined;
  readonly target?: StoppingTargetInput | null | undefined;
};

export type StoppingTargetInput = {
  readonly stop?: boolean | null | undefined;
  readonly valAccuracy?: number | null | undefined;
};

export type VerdictMetric =
  | 'ACCURACY'
  | 'LOSS'
  | 'VAL_ACCURACY'
  | 'VAL_LOSS';

export type VerdictMoment =
  /** After the epoch with the best validation accuracy. */
  | 'BEST'
  /** After the epoch that is given, or the last of a run that has fewer. */
  | 'EPOCH'
  /** After the last epoch. */
  | 'LAST';

/** Decoupled: w ← w − rate·lr·w before each update. Without `vectors` only kernels decay. */
export type WeightDecayInput = {
  readonly rate?: number | null | undefined;
  readonly vectors?: boolean | null | undefined;
};

/** Where the backbone comes from: exactly one of these. */
export type WeightsInput =
  {   /** Keras' official ImageNet weights, fetched from their address; give `true`. */
  readonly imagenet: boolean; readonly kerasH5?: never; readonly sample?: never; }
  |  { readonly imagenet?: never;   /** A Keras HDF5 weight file without top. */
  readonly kerasH5: KerasH5Input; readonly sample?: never; }
  |  { readonly imagenet?: never; readonly kerasH5?: never;   /** The sample's own backbone; give `true`. */
  readonly sample: boolean; };

export type ExperimentChangesSubscriptionVariables = Exact<{
  id: string | number;
  after?: number;
}>;


export type ExperimentChangesSubscription = { readonly experimentChanges: { readonly cursor: number, readonly status: ExperimentStatus, readonly runs: ReadonlyArray<{ readonly id: string, readonly label: string, readonly seed: number, readonly status: RunStatus, readonly reason: string | null, readonly origin: RunOrigin, readonly attempt: number, readonly lastEpoch: number, readonly secondsLeft: number | null, readonly contender: { readonly id: string, readonly label: string, readonly learningRate: number | null, readonly optimizer: { readonly name: string } } }>, readonly epochs: ReadonlyArray<{ readonly runId: string, readonly epoch: number, readonly loss: number | null, readonly accuracy: number | null, readonly valLoss: number | null, readonly valAccuracy: number | null, readonly learningRate: number | null, readonly trainSeconds: number | null, readonly evaluationSeconds: number | null, readonly nonFinite: ReadonlyArray<{ readonly metric: Metric, readonly kind: NonFiniteKind }> }>, readonly events: ReadonlyArray<{ readonly id: string, readonly runId: string, readonly kind: EventKind, readonly epoch: number | null, readonly step: number | null, readonly message: string, readonly at: string, readonly numbers: ReadonlyArray<{ readonly name: string, readonly value: number | null, readonly nonFinite: NonFiniteKind | null }> }> } };

export type RunEpochsSubscriptionVariables = Exact<{
  id: string | number;
  after?: number;
}>;


export type RunEpochsSubscription = { readonly epochs: { readonly runId: string, readonly epoch: number, readonly loss: number | null, readonly accuracy: number | null, readonly valLoss: number | null, readonly valAccuracy: number | null, readonly learningRate: number | null, readonly trainSeconds: number | null, readonly evaluationSeconds: number | null, readonly nonFinite: ReadonlyArray<{ readonly metric: Metric, readonly kind: NonFiniteKind }> } };

export type EverythingSubscriptionVariables = Exact<{
  after?: string | null | undefined;
  types?: ReadonlyArray<ChangeType> | ChangeType | null | undefined;
}>;


export type EverythingSubscription = { readonly changes: { readonly cursor: string, readonly experiments: ReadonlyArray<{ readonly id: string, readonly name: string, readonly status: ExperimentStatus, readonly tags: ReadonlyArray<string> }>, readonly runs: ReadonlyArray<{ readonly id: string, readonly label: string, readonly seed: number, readonly status: RunStatus, readonly reason: string | null, readonly origin: RunOrigin, readonly attempt: number, readonly lastEpoch: number, readonly secondsLeft: number | null, readonly contender: { readonly id: string, readonly label: string, readonly learningRate: number | null, readonly optimizer: { readonly name: string } } }>, readonly epochs: ReadonlyArray<{ readonly runId: string, readonly epoch: number, readonly loss: number | null, readonly accuracy: number | null, readonly valLoss: number | null, readonly valAccuracy: number | null, readonly learningRate: number | null, readonly trainSeconds: number | null, readonly evaluationSeconds: number | null, readonly nonFinite: ReadonlyArray<{ readonly metric: Metric, readonly kind: NonFiniteKind }> }>, readonly events: ReadonlyArray<{ readonly id: string, readonly runId: string, readonly kind: EventKind, readonly epoch: number | null, readonly step: number | null, readonly message: string, readonly at: string, readonly numbers: ReadonlyArray<{ readonly name: string, readonly value: number | null, readonly nonFinite: NonFiniteKind | null }> }>, readonly annotations: ReadonlyArray<{ readonly id: string, readonly body: string }>, readonly comments: ReadonlyArray<{ readonly id: string, readonly body: string }> } };

export type RunSeriesQueryVariables = Exact<{
  id: string | number;
  metrics: ReadonlyArray<Metric> | Metric;
  after?: number;
  resolution?: number | null | undefined;
}>;


export type RunSeriesQuery = { readonly run: { readonly id: string, readonly series: ReadonlyArray<{ readonly metric: Metric, readonly epochs: ReadonlyArray<number>, readonly values: ReadonlyArray<number | null>, readonly nonFinite: ReadonlyArray<{ readonly epoch: number, readonly kind: NonFiniteKind }> }> } | null };

export type ExperimentSeriesQueryVariables = Exact<{
  id: string | number;
  metrics: ReadonlyArray<Metric> | Metric;
  resolution?: number | null | undefined;
}>;


export type ExperimentSeriesQuery = { readonly experiment: { readonly id: string, readonly runs: ReadonlyArray<{ readonly id: string, readonly label: string, readonly seed: number, readonly status: RunStatus, readonly reason: string | null, readonly origin: RunOrigin, readonly attempt: number, readonly lastEpoch: number, readonly secondsLeft: number | null, readonly series: ReadonlyArray<{ readonly metric: Metric, readonly epochs: ReadonlyArray<number>, readonly values: ReadonlyArray<number | null>, readonly nonFinite: ReadonlyArray<{ readonly epoch: number, readonly kind: NonFiniteKind }> }>, readonly contender: { readonly id: string, readonly label: string, readonly learningRate: number | null, readonly optimizer: { readonly name: string } } }> } | null };

export type StepSeriesQueryVariables = Exact<{
  id: string | number;
  metrics: ReadonlyArray<StepMetric> | StepMetric;
  after?: number;
  resolution?: number | null | undefined;
  runs?: ReadonlyArray<string | number> | string | number | null | undefined;
}>;


export type StepSeriesQuery = { readonly experiment: { readonly id: string, readonly stepSeries: ReadonlyArray<{ readonly runId: string, readonly metric: StepMetric, readonly recorded: number, readonly steps: ReadonlyArray<number>, readonly values: ReadonlyArray<number | null>, readonly nonFinite: ReadonlyArray<{ readonly step: number, readonly kind: NonFiniteKind }> }> } | null };

export type ExperimentPartsFragment = { readonly id: string, readonly name: string, readonly status: ExperimentStatus, readonly tags: ReadonlyArray<string>, readonly createdAt: string, readonly cursor: number, readonly epochs: number, readonly seeds: ReadonlyArray<number>, readonly dataset: { readonly kind: SourceKind, readonly label: string, readonly path: string | null }, readonly runs: ReadonlyArray<{ readonly id: string, readonly label: string, readonly seed: number, readonly status: RunStatus, readonly reason: string | null, readonly origin: RunOrigin, readonly attempt: number, readonly lastEpoch: number, readonly secondsLeft: number | null, readonly contender: { readonly id: string, readonly label: string, readonly learningRate: number | null, readonly optimizer: { readonly name: string } } }> };

export type RunPartsFragment = { readonly id: string, readonly label: string, readonly seed: number, readonly status: RunStatus, readonly reason: string | null, readonly origin: RunOrigin, readonly attempt: number, readonly lastEpoch: number, readonly secondsLeft: number | null, readonly contender: { readonly id: string, readonly label: string, readonly learningRate: number | null, readonly optimizer: { readonly name: string } } };

export type EpochPartsFragment = { readonly runId: string, readonly epoch: number, readonly loss: number | null, readonly accuracy: number | null, readonly valLoss: number | null, readonly valAccuracy: number | null, readonly learningRate: number | null, readonly trainSeconds: number | null, readonly evaluationSeconds: number | null, readonly nonFinite: ReadonlyArray<{ readonly metric: Metric, readonly kind: NonFiniteKind }> };

export type EventPartsFragment = { readonly id: string, readonly runId: string, readonly kind: EventKind, readonly epoch: number | null, readonly step: number | null, readonly message: string, readonly at: string, readonly numbers: ReadonlyArray<{ readonly name: string, readonly value: number | null, readonly nonFinite: NonFiniteKind | null }> };

type RefusalParts_Conflict_Fragment = { readonly code: RefusalCode, readonly message: string };

type RefusalParts_InvalidInput_Fragment = { readonly code: RefusalCode, readonly message: string, readonly problems: ReadonlyArray<{ readonly field: string, readonly message: string }> };

type RefusalParts_NotFound_Fragment = { readonly code: RefusalCode, readonly message: string };

export type RefusalPartsFragment =
  | RefusalParts_Conflict_Fragment
  | RefusalParts_InvalidInput_Fragment
  | RefusalParts_NotFound_Fragment
;

export type ExperimentsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  filter?: ExperimentFilter | null | undefined;
  order?: ExperimentOrder | null | undefined;
}>;


export type ExperimentsQuery = { readonly experiments: { readonly totalCount: number, readonly nodes: ReadonlyArray<{ readonly id: string, readonly name: string, readonly status: ExperimentStatus, readonly tags: ReadonlyArray<string>, readonly createdAt: string, readonly cursor: number, readonly epochs: number, readonly seeds: ReadonlyArray<number>, readonly dataset: { readonly kind: SourceKind, readonly label: string, readonly path: string | null }, readonly runs: ReadonlyArray<{ readonly id: string, readonly label: string, readonly seed: number, readonly status: RunStatus, readonly reason: string | null, readonly origin: RunOrigin, readonly attempt: number, readonly lastEpoch: number, readonly secondsLeft: number | null, readonly contender: { readonly id: string, readonly label: string, readonly learningRate: number | null, readonly optimizer: { readonly name: string } } }> }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } };

export type ExperimentQueryVariables = Exact<{
  id: string | number;
}>;


export type ExperimentQuery = { readonly experiment: { readonly id: string, readonly name: string, readonly status: ExperimentStatus, readonly tags: ReadonlyArray<string>, readonly createdAt: string, readonly cursor: number, readonly epochs: number, readonly seeds: ReadonlyArray<number>, readonly dataset: { readonly kind: SourceKind, readonly label: string, readonly path: string | null }, readonly runs: ReadonlyArray<{ readonly id: string, readonly label: string, readonly seed: number, readonly status: RunStatus, readonly reason: string | null, readonly origin: RunOrigin, readonly attempt: number, readonly lastEpoch: number, readonly secondsLeft: number | null, readonly contender: { readonly id: string, readonly label: string, readonly learningRate: number | null, readonly optimizer: { readonly name: string } } }> } | null };

export type VerdictQueryVariables = Exact<{
  id: string | number;
  metric?: VerdictMetric;
  moment?: VerdictMoment;
}>;


export type VerdictQuery = { readonly experiment: { readonly id: string, readonly verdict: { readonly sentences: ReadonlyArray<string>, readonly standings: ReadonlyArray<{ readonly mean: number, readonly low: number | null, readonly high: number | null, readonly seeds: number, readonly open: number, readonly diverged: number, readonly contender: { readonly id: string, readonly label: string } }> } } | null };

export type ServerQueryVariables = Exact<{ [key: string]: never; }>;


export type ServerQuery = { readonly server: { readonly version: string, readonly database: string, readonly workers: number, readonly state: { readonly queueLength: number, readonly databaseBytes: number, readonly featureCacheBytes: number, readonly checkpointBytes: number } | null } };

export type OptimizersQueryVariables = Exact<{ [key: string]: never; }>;


export type OptimizersQuery = { readonly optimizers: ReadonlyArray<{ readonly name: string, readonly label: string, readonly summary: string, readonly hyperparameters: ReadonlyArray<{ readonly name: string, readonly default: number, readonly min: number | null, readonly max: number | null, readonly exclusiveMin: boolean, readonly exclusiveMax: boolean, readonly integer: boolean, readonly description: string }> }> };

export type ValidateExperimentQueryVariables = Exact<{
  input: CreateExperimentInput;
}>;


export type ValidateExperimentQuery = { readonly validateExperiment:
    | { readonly __typename: 'ExperimentPlan', readonly name: string, readonly epochs: number, readonly runs: number, readonly seeds: ReadonlyArray<number>, readonly contenders: ReadonlyArray<{ readonly label: string }> }
    | { readonly __typename: 'InvalidInput', readonly code: RefusalCode, readonly message: string, readonly problems: ReadonlyArray<{ readonly field: string, readonly message: string }> }
   };

export type CreateExperimentMutationVariables = Exact<{
  input: CreateExperimentInput;
}>;


export type CreateExperimentMutation = { readonly createExperiment:
    | { readonly __typename: 'Experiment', readonly id: string, readonly name: string, readonly status: ExperimentStatus, readonly tags: ReadonlyArray<string>, readonly createdAt: string, readonly cursor: number, readonly epochs: number, readonly seeds: ReadonlyArray<number>, readonly dataset: { readonly kind: SourceKind, readonly label: string, readonly path: string | null }, readonly runs: ReadonlyArray<{ readonly id: string, readonly label: string, readonly seed: number, readonly status: RunStatus, readonly reason: string | null, readonly origin: RunOrigin, readonly attempt: number, readonly lastEpoch: number, readonly secondsLeft: number | null, readonly contender: { readonly id: string, readonly label: string, readonly learningRate: number | null, readonly optimizer: { readonly name: string } } }> }
    | { readonly __typename: 'InvalidInput', readonly code: RefusalCode, readonly message: string, readonly problems: ReadonlyArray<{ readonly field: string, readonly message: string }> }
   };

export type CloneExperimentMutationVariables = Exact<{
  id: string | number;
  changes: CreateExperimentInput;
}>;


export type CloneExperimentMutation = { readonly cloneExperiment:
    | { readonly __typename: 'Conflict', readonly code: RefusalCode, readonly message: string }
    | { readonly __typename: 'Experiment', readonly id: string, readonly name: string, readonly status: ExperimentStatus, readonly tags: ReadonlyArray<string>, readonly createdAt: string, readonly cursor: number, readonly epochs: number, readonly seeds: ReadonlyArray<number>, readonly dataset: { readonly kind: SourceKind, readonly label: string, readonly path: string | null }, readonly runs: ReadonlyArray<{ readonly id: string, readonly label: string, readonly seed: number, readonly status: RunStatus, readonly reason: string | null, readonly origin: RunOrigin, readonly attempt: number, readonly lastEpoch: number, readonly secondsLeft: number | null, readonly contender: { readonly id: string, readonly label: string, readonly learningRate: number | null, readonly optimizer: { readonly name: string } } }> }
    | { readonly __typename: 'InvalidInput', readonly code: RefusalCode, readonly message: string, readonly problems: ReadonlyArray<{ readonly field: string, readonly message: string }> }
    | { readonly __typename: 'NotFound', readonly code: RefusalCode, readonly message: string }
   };

export type ExtendExperimentMutationVariables = Exact<{
  id: string | number;
  epochs?: number | null | undefined;
  seeds?: ReadonlyArray<number> | number | null | undefined;
  contenders?: ReadonlyArray<ContenderInput> | ContenderInput | null | undefined;
  idempotencyKey?: string | null | undefined;
}>;


export type ExtendExperimentMutation = { readonly extendExperiment:
    | { readonly __typename: 'Conflict', readonly code: RefusalCode, readonly message: string }
    | { readonly __typename: 'Experiment', readonly id: string, readonly name: string, readonly status: ExperimentStatus, readonly tags: ReadonlyArray<string>, readonly createdAt: string, readonly cursor: number, readonly epochs: number, readonly seeds: ReadonlyArray<number>, readonly dataset: { readonly kind: SourceKind, readonly label: string, readonly path: string | null }, readonly runs: ReadonlyArray<{ readonly id: string, readonly label: string, readonly seed: number, readonly status: RunStatus, readonly reason: string | null, readonly origin: RunOrigin, readonly attempt: number, readonly lastEpoch: number, readonly secondsLeft: number | null, readonly contender: { readonly id: string, readonly label: string, readonly learningRate: number | null, readonly optimizer: { readonly name: string } } }> }
    | { readonly __typename: 'InvalidInput', readonly code: RefusalCode, readonly message: string, readonly problems: ReadonlyArray<{ readonly field: string, readonly message: string }> }
    | { readonly __typename: 'NotFound', readonly code: RefusalCode, readonly message: string }
   };

export type PauseExperimentMutationVariables = Exact<{
  id: string | number;
  idempotencyKey?: string | null | undefined;
}>;


export type PauseExperimentMutation = { readonly pauseExperiment:
    | { readonly __typename: 'Conflict', readonly code: RefusalCode, readonly message: string }
    | { readonly __typename: 'Experiment', readonly id: string, readonly name: string, readonly status: ExperimentStatus, readonly tags: ReadonlyArray<string>, readonly createdAt: string, readonly cursor: number, readonly epochs: number, readonly seeds: ReadonlyArray<number>, readonly dataset: { readonly kind: SourceKind, readonly label: string, readonly path: string | null }, readonly runs: ReadonlyArray<{ readonly id: string, readonly label: string, readonly seed: number, readonly status: RunStatus, readonly reason: string | null, readonly origin: RunOrigin, readonly attempt: number, readonly lastEpoch: number, readonly secondsLeft: number | null, readonly contender: { readonly id: string, readonly label: string, readonly learningRate: number | null, readonly optimizer: { readonly name: string } } }> }
    | { readonly __typename: 'InvalidInput', readonly code: RefusalCode, readonly message: string, readonly problems: ReadonlyArray<{ readonly field: string, readonly message: string }> }
    | { readonly __typename: 'NotFound', readonly code: RefusalCode, readonly message: string }
   };

export type ResumeExperimentMutationVariables = Exact<{
  id: string | number;
  idempotencyKey?: string | null | undefined;
}>;


export type ResumeExperimentMutation = { readonly resumeExperiment:
    | { readonly __typename: 'Conflict', readonly code: RefusalCode, readonly message: string }
    | { readonly __typename: 'Experiment', readonly id: string, readonly name: string, readonly status: ExperimentStatus, readonly tags: ReadonlyArray<string>, readonly createdAt: string, readonly cursor: number, readonly epochs: number, readonly seeds: ReadonlyArray<number>, readonly dataset: { readonly kind: SourceKind, readonly label: string, readonly path: string | null }, readonly runs: ReadonlyArray<{ readonly id: string, readonly label: string, readonly seed: number, readonly status: RunStatus, readonly reason: string | null, readonly origin: RunOrigin, readonly attempt: number, readonly lastEpoch: number, readonly secondsLeft: number | null, readonly contender: { readonly id: string, readonly label: string, readonly learningRate: number | null, readonly optimizer: { readonly name: string } } }> }
    | { readonly __typename: 'InvalidInput', readonly code: RefusalCode, readonly message: string, readonly problems: ReadonlyArray<{ readonly field: string, readonly message: string }> }
    | { readonly __typename: 'NotFound', readonly code: RefusalCode, readonly message: string }
   };

export type CancelExperimentMutationVariables = Exact<{
  id: string | number;
  idempotencyKey?: string | null | undefined;
}>;


export type CancelExperimentMutation = { readonly cancelExperiment:
    | { readonly __typename: 'Conflict', readonly code: RefusalCode, readonly message: string }
    | { readonly __typename: 'Experiment', readonly id: string, readonly name: string, readonly status: ExperimentStatus, readonly tags: ReadonlyArray<string>, readonly createdAt: string, readonly cursor: number, readonly epochs: number, readonly seeds: ReadonlyArray<number>, readonly dataset: { readonly kind: SourceKind, readonly label: string, readonly path: string | null }, readonly runs: ReadonlyArray<{ readonly id: string, readonly label: string, readonly seed: number, readonly status: RunStatus, readonly reason: string | null, readonly origin: RunOrigin, readonly attempt: number, readonly lastEpoch: number, readonly secondsLeft: number | null, readonly contender: { readonly id: string, readonly label: string, readonly learningRate: number | null, readonly optimizer: { readonly name: string } } }> }
    | { readonly __typename: 'InvalidInput', readonly code: RefusalCode, readonly message: string, readonly problems: ReadonlyArray<{ readonly field: string, readonly message: string }> }
    | { readonly __typename: 'NotFound', readonly code: RefusalCode, readonly message: string }
   };

export type DeleteExperimentMutationVariables = Exact<{
  id: string | number;
  idempotencyKey?: string | null | undefined;
}>;


export type DeleteExperimentMutation = { readonly deleteExperiment:
    | { readonly __typename: 'Conflict', readonly code: RefusalCode, readonly message: string }
    | { readonly __typename: 'Experiment', readonly id: string, readonly name: string, readonly status: ExperimentStatus, readonly tags: ReadonlyArray<string>, readonly createdAt: string, readonly cursor: number, readonly epochs: number, readonly seeds: ReadonlyArray<number>, readonly dataset: { readonly kind: SourceKind, readonly label: string, readonly path: string | null }, readonly runs: ReadonlyArray<{ readonly id: string, readonly label: string, readonly seed: number, readonly status: RunStatus, readonly reason: string | null, readonly origin: RunOrigin, readonly attempt: number, readonly lastEpoch: number, readonly secondsLeft: number | null, readonly contender: { readonly id: string, readonly label: string, readonly learningRate: number | null, readonly optimizer: { readonly name: string } } }> }
    | { readonly __typename: 'InvalidInput', readonly code: RefusalCode, readonly message: string, readonly problems: ReadonlyArray<{ readonly field: string, readonly message: string }> }
    | { readonly __typename: 'NotFound', readonly code: RefusalCode, readonly message: string }
   };

export type TagExperimentMutationVariables = Exact<{
  id: string | number;
  add?: ReadonlyArray<string> | string;
  remove?: ReadonlyArray<string> | string;
  idempotencyKey?: string | null | undefined;
}>;


export type TagExperimentMutation = { readonly tagExperiment:
    | { readonly __typename: 'Conflict', readonly code: RefusalCode, readonly message: string }
    | { readonly __typename: 'Experiment', readonly id: string, readonly name: string, readonly status: ExperimentStatus, readonly tags: ReadonlyArray<string>, readonly createdAt: string, readonly cursor: number, readonly epochs: number, readonly seeds: ReadonlyArray<number>, readonly dataset: { readonly kind: SourceKind, readonly label: string, readonly path: string | null }, readonly runs: ReadonlyArray<{ readonly id: string, readonly label: string, readonly seed: number, readonly status: RunStatus, readonly reason: string | null, readonly origin: RunOrigin, readonly attempt: number, readonly lastEpoch: number, readonly secondsLeft: number | null, readonly contender: { readonly id: string, readonly label: string, readonly learningRate: number | null, readonly optimizer: { readonly name: string } } }> }
    | { readonly __typename: 'InvalidInput', readonly code: RefusalCode, readonly message: string, readonly problems: ReadonlyArray<{ readonly field: string, readonly message: string }> }
    | { readonly __typename: 'NotFound', readonly code: RefusalCode, readonly message: string }
   };

export type RenameExperimentMutationVariables = Exact<{
  id: string | number;
  name: string;
  idempotencyKey?: string | null | undefined;
}>;


export type RenameExperimentMutation = { readonly renameExperiment:
    | { readonly __typename: 'Conflict', readonly code: RefusalCode, readonly message: string }
    | { readonly __typename: 'Experiment', readonly id: string, readonly name: string, readonly status: ExperimentStatus, readonly tags: ReadonlyArray<string>, readonly createdAt: string, readonly cursor: number, readonly epochs: number, readonly seeds: ReadonlyArray<number>, readonly dataset: { readonly kind: SourceKind, readonly label: string, readonly path: string | null }, readonly runs: ReadonlyArray<{ readonly id: string, readonly label: string, readonly seed: number, readonly status: RunStatus, readonly reason: string | null, readonly origin: RunOrigin, readonly attempt: number, readonly lastEpoch: number, readonly secondsLeft: number | null, readonly contender: { readonly id: string, readonly label: string, readonly learningRate: number | null, readonly optimizer: { readonly name: string } } }> }
    | { readonly __typename: 'InvalidInput', readonly code: RefusalCode, readonly message: string, readonly problems: ReadonlyArray<{ readonly field: string, readonly message: string }> }
    | { readonly __typename: 'NotFound', readonly code: RefusalCode, readonly message: string }
   };

export type RerunMutationVariables = Exact<{
  runId: string | number;
  idempotencyKey?: string | null | undefined;
}>;


export type RerunMutation = { readonly rerun:
    | { readonly __typename: 'Conflict', readonly code: RefusalCode, readonly message: string }
    | { readonly __typename: 'InvalidInput', readonly code: RefusalCode, readonly message: string, readonly problems: ReadonlyArray<{ readonly field: string, readonly message: string }> }
    | { readonly __typename: 'NotFound', readonly code: RefusalCode, readonly message: string }
    | { readonly __typename: 'Run', readonly id: string, readonly label: string, readonly seed: number, readonly status: RunStatus, readonly reason: string | null, readonly origin: RunOrigin, readonly attempt: number, readonly lastEpoch: number, readonly secondsLeft: number | null, readonly contender: { readonly id: string, readonly label: string, readonly learningRate: number | null, readonly optimizer: { readonly name: string } } }
   };

export const ExperimentChanges = /* @__PURE__ */ operation<ExperimentChangesSubscription, ExperimentChangesSubscriptionVariables>(`subscription ExperimentChanges($id: ID!, $after: Int! = 0) {
  experimentChanges(experimentId: $id, after: $after) {
    cursor
    status
    runs {
      ...RunParts
    }
    epochs {
      ...EpochParts
    }
    events {
      ...EventParts
    }
  }
}

fragment RunParts on Run {
  id
  label
  seed
  status
  reason
  origin
  attempt
  lastEpoch
  secondsLeft
  contender {
    id
    label
    learningRate
    optimizer {
      name
    }
  }
}

fragment EpochParts on Epoch {
  runId
  epoch
  loss
  accuracy
  valLoss
  valAccuracy
  learningRate
  trainSeconds
  evaluationSeconds
  nonFinite {
    metric
    kind
  }
}

fragment EventParts on Event {
  id
  runId
  kind
  epoch
  step
  message
  at
  numbers {
    name
    value
    nonFinite
  }
}`);

export const RunEpochs = /* @__PURE__ */ operation<RunEpochsSubscription, RunEpochsSubscriptionVariables>(`subscription RunEpochs($id: ID!, $after: Int! = 0) {
  epochs(runId: $id, after: $after) {
    ...EpochParts
  }
}

fragment EpochParts on Epoch {
  runId
  epoch
  loss
  accuracy
  valLoss
  valAccuracy
  learningRate
  trainSeconds
  evaluationSeconds
  nonFinite {
    metric
    kind
  }
}`);

export const Everything = /* @__PURE__ */ operation<EverythingSubscription, EverythingSubscriptionVariables>(`subscription Everything($after: String, $types: [ChangeType!]) {
  changes(after: $after, types: $types) {
    cursor
    experiments {
      id
      name
      status
      tags
    }
    runs {
      ...RunParts
    }
    epochs {
      ...EpochParts
    }
    events {
      ...EventParts
    }
    annotations {
      id
      body
    }
    comments {
      id
      body
    }
  }
}

fragment RunParts on Run {
  id
  label
  seed
  status
  reason
  origin
  attempt
  lastEpoch
  secondsLeft
  contender {
    id
    label
    learningRate
    optimizer {
      name
    }
  }
}

fragment EpochParts on Epoch {
  runId
  epoch
  loss
  accuracy
  valLoss
  valAccuracy
  learningRate
  trainSeconds
  evaluationSeconds
  nonFinite {
    metric
    kind
  }
}

fragment EventParts on Event {
  id
  runId
  kind
  epoch
  step
  message
  at
  numbers {
    name
    value
    nonFinite
  }
}`);

export const RunSeries = /* @__PURE__ */ operation<RunSeriesQuery, RunSeriesQueryVariables>(`query RunSeries($id: ID!, $metrics: [Metric!]!, $after: Int! = 0, $resolution: Int) {
  run(id: $id) {
    id
    series(metrics: $metrics, after: $after, resolution: $resolution) {
      metric
      epochs
      values
      nonFinite {
        epoch
        kind
      }
    }
  }
}`);

export const ExperimentSeries = /* @__PURE__ */ operation<ExperimentSeriesQuery, ExperimentSeriesQueryVariables>(`query ExperimentSeries($id: ID!, $metrics: [Metric!]!, $resolution: Int) {
  experiment(id: $id) {
    id
    runs {
      ...RunParts
      series(metrics: $metrics, resolution: $resolution) {
        metric
        epochs
        values
        nonFinite {
          epoch
          kind
        }
      }
    }
  }
}

fragment RunParts on Run {
  id
  label
  seed
  status
  reason
  origin
  attempt
  lastEpoch
  secondsLeft
  contender {
    id
    label
    learningRate
    optimizer {
      name
    }
  }
}`);

export const StepSeries = /* @__PURE__ */ operation<StepSeriesQuery, StepSeriesQueryVariables>(`query StepSeries($id: ID!, $metrics: [StepMetric!]!, $after: Int! = 0, $resolution: Int, $runs: [ID!]) {
  experiment(id: $id) {
    id
    stepSeries(
      metrics: $metrics
      after: $after
      resolution: $resolution
      runs: $runs
    ) {
      runId
      metric
      recorded
      steps
      values
      nonFinite {
        step
        kind
      }
    }
  }
}`);

export const Experiments = /* @__PURE__ */ operation<ExperimentsQuery, ExperimentsQueryVariables>(`query Experiments($first: Int = 20, $after: String, $filter: ExperimentFilter, $order: ExperimentOrder) {
  experiments(first: $first, after: $after, filter: $filter, order: $order) {
    totalCount
    nodes {
      ...ExperimentParts
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}

fragment ExperimentParts on Experiment {
  id
  name
  status
  tags
  createdAt
  cursor
  epochs
  seeds
  dataset {
    kind
    label
    path
  }
  runs {
    ...RunParts
  }
}

fragment RunParts on Run {
  id
  label
  seed
  status
  reason
  origin
  attempt
  lastEpoch
  secondsLeft
  contender {
    id
    label
    learningRate
    optimizer {
      name
    }
  }
}`);

export const Experiment = /* @__PURE__ */ operation<ExperimentQuery, ExperimentQueryVariables>(`query Experiment($id: ID!) {
  experiment(id: $id) {
    ...ExperimentParts
  }
}

fragment ExperimentParts on Experiment {
  id
  name
  status
  tags
  createdAt
  cursor
  epochs
  seeds
  dataset {
    kind
    label
    path
  }
  runs {
    ...RunParts
  }
}

fragment RunParts on Run {
  id
  label
  seed
  status
  reason
  origin
  attempt
  lastEpoch
  secondsLeft
  contender {
    id
    label
    learningRate
    optimizer {
      name
    }
  }
}`);

export const Verdict = /* @__PURE__ */ operation<VerdictQuery, VerdictQueryVariables>(`query Verdict($id: ID!, $metric: VerdictMetric! = VAL_ACCURACY, $moment: VerdictMoment! = BEST) {
  experiment(id: $id) {
    id
    verdict(metric: $metric, moment: $moment) {
      sentences
      standings {
        contender {
          id
          label
        }
        mean
        low
        high
        seeds
        open
        diverged
      }
    }
  }
}`);

export const Server = /* @__PURE__ */ operation<ServerQuery, ServerQueryVariables>(`query Server {
  server {
    version
    database
    workers
    state {
      queueLength
      databaseBytes
      featureCacheBytes
      checkpointBytes
    }
  }
}`);

export const Optimizers = /* @__PURE__ */ operation<OptimizersQuery, OptimizersQueryVariables>(`query Optimizers {
  optimizers {
    name
    label
    summary
    hyperparameters {
      name
      default
      min
      max
      exclusiveMin
      exclusiveMax
      integer
      description
    }
  }
}`);

export const ValidateExperiment = /* @__PURE__ */ operation<ValidateExperimentQuery, ValidateExperimentQueryVariables>(`query ValidateExperiment($input: CreateExperimentInput!) {
  validateExperiment(input: $input) {
    __typename
    ... on ExperimentPlan {
      name
      epochs
      runs
      seeds
      contenders {
        label
      }
    }
    ...RefusalParts
  }
}

fragment RefusalParts on Refusal {
  code
  message
  ... on InvalidInput {
    problems {
      field
      message
    }
  }
}`);

export const CreateExperiment = /* @__PURE__ */ operation<CreateExperimentMutation, CreateExperimentMutationVariables>(`mutation CreateExperiment($input: CreateExperimentInput!) {
  createExperiment(input: $input) {
    __typename
    ...ExperimentParts
    ...RefusalParts
  }
}

fragment ExperimentParts on Experiment {
  id
  name
  status
  tags
  createdAt
  cursor
  epochs
  seeds
  dataset {
    kind
    label
    path
  }
  runs {
    ...RunParts
  }
}

fragment RunParts on Run {
  id
  label
  seed
  status
  reason
  origin
  attempt
  lastEpoch
  secondsLeft
  contender {
    id
    label
    learningRate
    optimizer {
      name
    }
  }
}

fragment RefusalParts on Refusal {
  code
  message
  ... on InvalidInput {
    problems {
      field
      message
    }
  }
}`);

export const CloneExperiment = /* @__PURE__ */ operation<CloneExperimentMutation, CloneExperimentMutationVariables>(`mutation CloneExperiment($id: ID!, $changes: CreateExperimentInput!) {
  cloneExperiment(id: $id, changes: $changes) {
    __typename
    ...ExperimentParts
    ...RefusalParts
  }
}

fragment ExperimentParts on Experiment {
  id
  name
  status
  tags
  createdAt
  cursor
  epochs
  seeds
  dataset {
    kind
    label
    path
  }
  runs {
    ...RunParts
  }
}

fragment RunParts on Run {
  id
  label
  seed
  status
  reason
  origin
  attempt
  lastEpoch
  secondsLeft
  contender {
    id
    label
    learningRate
    optimizer {
      name
    }
  }
}

fragment RefusalParts on Refusal {
  code
  message
  ... on InvalidInput {
    problems {
      field
      message
    }
  }
}`);

export const ExtendExperiment = /* @__PURE__ */ operation<ExtendExperimentMutation, ExtendExperimentMutationVariables>(`mutation ExtendExperiment($id: ID!, $epochs: Int, $seeds: [Int!], $contenders: [ContenderInput!], $idempotencyKey: String) {
  extendExperiment(
    id: $id
    epochs: $epochs
    seeds: $seeds
    contenders: $contenders
    idempotencyKey: $idempotencyKey
  ) {
    __typename
    ...ExperimentParts
    ...RefusalParts
  }
}

fragment ExperimentParts on Experiment {
  id
  name
  status
  tags
  createdAt
  cursor
  epochs
  seeds
  dataset {
    kind
    label
    path
  }
  runs {
    ...RunParts
  }
}

fragment RunParts on Run {
  id
  label
  seed
  status
  reason
  origin
  attempt
  lastEpoch
  secondsLeft
  contender {
    id
    label
    learningRate
    optimizer {
      name
    }
  }
}

fragment RefusalParts on Refusal {
  code
  message
  ... on InvalidInput {
    problems {
      field
      message
    }
  }
}`);

export const PauseExperiment = /* @__PURE__ */ operation<PauseExperimentMutation, PauseExperimentMutationVariables>(`mutation PauseExperiment($id: ID!, $idempotencyKey: String) {
  pauseExperiment(id: $id, idempotencyKey: $idempotencyKey) {
    __typename
    ...ExperimentParts
    ...RefusalParts
  }
}

fragment ExperimentParts on Experiment {
  id
  name
  status
  tags
  createdAt
  cursor
  epochs
  seeds
  dataset {
    kind
    label
    path
  }
  runs {
    ...RunParts
  }
}

fragment RunParts on Run {
  id
  label
  seed
  status
  reason
  origin
  attempt
  lastEpoch
  secondsLeft
  contender {
    id
    label
    learningRate
    optimizer {
      name
    }
  }
}

fragment RefusalParts on Refusal {
  code
  message
  ... on InvalidInput {
    problems {
      field
      message
    }
  }
}`);

export const ResumeExperiment = /* @__PURE__ */ operation<ResumeExperimentMutation, ResumeExperimentMutationVariables>(`mutation ResumeExperiment($id: ID!, $idempotencyKey: String) {
  resumeExperiment(id: $id, idempotencyKey: $idempotencyKey) {
    __typename
    ...ExperimentParts
    ...RefusalParts
  }
}

fragment ExperimentParts on Experiment {
  id
  name
  status
  tags
  createdAt
  cursor
  epochs
  seeds
  dataset {
    kind
    label
    path
  }
  runs {
    ...RunParts
  }
}

fragment RunParts on Run {
  id
  label
  seed
  status
  reason
  origin
  attempt
  lastEpoch
  secondsLeft
  contender {
    id
    label
    learningRate
    optimizer {
      name
    }
  }
}

fragment RefusalParts on Refusal {
  code
  message
  ... on InvalidInput {
    problems {
      field
      message
    }
  }
}`);

export const CancelExperiment = /* @__PURE__ */ operation<CancelExperimentMutation, CancelExperimentMutationVariables>(`mutation CancelExperiment($id: ID!, $idempotencyKey: String) {
  cancelExperiment(id: $id, idempotencyKey: $idempotencyKey) {
    __typename
    ...ExperimentParts
    ...RefusalParts
  }
}

fragment ExperimentParts on Experiment {
  id
  name
  status
  tags
  createdAt
  cursor
  epochs
  seeds
  dataset {
    kind
    label
    path
  }
  runs {
    ...RunParts
  }
}

fragment RunParts on Run {
  id
  label
  seed
  status
  reason
  origin
  attempt
  lastEpoch
  secondsLeft
  contender {
    id
    label
    learningRate
    optimizer {
      name
    }
  }
}

fragment RefusalParts on Refusal {
  code
  message
  ... on InvalidInput {
    problems {
      field
      message
    }
  }
}`);

export const DeleteExperiment = /* @__PURE__ */ operation<DeleteExperimentMutation, DeleteExperimentMutationVariables>(`mutation DeleteExperiment($id: ID!, $idempotencyKey: String) {
  deleteExperiment(id: $id, idempotencyKey: $idempotencyKey) {
    __typename
    ...ExperimentParts
    ...RefusalParts
  }
}

fragment ExperimentParts on Experiment {
  id
  name
  status
  tags
  createdAt
  cursor
  epochs
  seeds
  dataset {
    kind
    label
    path
  }
  runs {
    ...RunParts
  }
}

fragment RunParts on Run {
  id
  label
  seed
  status
  reason
  origin
  attempt
  lastEpoch
  secondsLeft
  contender {
    id
    label
    learningRate
    optimizer {
      name
    }
  }
}

fragment RefusalParts on Refusal {
  code
  message
  ... on InvalidInput {
    problems {
      field
      message
    }
  }
}`);

export const TagExperiment = /* @__PURE__ */ operation<TagExperimentMutation, TagExperimentMutationVariables>(`mutation TagExperiment($id: ID!, $add: [String!]! = [], $remove: [String!]! = [], $idempotencyKey: String) {
  tagExperiment(
    id: $id
    add: $add
    remove: $remove
    idempotencyKey: $idempotencyKey
  ) {
    __typename
    ...ExperimentParts
    ...RefusalParts
  }
}

fragment ExperimentParts on Experiment {
  id
  name
  status
  tags
  createdAt
  cursor
  epochs
  seeds
  dataset {
    kind
    label
    path
  }
  runs {
    ...RunParts
  }
}

fragment RunParts on Run {
  id
  label
  seed
  status
  reason
  origin
  attempt
  lastEpoch
  secondsLeft
  contender {
    id
    label
    learningRate
    optimizer {
      name
    }
  }
}

fragment RefusalParts on Refusal {
  code
  message
  ... on InvalidInput {
    problems {
      field
      message
    }
  }
}`);

export const RenameExperiment = /* @__PURE__ */ operation<RenameExperimentMutation, RenameExperimentMutationVariables>(`mutation RenameExperiment($id: ID!, $name: String!, $idempotencyKey: String) {
  renameExperiment(id: $id, name: $name, idempotencyKey: $idempotencyKey) {
    __typename
    ...ExperimentParts
    ...RefusalParts
  }
}

fragment ExperimentParts on Experiment {
  id
  name
  status
  tags
  createdAt
  cursor
  epochs
  seeds
  dataset {
    kind
    label
    path
  }
  runs {
    ...RunParts
  }
}

fragment RunParts on Run {
  id
  label
  seed
  status
  reason
  origin
  attempt
  lastEpoch
  secondsLeft
  contender {
    id
    label
    learningRate
    optimizer {
      name
    }
  }
}

fragment RefusalParts on Refusal {
  code
  message
  ... on InvalidInput {
    problems {
      field
      message
    }
  }
}`);

export const Rerun = /* @__PURE__ */ operation<RerunMutation, RerunMutationVariables>(`mutation Rerun($runId: ID!, $idempotencyKey: String) {
  rerun(runId: $runId, idempotencyKey: $idempotencyKey) {
    __typename
    ... on Run {
      ...RunParts
    }
    ...RefusalParts
  }
}

fragment RunParts on Run {
  id
  label
  seed
  status
  reason
  origin
  attempt
  lastEpoch
  secondsLeft
  contender {
    id
    label
    learningRate
    optimizer {
      name
    }
  }
}

fragment RefusalParts on Refusal {
  code
  message
  ... on InvalidInput {
    problems {
      field
      message
    }
  }
}`);