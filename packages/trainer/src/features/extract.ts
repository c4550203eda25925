import { createHash } from 'node:crypto';
import type { Augmentation } from '../augmentation/settings.ts';
import { DECODER_VERSION } from '../data/decode.ts';
import { featureLength } from '../model/cut.ts';
import { Turns } from '../runtimes/turns.ts';
import { type ComputeOptions, computeRows } from './compute.ts';
import type { FeatureCache } from './feature-cache.ts';
import type { FeatureRows, FeatureSplit, Features } from './features.ts';
import { RowsInMemory } from './rows-in-memory.ts';
import { RowsOnDisk } from './rows-on-disk.ts';
import { type WantedRow, wantedRows } from './wanted-row.ts';

/** Part of the cache's key: changed when preprocessing or the frozen part's arithmetic changes. */
const FEATURES_VERSION = 1;

/**
 * Features larger than this, training and validation together, stay on disk and are read a batch at a time. At
 * index 142 with 224 pixels it is 8,500 rows; the pixels of the same images would take 1.3 GB for every 2,000.
 */
export const FEATURES_IN_MEMORY_BYTES = 256 * 1024 ** 2;

export interface FeaturesProgress {
  /** Rows (images, or views of them) done and in all, training and validation together. */
  readonly done: number;
  readonly total: number;
  readonly imagesPerSecond: number;
  readonly cached: boolean;
}

export interface ExtractOptions extends ComputeOptions {
  readonly cache: FeatureCache;
  /** Views of the training images; none when left out or null. */
  readonly augmentation?: Augmentation | null | undefined;
  /** FEATURES_IN_MEMORY_BYTES when left out. */
  readonly memoryBytes?: number | undefined;
  readonly onProgress: (progress: FeaturesProgress) => void;
}

/** What decides an image's features besides its pixels. */
export function modelKey({
  model,
  backbone,
  cut,
  runtime,
}: Pick<ExtractOptions, 'model' | 'backbone' | 'cut' | 'runtime'>): string {
  const { runtime: name, device, version } = runtime.description;
  return createHash('sha256')
    .update(
      JSON.stringify([
        FEATURES_VERSION,
        DECODER_VERSION,
        name,
        device,
        version,
        model.alpha,
        model.inputSize,
        backbone.hash,
        cut.index,
        cut.pooled,
      ]),
    )
    .digest('hex');
}

/**
 * Frozen features of every image, and of every view of the training images where they are augmented: from the cache
 * where they are there, else computed. Afterwards they are in memory, or in the cache alone when they are larger
 * than `memoryBytes`.
 */
export async function extractFeatures(options: ExtractOptions): Promise<Features> {
  const { dataset, cut, cache, augmentation = null, memoryBytes = FEATURES_IN_MEMORY_BYTES } = options;
  const key = modelKey(options);
  const length = featureLength(cut);
  const splits = [wantedRows(dataset.train, augmentation), wantedRows(dataset.validation, null)] as const;
  const bytes = (splits[0].length + splits[1].length) * length * 4;

  let rows: FeatureRows[];
  if (bytes <= memoryBytes) {
    const inMemory = splits.map((split) => new RowsInMemory(new Float32Array(split.length * length), length));
    await fill(options, splits.flat(), {
      find: (row) => cache.read(key, row.key, length),
      found: splits.flatMap((split, index) => split.map((_, row) => inMemory[index]!.row(row))),
      key,
    });
    rows = inMemory;
  } else {
    // What is read again and again must not be swept on the way.
    cache.holdAtLeast(bytes * 1.25);
    await fill(options, splits.flat(), { find: (row) => cache.has(key, row.key, length), found: null, key });
    rows = splits.map((split) => rowsOnDisk(options, key, split));
  }

  const [train, validation] = [dataset.train, dataset.validation].map(
    (images, index): FeatureSplit => ({
      images: images.length,
      labels: Int32Array.from(splits[index]!, ({ image }) => image.label),
      rows: rows[index]!,
    }),
  );
  const hash = featuresHash(options, key);
  await cache.note(
    hash,
    key,
    splits.flat().map((row) => row.key),
  );
  return { cut, train: train!, validation: validation!, hash };
}

interface Filling {
  readonly key: string;
  /** What the cache has of a row, or null or false. */
  readonly find: (row: WantedRow) => Promise<Float32Array | boolean | null>;
  /** Where each row's values go, if they are to be kept in memory. */
  readonly found: readonly Float32Array[] | null;
}

/** Looks every row up, and computes and caches those that are missing. */
async function fill(options: ExtractOptions, rows: readonly WantedRow[], { key, find, found }: Filling) {
  const { cache, signal, onProgress } = options;
  const placeOf = new Map(rows.map((row, index) => [row, found?.[index]]));
  const take = async (row: WantedRow): Promise<boolean> => {
    const values = await find(row);
    if (values instanceof Float32Array) placeOf.get(row)?.set(values);
    return Boolean(values);
  };
  const missing: WantedRow[] = [];
  for (let start = 0; start < rows.length; start += 256) {
    signal.throwIfAborted();
    const chunk = rows.slice(start, start + 256);
    const there = await Promise.all(chunk.map(take));
    missing.push(...chunk.filter((_, index) => !there[index]));
  }
  let done = rows.length - missing.length;
  onProgress({ done, total: rows.length, imagesPerSecond: 0, cached: missing.length === 0 });
  if (missing.length === 0) return;
  await computeRows(options, missing, {
    alreadyThere: take,
    async keep(row, values) {
      placeOf.get(row)?.set(values);
      await cache.write(key, row.key, values);
    },
    onProgress(more, imagesPerSecond) {
      done += more;
      onProgress({ done, total: rows.length, imagesPerSecond, cached: false });
    },
  });
  await cache.sweep();
}

function rowsOnDisk(options: ExtractOptions, key: string, split: readonly WantedRow[]): RowsOnDisk {
  const { cache } = options;
  return new RowsOnDisk({
    cache,
    modelKey: key,
    keys: split.map((row) => row.key),
    length: featureLength(options.cut),
    async restore(positions) {
      const lost = positions.map((position) => split[position]!);
      const restored = new Map<string, Float32Array>();
      // Whoever takes rows holds the runtime's turn already. The preparation's signal has nothing to stop here: it
      // belongs to the making of the whole, which has ended.
      const signal = new AbortController().signal;
      await computeRows({ ...options, turns: new Turns(), signal }, [...new Set(lost)], {
        alreadyThere: async () => false,
        async keep(row, values) {
          restored.set(row.key, values.slice());
          // Not kept, it is made again the next time; that is no reason to end a run.
          await cache.write(key, row.key, values).catch(() => {});
        },
        onProgress: () => {},
      });
      return lost.map((row) => restored.get(row.key)!);
    },
  });
}

function featuresHash({ dataset, augmentation }: ExtractOptions, key: string): string {
  const hash = createHash('sha256').update(key);
  for (const image of [...dataset.train, ...dataset.validation]) {
    hash.update(`${image.contentHash}:${image.label}\n`);
  }
  hash.update(String(dataset.train.length));
  if (augmentation) hash.update(JSON.stringify(Object.entries(augmentation).sort()));
  return hash.digest('hex');
}
