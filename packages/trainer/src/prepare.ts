import { join } from 'node:path';
import { type Dataset, type OpenProgress, openDataset } from './data/dataset.ts';
import type { EngineDescription, FeaturesEvent, PreparingEvent } from './events.ts';
import { extractFeatures } from './features/extract.ts';
import { FeatureCache } from './features/feature-cache.ts';
import { FEATURES } from './features/feature-set.ts';
import type { Features } from './features/features.ts';
import { cutFor } from './model/cut.ts';
import { type Backbone, backboneFromKeras } from './model/initial-weights.ts';
import { type MobileNetV2, mobileNetV2 } from './model/mobilenet-v2.ts';
import { sampleBackbone } from './model/sample-backbone.ts';
import type { EngineChoice, RunConfig } from './run-config.ts';
import type { Runtime } from './runtimes/runtime.ts';
import { type SharedRuntime, sharedRuntime } from './runtimes/shared.ts';
import type { Turns } from './runtimes/turns.ts';
import { fetchImagenetWeights, imagenetFile } from './weights/imagenet.ts';
import { readKerasWeights } from './weights/keras-hdf5.ts';

/** What all contenders of a comparison share. */
export interface Prepared {
  readonly dataset: Dataset;
  readonly model: MobileNetV2;
  readonly backbone: Backbone;
  readonly features: Features;
  readonly runtime: Runtime;
  readonly engine: EngineDescription;
  readonly turns: Turns;
}

export type PreparationConfig = Pick<
  RunConfig,
  'data' | 'weights' | 'alpha' | 'inputSize' | 'freezeIndex' | 'augmentation'
>;

export interface PreparationOptions {
  readonly cacheDirectory: string;
  readonly engine?: EngineChoice | undefined;
  readonly threads?: number | undefined;
  /** Features larger than this stay on disk; see FEATURES_IN_MEMORY_BYTES. */
  readonly featureMemoryBytes?: number | undefined;
}

/** Upper bound of the feature cache on disk; the least recently used go first. */
const CACHE_BYTES = 8 * 1024 ** 3;

/** How far it has come. */
export type PreparationProgress = PreparingEvent | FeaturesEvent;

export type PreparationStep =
  | { readonly progress: PreparationProgress; readonly prepared: null }
  | { readonly progress: null; readonly prepared: Prepared };

/**
 * Data, weights and frozen features, made once for all who ask for the same at the same time in this process.
 * Every user calls `release` once; work that nobody waits for any more is aborted.
 */
export interface PreparationHandle {
  /** Resolves with progress newer than `last`, or with the result. Rejects with the signal's reason. */
  next(last: PreparationProgress | null, signal: AbortSignal): Promise<PreparationStep>;
  release(): void;
}

interface Preparation {
  users: number;
  progress: PreparationProgress | null;
  result: Promise<Prepared>;
  changed: PromiseWithResolvers<void>;
  readonly controller: AbortController;
}

const underWay = new Map<string, Preparation>();

/** Joins or begins the preparation of this configuration. */
export function prepare(config: PreparationConfig, options: PreparationOptions): PreparationHandle {
  const { data, weights, alpha, inputSize, freezeIndex, augmentation } = config;
  const key = JSON.stringify([
    data,
    weights,
    alpha,
    inputSize,
    freezeIndex,
    augmentation,
    options.cacheDirectory,
    options.engine,
    options.threads,
    options.featureMemoryBytes,
  ]);
  const preparation = underWay.get(key) ?? begin(key, config, options);
  preparation.users++;
  let released = false;
  return {
    async next(last, signal) {
      const { promise: aborted, reject } = Promise.withResolvers<never>();
      const abort = (): void => reject(signal.reason);
      signal.addEventListener('abort', abort, { once: true });
      try {
        signal.throwIfAborted();
        for (;;) {
          const { changed, result, progress } = preparation;
          if (progress && progress !== last) return { progress, prepared: null };
          const prepared = await Promise.race([result, changed.promise, aborted]);
          if (prepared && preparation.progress === last) return { progress: null, prepared };
        }
      } finally {
        signal.removeEventListener('abort', abort);
        aborted.catch(() => {});
      }
    },
    release() {
      if (released) return;
      released = true;
      preparation.users--;
      if (preparation.users > 0) return;
      underWay.delete(key);
      preparation.controller.abort(new Error('Nobody waits for this preparation any more.'));
    },
  };
}

