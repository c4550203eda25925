import type { Checkpoint } from './checkpoint.ts';
import type { Finding } from './diagnosis/finding.ts';
import { layersAreDue, layersEvent, nonFiniteWeight } from './diagnosis/layers.ts';
import { suggestionText, suggestRate } from './diagnosis/suggest.ts';
import { Watch } from './diagnosis/watch.ts';
import {
  type EpochMetrics,
  type NonFiniteKind,
  nonFiniteKind,
  type StartedEvent,
  type Suggestion,
  type TrainEvent,
} from './events.ts';
import type { Features } from './features/features.ts';
import type { Weights } from './model/constant-weights.ts';
import type { Optimizer } from './optimizers/optimizer.ts';
import { Random } from './random.ts';
import { type CheckpointOptions, RunCheckpoints, type Snapshot } from './run-checkpoints.ts';
import { RunDiscarded } from './run-discarded.ts';
import { afterStep, epochMetrics, NO_STEPS, relativeChange } from './running-epoch.ts';
import { learningRateAt, type Schedule } from './schedules/schedules.ts';
import { initialState, Session, type SessionOptions } from './session.ts';
import { bestEpoch } from './stopping/best-epoch.ts';
import { stopReason } from './stopping/stop-reason.ts';
import { type Stopping, TO_THE_LAST_EPOCH } from './stopping/stopping.ts';
import { targetReached } from './stopping/target.ts';
import { computingSeconds } from './stopping/time-budget.ts';

export interface FitOptions extends Omit<SessionOptions, 'learningRateAt'> {
  readonly features: Features;
  /** Backbone weights by `layer/weight`, engine layout; those of trainable layers are where training begins. */
  readonly backbone: Weights;
  /** Initial dense kernel [channels, classes]; the bias begins at zero. */
  readonly denseKernel: Float32Array;
  readonly batchSize: number;
  readonly epochs: number;
  /** Order of the training images in an epoch (from 1), as rows of the split: of each image one view. */
  readonly batchOrder: (epoch: number) => Uint32Array | readonly number[];
  /** Constant when left out. */
  readonly schedule?: Schedule | undefined;
  /** What may end the run before its last epoch; nothing when left out. */
  readonly stopping?: Stopping | undefined;
  readonly signal: AbortSignal;
  /** Whether a run in trouble gets a range test for a better rate (see `suggestRate`); true when left out. */
  readonly suggestions?: boolean | undefined;
  /** Where to write checkpoints, and to look for one to go on from. */
  readonly checkpoints?: CheckpointOptions | undefined;
  /** What the `started` event says besides what the loop knows itself. */
  readonly about: Omit<
    StartedEvent,
    'type' | 'stepsPerEpoch' | 'resumedAfterEpoch' | 'resumedAfterStep' | 'passedOver'
  >;
}

/** The seeded order of a run: all contenders of a seed see the same batches. */
export function seededBatchOrder(seed: number, images: number): (epoch: number) => Uint32Array {
  return (epoch) => new Random(seed, 'batch-order', epoch).permutation(images);
}

/**
 * Trains the tail on frozen features. Yields events in the order that `events.ts` gives, from `started` on, and ends with `finished` or `diverged`. After a resume the stored epochs come first, then the steps after the
 * checkpoint.
 *
 * When aborted it throws the signal's reason, after a checkpoint of the very step where it stands; so it does when
 * the iteration is left while the signal is aborted. With a `RunDiscarded` as the reason nothing is written.
 * Throws a `CheckpointError` when a checkpoint cannot be stored.
 */
