import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Augmentation } from '../src/augmentation/settings.ts';
import { augmentedView } from '../src/augmentation/view.ts';
import type { Dataset, DatasetImage } from '../src/data/dataset.ts';
import { hashOf } from '../src/data/image-check.ts';
import { extractFeatures, type FeaturesProgress } from '../src/features/extract.ts';
import { FeatureCache } from '../src/features/feature-cache.ts';
import type { FeatureSplit, Features } from '../src/features/features.ts';
import { RowsInMemory } from '../src/features/rows-in-memory.ts';
import { RowsOnDisk } from '../src/features/rows-on-disk.ts';
import { seededBackbone } from '../src/model/calibration.ts';
import { cutFor } from '../src/model/cut.ts';
import { hashWeights } from '../src/model/initial-weights.ts';
import { mobileNetV2 } from '../src/model/mobilenet-v2.ts';
import { Random } from '../src/random.ts';
import { onnxRuntime } from '../src/runtimes/onnx/runtime.ts';
import { Turns } from '../src/runtimes/turns.ts';

const size = 96;
const model = mobileNetV2({ alpha: 0.35, inputSize: size });
const weights = seededBackbone(model);
const backbone = { weights, hash: hashWeights(weights) };
const runtime = await onnxRuntime({ threads: 1 });
const augmentation = Augmentation.parse({ views: 3, flip: true, rotate: 20 });

/** Seven training and four validation images of noise. */
const image = (index: number): DatasetImage => ({
  id: String(index),
  label: index % 2,
  contentHash: hashOf(Buffer.from(`image ${index}`)),
});
function pixelsOf(index: number): Float32Array {
  const random = new Random('pixels', index);
  return Float32Array.from({ length: size * size * 3 }, () => random.int(256));
}
let reads: string[] = [];
const dataset: Dataset = {
  label: 'noise',
  classes: ['even', 'odd'],
  train: [0, 1, 2, 3, 4, 5, 6].map(image),
  validation: [7, 8, 9, 10].map(image),
  skipped: [],
  async readPixels({ id }) {
    reads.push(id);
    return pixelsOf(Number(id));
  },
};

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'optiscope-features-'));
});
afterAll(async () => {
  await runtime.dispose();
  await rm(root, { recursive: true, force: true });
});

interface Extracted {
  readonly features: Features;
  readonly progress: readonly FeaturesProgress[];
}
async function extracted(
  directory: string,
  change: { memoryBytes?: number; augmentation?: Augmentation; freezeIndex?: number; maxBytes?: number } = {},
): Promise<Extracted> {
  const { freezeIndex = 142, maxBytes = 1e9, ...options } = change;
  const progress: FeaturesProgress[] = [];
  reads = [];
  const features = await extractFeatures({
    dataset,
    model,
    backbone,
    cut: cutFor(model, freezeIndex),
    runtime,
    turns: new Turns(),
    cache: new FeatureCache({ directory: join(root, directory), maxBytes }),
    signal: new AbortController().signal,
    onProgress: (step) => progress.push(step),
    ...options,
  });
  return { features, progress };
}

async function rowsOf({ rows, labels }: FeatureSplit): Promise<Float32Array> {
  const into = new Float32Array(labels.length * rows.length);
  await rows.take(
    labels.map((_, row) => row),
    into,
  );
  return into;
}
async function entries(directory: string): Promise<string[]> {
  const found = await readdir(join(root, directory), { recursive: true, withFileTypes: true });
  return found
    .filter((entry) => entry.isFile() && entry.name.endsWith('.f32'))
    .map((entry) => join(entry.parentPath, entry.name));
}