/** Prepares without following the progress; the caller releases what it got. */
export async function prepared(
  config: PreparationConfig,
  options: PreparationOptions,
  signal: AbortSignal,
  onProgress: (progress: PreparationProgress) => void = () => {},
): Promise<{ readonly result: Prepared; release(): void }> {
  const preparation = prepare(config, options);
  try {
    for (let last: PreparationProgress | null = null; ; ) {
      const next = await preparation.next(last, signal);
      if (next.prepared) return { result: next.prepared, release: () => preparation.release() };
      last = next.progress;
      onProgress(last);
    }
  } catch (error) {
    preparation.release();
    throw error;
  }
}

function begin(key: string, config: PreparationConfig, options: PreparationOptions): Preparation {
  const controller = new AbortController();
  const preparation: Preparation = {
    users: 0,
    progress: null,
    changed: Promise.withResolvers(),
    controller,
    result: makeReady(config, options, controller.signal, (progress) => {
      preparation.progress = progress;
      preparation.changed.resolve();
      preparation.changed = Promise.withResolvers();
    }),
  };
  underWay.set(key, preparation);
  // Whoever joins later must begin anew after a failure. Users learn of it from `next`.
  preparation.result.catch(() => {
    if (underWay.get(key) === preparation) underWay.delete(key);
  });
  return preparation;
}

async function makeReady(
  config: PreparationConfig,
  { cacheDirectory, engine: choice, threads, featureMemoryBytes }: PreparationOptions,
  signal: AbortSignal,
  onProgress: (progress: PreparationProgress) => void,
): Promise<Prepared> {
  const { runtime, engine, turns } = await sharedRuntime(choice, threads);
  const { alpha, inputSize, freezeIndex, augmentation } = config;
  const model = mobileNetV2({ alpha, inputSize });
  const preparing = (progress: OpenProgress): void => onProgress({ type: 'preparing', ...progress });
  const weightsFile = await weightsFileOf(config, cacheDirectory, signal, onProgress);
  const dataset = await openDataset(config.data, {
    inputSize,
    cacheDirectory,
    signal,
    onProgress: preparing,
  });
  const backbone = await readBackbone(weightsFile, model, dataset, { runtime, engine, turns });
  const cache = new FeatureCache({ directory: join(cacheDirectory, FEATURES), maxBytes: CACHE_BYTES });
  const cut = cutFor(model, freezeIndex);
  const features = await extractFeatures({
    dataset,
    model,
    backbone,
    cut,
    runtime,
    turns,
    cache,
    augmentation,
    memoryBytes: featureMemoryBytes,
    signal,
    onProgress: (progress) => onProgress({ type: 'features', ...progress }),
  });
  return { dataset, model, backbone, features, runtime, engine, turns };
}

/** The weight file, fetched first where it has an address and not a place; null for the sample's backbone. */
async function weightsFileOf(
  { weights, alpha, inputSize }: PreparationConfig,
  cacheDirectory: string,
  signal: AbortSignal,
  onProgress: (progress: PreparingEvent) => void,
): Promise<string | null> {
  switch (weights.kind) {
    case 'sample':
      return null;
    case 'keras-h5':
      return weights.path;
    case 'imagenet':
      return fetchImagenetWeights({ alpha, inputSize }, cacheDirectory, {
        signal,
        onProgress: (done, total) =>
          onProgress({
            type: 'preparing',
            stage: 'download',
            what: imagenetFile(alpha, inputSize),
            done,
            total,
          }),
      });
  }
}

async function readBackbone(
  weightsFile: string | null,
  model: MobileNetV2,
  dataset: Dataset,
  { runtime, turns }: SharedRuntime,
): Promise<Backbone> {
  if (weightsFile === null) return turns.take(() => sampleBackbone(model, dataset, runtime));
  return backboneFromKeras(model, await readKerasWeights(weightsFile), weightsFile);
}