export async function* fit(options: FitOptions): AsyncGenerator<TrainEvent, void, void> {
  const { features, optimizer, batchSize, epochs, signal } = options;
  const stopping = options.stopping ?? TO_THE_LAST_EPOCH;
  const count = features.train.images;
  const stepsPerEpoch = Math.ceil(count / batchSize);
  const checkpoints = options.checkpoints ? new RunCheckpoints(options.checkpoints, stopping) : null;

  // Where the run stands: `history` and the rest here are all that changes besides the session's tensors.
  const { session, history, watch, ...place } = await begin(options, checkpoints, stepsPerEpoch);
  let { running, steps, lastFiniteLoss, untold, layers } = place;
  let order = options.batchOrder(history.length + 1);
  let suggested: Promise<Suggestion | null> | null = null;
  const suggestion = (): Promise<Suggestion | null> => {
    suggested ??= options.suggestions === false ? Promise.resolve(null) : suggestRate(options);
    return suggested;
  };
  const snapshot = async (): Promise<Snapshot> => ({
    epoch: history.length,
    steps,
    running,
    lastFiniteLoss,
    watch: watch.state,
    untold,
    layers,
    history,
    tensors: await session.readState(),
  });
  const tellFindings = async function* (): AsyncGenerator<TrainEvent, void, void> {
    for (let [finding, ...rest] = untold; finding; [finding, ...rest] = untold) {
      const event = await withSuggestion(finding, suggestion);
      untold = rest;
      yield event;
    }
  };
  /** False while a step is under way: then the tensors are ahead of the rest, or are lost. */
  let whole = true;
  try {
    // The last partial batch is kept and counts as a full step, so it has a program of its own.
    await session.prepare([Math.min(batchSize, count), count % batchSize]);

    yield {
      type: 'started',
      ...options.about,
      stepsPerEpoch,
      resumedAfterEpoch: history.length,
      resumedAfterStep: running.step,
      passedOver: place.passedOver,
    };
    // What was found, and looked at, when the run was stopped or killed before it could tell.
    yield* tellFindings();
    if (layers && layers.epoch <= history.length) yield layers;
    if (running.step === 0) layers = null;
    for (const epoch of history) yield* told(epoch, history, stepsPerEpoch, stopping);

    // One turn of the loop is a step, or the evaluation after an epoch's last step.
    for (;;) {
      const { step, seconds } = running;
      const reason = stopReason({ history, step, seconds }, stepsPerEpoch, epochs, stopping);
      if (reason !== null) {
        if (checkpoints && !checkpoints.holds({ steps, epoch: history.length }))
          yield await checkpoints.write(await snapshot());
        await checkpoints?.finish();
        yield {
          type: 'finished',
          epochs: history.length,
          seconds: computingSeconds(history) + seconds,
          reason,
          bestEpoch: bestEpoch(history),
          restoredEpoch: (await checkpoints?.restoredEpoch(history)) ?? null,
        };
        return;
      }
      signal.throwIfAborted();

      if (step < stepsPerEpoch) {
        const epoch = history.length + 1;
        const rows = order.slice(step * batchSize, (step + 1) * batchSize);
        const isLast = step + 1 === stepsPerEpoch;
        const before = isLast ? await session.readWeightsOfGradient() : null;
        const readings =
          isLast && layersAreDue(epoch, epochs)
            ? await session.layers(features.train, rows, steps + 1)
            : null;
        features.train.rows.expect(order.slice((step + 1) * batchSize, (step + 2) * batchSize));
        const result = await session.step(features.train, rows, steps + 1, () => {
          signal.throwIfAborted();
          whole = false;
        });
        const { loss, gradientNorm, learningRate } = result;
        const after = before ? await session.readWeightsOfGradient() : null;
        const lossKind = nonFiniteKind(loss);
        const broken = lossKind ? { name: null, kind: lossKind } : after && nonFiniteWeight(after);
        if (broken) {
          await checkpoints?.finish();
          const place = { epoch, step: step + 1, stepsPerEpoch };
          yield diverged(optimizer, place, learningRate, broken, lastFiniteLoss, await suggestion());
          return;
        }
        const updateRatio = before && after ? relativeChange(before, after) : 0;
        if (readings && before && after) layers = layersEvent(epoch, readings, before, after);
        running = afterStep(running, result, rows.length, updateRatio);
        lastFiniteLoss = loss;
        steps++;
        untold = watch.step(loss, { epoch, step: step + 1 });
        whole = true;
        yield {
          type: 'step',
          epoch,
          step: step + 1,
          stepsPerEpoch,
          loss,
          gradientNorm,
          learningRate,
          imagesPerSecond: rows.length / result.seconds,
        };
        yield* tellFindings();
        // After the last step comes the evaluation, and the epoch's own checkpoint with it.
        if (!isLast && checkpoints?.isDue(steps)) yield await checkpoints.write(await snapshot());
        continue;
      }

      const evaluation = await session.evaluate(features.validation, signal);
      const metrics = epochMetrics(history.length + 1, count, running, evaluation);
      history.push(metrics);
      running = NO_STEPS;
      order = options.batchOrder(history.length + 1);
      untold = watch.epoch(history);
      if (checkpoints) yield await checkpoints.write(await snapshot());
      yield* tellFindings();
      if (layers) yield layers;
      layers = null;
      yield* told(metrics, history, stepsPerEpoch, stopping);
    }
  } finally {
    try {
      const unsaved = whole && !checkpoints?.holds({ steps, epoch: history.length });
      if (signal.aborted && !(signal.reason instanceof RunDiscarded) && unsaved)
        await checkpoints?.writeInTime(await snapshot());
    } finally {
      await session.dispose();
    }
  }
}

