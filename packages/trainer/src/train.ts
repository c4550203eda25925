import { createHash } from 'node:crypto';
import type { TrainEvent } from './events.ts';
import { fit } from './fit.ts';
import { parameterCounts } from './model/train-step.ts';
import { contender } from './optimizers/registry.ts';
import { type PreparationHandle, type PreparationProgress, type Prepared, prepare } from './prepare.ts';
import { type EngineChoice, RunConfig } from './run-config.ts';
import { runSetup } from './run-setup.ts';
import { dependsOnWholeRun, scheduleProblem } from './schedules/schedules.ts';

export interface TrainOptions {
  readonly signal?: AbortSignal | undefined;
  /** Frozen features and what else can be computed again; shared by all runs and processes. */
  readonly cacheDirectory: string;
  /** This run's own; without it nothing is written and a run cannot go on. */
  readonly checkpointDirectory?: string | undefined;
  /** A checkpoint also after every so many updates; after epochs, about every half minute and at a stop they come anyway. */
  readonly checkpointEverySteps?: number | undefined;
  readonly engine?: EngineChoice | undefined;
  /** Threads of the engine; all cores when left out. */
  readonly threads?: number | undefined;
  /** Features larger than this stay on disk and are read a batch at a time; 256 MiB when left out. */
  readonly featureMemoryBytes?: number | undefined;
}

/**
 * One run from its configuration to its last epoch, as a stream of events (see `events.ts`). It goes on by itself
 * from a checkpoint of the same run. Runs that share data, weights and model share the prepared features, also
 * in memory, and take turns on the engine.
 *
 * Throws when the configuration, the data or the weights cannot be used, with a message for people, and the
 * signal's reason when aborted.
 */
export async function* train(
  config: RunConfig,
  options: TrainOptions,
): AsyncGenerator<TrainEvent, void, void> {
  const run = RunConfig.parse(config);
  contender(run.optimizer); // a wrong one is told of before anything is prepared
  const misfit = scheduleProblem(run.schedule, run.epochs);
  if (misfit !== null) throw new RangeError(misfit);
  const signal = options.signal ?? new AbortController().signal;

  const preparation = prepare(run, options);
  try {
    const prepared = yield* progressOf(preparation, signal);
    const { dataset, features, engine } = prepared;
    const setup = runSetup(run, prepared);
    const { optimizer, hyperparameters, recipe, tail } = setup;
    const identity = [
      features.hash,
      run.freezeIndex,
      run.batchSize,
      run.seed,
      optimizer.name,
      hyperparameters,
      recipe,
      run.schedule,
      dependsOnWholeRun(run.schedule) ? run.epochs : null,
      engine.runtime,
      engine.device,
    ];
    const runHash = createHash('sha256').update(JSON.stringify(identity)).digest('hex');
    yield* fit({
      ...setup,
      schedule: run.schedule,
      epochs: run.epochs,
      signal,
      stopping: run.stopping,
      checkpoints: options.checkpointDirectory
        ? {
            directory: options.checkpointDirectory,
            runHash,
            featuresHash: features.hash,
            config: run,
            everySteps: options.checkpointEverySteps,
          }
        : undefined,
      about: {
        engine,
        classes: dataset.classes,
        trainImages: dataset.train.length,
        validationImages: dataset.validation.length,
        skipped: dataset.skipped,
        featuresHash: features.hash,
        ...parameterCounts(tail),
      },
    });
  } finally {
    preparation.release();
  }
}

/** Passes progress on until the preparation is done. */
async function* progressOf(
  preparation: PreparationHandle,
  signal: AbortSignal,
): AsyncGenerator<PreparationProgress, Prepared, void> {
  for (let last: PreparationProgress | null = null; ; ) {
    const next = await preparation.next(last, signal);
    if (next.prepared) return next.prepared;
    last = next.progress;
    yield last;
  }
}
