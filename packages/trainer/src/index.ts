export { Augmentation } from './augmentation/settings.ts';
export type { Checkpoint, Keep } from './checkpoint.ts';
export {
  BEST,
  CheckpointError,
  newestWhole,
  pruneCheckpoints,
  RESTORED,
  readNamedCheckpoint,
} from './checkpoint.ts';
export { parseDataArgument } from './data/data-argument.ts';
export { DatasetError } from './data/dataset-error.ts';
export type { SkippedGroup } from './data/skip-summary.ts';
export { skipSummary } from './data/skip-summary.ts';
export { DownloadError } from './download/download-error.ts';
export type {
  CheckpointEvent,
  DivergedEvent,
  EngineDescription,
  EpochEvent,
  EpochMetrics,
  FeaturesEvent,
  FindingEvent,
  FinishedEvent,
  LayersEvent,
  NonFiniteKind,
  PassedOver,
  PreparingEvent,
  SkippedImage,
  StartedEvent,
  StepEvent,
  Suggestion,
  TargetEvent,
  TrainEvent,
} from './events.ts';
export { nonFiniteKind } from './events.ts';
export { featureSetFiles } from './features/feature-set.ts';
export type {
  EpsilonPlace,
  EpsilonPlacement,
  ImplementationCard,
  ImplementationDifference,
  Reference,
} from './optimizers/implementation-card.ts';
export type { Hyperparameter, Hyperparameters, Optimizer, WeightRole } from './optimizers/optimizer.ts';
export {
  contender,
  OPTIMIZERS,
  OptimizerSpecError,
  optimizerNamed,
  resolveHyperparameters,
} from './optimizers/registry.ts';
export type { Preset } from './presets.ts';
export { PRESETS } from './presets.ts';
export {
  DataSource,
  EngineChoice,
  INPUT_SIZES,
  OptimizerSpec,
  RunConfig,
  WeightsSource,
  WIDTHS,
} from './run-config.ts';
export { RunDiscarded } from './run-discarded.ts';
export type { ScheduleDescription } from './schedules/schedules.ts';
export { dependsOnWholeRun, SCHEDULES, Schedule, scheduleProblem } from './schedules/schedules.ts';
export type { FinishReason } from './stopping/stop-reason.ts';
export { EarlyStopping, Stopping, Target } from './stopping/stopping.ts';
export type { TrainOptions } from './train.ts';
export { train } from './train.ts';
export { WeightFileError } from './weights/weight-file-error.ts';