describe('features on disk', () => {
  test.each([
    ['plain', {}],
    ['views', { augmentation }],
  ])('are those in memory, bit for bit, whichever was made first: %s', async (name, options) => {
    const inMemory = await extracted(`memory-${name}`, options);
    const onDisk = await extracted(`disk-${name}`, { ...options, memoryBytes: 1000 });
    const read = await extracted(`memory-${name}`, { ...options, memoryBytes: 1000 });
    expect(inMemory.features.train.rows).toBeInstanceOf(RowsInMemory);
    expect(onDisk.features.train.rows).toBeInstanceOf(RowsOnDisk);
    expect(read.progress).toEqual([expect.objectContaining({ cached: true })]);
    for (const split of ['train', 'validation'] as const) {
      const wanted = await rowsOf(inMemory.features[split]);
      expect(new Set(wanted).size).toBeGreaterThan(100);
      expect(await rowsOf(onDisk.features[split])).toEqual(wanted);
      expect(await rowsOf(read.features[split])).toEqual(wanted);
      expect(onDisk.features[split].labels).toEqual(inMemory.features[split].labels);
    }
    expect(onDisk.features.hash).toBe(inMemory.features.hash);
  });

  test('come in the order asked for, also those read ahead, more than once and after others', async () => {
    const { features } = await extracted('order');
    const onDisk = (await extracted('order', { memoryBytes: 0 })).features.train.rows;
    const orders = [[3, 1], [6], [0, 0, 5], [2, 4, 1, 3], [5], [1, 6], [3, 1]];
    for (const rows of orders) onDisk.expect(rows);
    for (const rows of orders) {
      const wanted = new Float32Array(rows.length * onDisk.length);
      const got = new Float32Array(rows.length * onDisk.length);
      await features.train.rows.take(rows, wanted);
      await onDisk.take(rows, got);
      expect(got).toEqual(wanted);
    }
  });

  test('that were swept or damaged meanwhile are computed again, and kept', async () => {
    const { features } = await extracted('lost');
    const wanted = await rowsOf(features.train);
    const onDisk = (await extracted('lost', { memoryBytes: 0 })).features.train;
    const before = await entries('lost');
    for (const [index, path] of before.entries()) {
      if (index % 3 === 0) await rm(path);
      if (index % 3 === 1) {
        const bytes = await readFile(path);
        bytes[bytes.length - 5]! ^= 1;
        await writeFile(path, bytes);
      }
    }
    reads = [];
    expect(await rowsOf(onDisk)).toEqual(wanted);
    expect(reads.length).toBeGreaterThan(0);
    reads = [];
    expect(await rowsOf(onDisk)).toEqual(wanted);
    expect(reads).toEqual([]);
  });

  test('are not swept while they are made, though larger than the cache is meant to be', async () => {
    const { features } = await extracted('tight', { memoryBytes: 0, maxBytes: 50_000 });
    expect(await entries('tight')).toHaveLength(11);
    reads = [];
    await rowsOf(features.train);
    expect(reads).toEqual([]);
  });

  test('hold no more than the limit in memory, train and validation together', async () => {
    const bytes = 11 * 4 * (await extracted('limit')).features.train.rows.length;
    const within = await extracted('limit', { memoryBytes: bytes });
    const beyond = await extracted('limit', { memoryBytes: bytes - 1 });
    expect(within.features.train.rows).toBeInstanceOf(RowsInMemory);
    for (const split of ['train', 'validation'] as const) {
      expect(beyond.features[split].rows).toBeInstanceOf(RowsOnDisk);
    }
  });
});

describe('views', () => {
  test('are the augmented pixels’ features, side by side for each training image; validation has none', async () => {
    const { features, progress } = await extracted('pixels', { augmentation, freezeIndex: -1 });
    expect(features.train.images).toBe(7);
    expect([...features.train.labels]).toEqual(
      [0, 1, 0, 1, 0, 1, 0].flatMap((label) => [label, label, label]),
    );
    expect([...features.validation.labels]).toEqual([1, 0, 1, 0]);
    expect(progress.at(-1)).toMatchObject({ done: 25, total: 25 });
    // With everything trainable the features are the scaled pixels, channels first.
    const scaled = (pixels: Float32Array): Float32Array =>
      Float32Array.from({ length: pixels.length }, (_, at) => {
        const pixel = at % (size * size);
        return Math.fround(Math.fround(pixels[pixel * 3 + Math.floor(at / (size * size))]! / 127.5) - 1);
      });
    const got = await rowsOf(features.train);
    for (const index of [0, 4]) {
      for (const view of [0, 1, 2]) {
        const pixels = augmentedView(pixelsOf(index), size, image(index).contentHash, view, augmentation);
        const row = (index * 3 + view) * pixels.length;
        expect(got.subarray(row, row + pixels.length)).toEqual(scaled(pixels));
      }
    }
    const validation = await rowsOf(features.validation);
    expect(validation.subarray(0, size * size * 3)).toEqual(scaled(pixelsOf(7)));
  });

  test('read each image once', async () => {
    await extracted('once', { augmentation });
    expect(reads.sort()).toEqual(
      dataset.train
        .concat(dataset.validation)
        .map(({ id }) => id)
        .sort(),
    );
  });

  test('share what is cached: the plain image with runs without augmentation, and a view with runs of more', async () => {
    await extracted('shared');
    const first = await extracted('shared', { augmentation });
    expect(first.progress[0]).toMatchObject({ done: 11, total: 25, cached: false });
    const more = await extracted('shared', { augmentation: { ...augmentation, views: 4 } });
    expect(more.progress[0]).toMatchObject({ done: 25, total: 32 });
    const other = await extracted('shared', { augmentation: { ...augmentation, rotate: 10 } });
    expect(other.progress[0]).toMatchObject({ done: 11, total: 25 });
  });

  test('give a run another identity than none, or than others', async () => {
    const hashes = [
      (await extracted('shared')).features.hash,
      (await extracted('shared', { augmentation })).features.hash,
      (await extracted('shared', { augmentation: { ...augmentation, views: 4 } })).features.hash,
      (await extracted('shared', { augmentation: { ...augmentation, rotate: 10 } })).features.hash,
    ];
    expect(new Set(hashes).size).toBe(4);
    expect((await extracted('shared', { augmentation })).features.hash).toBe(hashes[1]);
  });
});