/**
 * A session at the newest checkpoint of the run, or at its beginning. It is a function of its own so that the
 * tensors that it begins with are not held as long as the run lasts.
 */
async function begin(options: FitOptions, checkpoints: RunCheckpoints | null, stepsPerEpoch: number) {
  const { backbone, denseKernel, epochs, hyperparameters, schedule = { kind: 'constant' } } = options;
  const initial = initialState(options, backbone, denseKernel);
  const { checkpoint: resumed = null, passedOver } = (await checkpoints?.open(initial)) ?? {};
  if (resumed !== null) assertNotBeyond(resumed, epochs);
  const history: EpochMetrics[] = [...(resumed?.history ?? [])];
  const rate = learningRateAt(schedule, {
    baseRate: hyperparameters.learningRate!,
    totalSteps: epochs * stepsPerEpoch,
    stepsPerEpoch,
  });
  const rateNow = { ...options, learningRateAt: (step: number) => rate(step, history) };
  return {
    session: new Session(rateNow, resumed?.tensors ?? initial),
    history,
    running: resumed?.running ?? NO_STEPS,
    steps: resumed?.steps ?? 0,
    lastFiniteLoss: resumed?.lastFiniteLoss ?? null,
    untold: resumed?.untold ?? [],
    layers: resumed?.layers ?? null,
    passedOver,
    watch: new Watch(
      { classes: options.tail.classes, trainImages: options.features.train.images, stepsPerEpoch },
      resumed?.watch,
    ),
  };
}

const NON_FINITE_WORD = { NAN: 'NaN', POS_INF: 'infinite', NEG_INF: 'negative infinite' } as const;

/** An epoch, and that it was the first to reach the target, where it was. */
function* told(
  metrics: EpochMetrics,
  history: readonly EpochMetrics[],
  stepsPerEpoch: number,
  { target }: Stopping,
): Generator<TrainEvent, void, void> {
  yield { type: 'epoch', ...metrics };
  const reached = target && targetReached(history, target.valAccuracy, stepsPerEpoch);
  if (reached?.epoch === metrics.epoch) yield { type: 'target', target: target!.valAccuracy, ...reached };
}

/** A finding with what could be done about it. A run at chance may need more of anything: nothing is suggested. */
async function withSuggestion(
  finding: Finding,
  suggestion: () => Promise<Suggestion | null>,
): Promise<TrainEvent> {
  const better = finding.kind === 'stuck' ? null : await suggestion();
  const message = `${finding.message}${suggestionText(better)}`;
  return { type: 'finding', ...finding, message, suggestion: better };
}

function diverged(
  { name, label }: Optimizer,
  { epoch, step, stepsPerEpoch }: { epoch: number; step: number; stepsPerEpoch: number },
  learningRate: number,
  broken: { readonly name: string | null; readonly kind: NonFiniteKind },
  lastFiniteLoss: number | null,
  suggestion: Suggestion | null,
): TrainEvent {
  const last =
    lastFiniteLoss === null
      ? 'there was no finite loss before it'
      : `the last finite loss was ${lastFiniteLoss.toPrecision(4)}`;
  const what = broken.name === null ? 'the loss' : `the weight ${broken.name}`;
  const message = `${label} diverged at learning rate ${learningRate}: ${what} became ${NON_FINITE_WORD[broken.kind]} in epoch ${epoch}, step ${step} of ${stepsPerEpoch}; ${last}.${suggestionText(suggestion)}`;
  return {
    type: 'diverged',
    optimizer: name,
    epoch,
    step,
    loss: broken.kind,
    weight: broken.name,
    lastFiniteLoss,
    message,
    suggestion,
  };
}

function assertNotBeyond({ epoch, running }: Checkpoint, epochs: number): void {
  const least = running.step > 0 ? epoch + 1 : epoch;
  if (least <= epochs) return;
  throw new Error(
    `The run's checkpoint is of epoch ${least}, but the run is to have ${epochs}. Ask for at least ${least} epochs, or for another checkpoint directory to begin anew.`,
  );
}
