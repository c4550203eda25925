import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type EngineChoice, featureSetFiles, type RunConfig } from '@optiscope/trainer';
import { z } from 'zod';
import type { ObjectStore } from './object-store.ts';

/** Small files are put together: a request takes as long as some hundred kilobytes. */
const PACK_BYTES = 16 * 1024 ** 2;
/** A set in use is marked as such this often. */
const MARK_MILLISECONDS = 24 * 3_600_000;
/** Files of a feature cache; nothing else is written, whatever a pack says. */
const CACHED = /^features\/(sets\/[0-9a-f]{64}\.json|[\w-]+\/\w{2}\/[\w-]+\.f32)$/;

const Manifest = z.object({
  version: z.literal(1),
  packs: z.array(z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/), bytes: z.int() })),
});
/** The first line of a pack: its files, in the order of their bytes after it. */
const Contents = z.array(z.tuple([z.string().regex(CACHED), z.int().min(0)]));

/** Where objects of features are: sets, and which of them a preparation came to. */
export const SETS = 'features/sets/';
export const PREPARATIONS = 'features/preparations/';

/** What is known of features before their data is read: equal configurations come to equal sets, while data stays. */
export function preparationKey(config: RunConfig, engine: EngineChoice): string {
  const { data, weights, alpha, inputSize, freezeIndex, augmentation } = config;
  const parts = [data, weights, alpha, inputSize, freezeIndex, augmentation, engine];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/**
 * Frozen features that one machine computed and others take. A set has the name of its content, and so has every entry
 * in it: one that does not belong here is not used, and two machines that put the same put equal bytes.
 */
export class FeatureSets {
  readonly #store: ObjectStore;
  readonly #cacheDirectory: string;
  /** What this process does, or has done, by name: runs of one comparison begin at once. */
  readonly #bringing = new Map<string, Promise<number>>();
  readonly #putting = new Map<string, Promise<void>>();

  constructor(store: ObjectStore, cacheDirectory: string) {
    this.#store = store;
    this.#cacheDirectory = cacheDirectory;
  }

  /** Brings the sets that a preparation came to elsewhere, where they are not here. Returns how many files came. */
  bring(preparation: string): Promise<number> {
    return once(this.#bringing, preparation, () => this.#bring(preparation));
  }

  /** Puts the set that a preparation came to, unless it is there. */
  put(preparation: string, hash: string): Promise<void> {
    return once(this.#putting, `${preparation} ${hash}`, () => this.#put(preparation, hash));
  }

  async #bring(preparation: string): Promise<number> {
    let files = 0;
    const prefix = `${PREPARATIONS}${preparation}/`;
    for (const { name, putAt } of await this.#store.list(prefix)) {
      const hash = name.slice(prefix.length);
      if ((await featureSetFiles(this.#cacheDirectory, hash)) === null) files += await this.#bringSet(hash);
      if (Date.now() - putAt.getTime() > MARK_MILLISECONDS) await this.#store.put(name, new Uint8Array());
    }
    return files;
  }

  async #bringSet(hash: string): Promise<number> {
    const manifest = readManifest(await this.#store.get(`${SETS}${hash}/manifest.json`));
    let files = 0;
    for (const { sha256, bytes } of manifest?.packs ?? []) {
      const pack = await this.#store.get(`${SETS}${hash}/${sha256}`);
      // What is missing is computed.
      if (pack === null || pack.length !== bytes || hashOf(pack) !== sha256) continue;
      files += await this.#unpack(pack);
    }
    return files;
  }

  async #put(preparation: string, hash: string): Promise<void> {
    const there = new Set((await this.#store.list(`${SETS}${hash}/`)).map(({ name }) => name));
    const manifest = `${SETS}${hash}/manifest.json`;
    if (!there.has(manifest)) {
      const packs: z.infer<typeof Manifest>['packs'] = [];
      for await (const pack of this.#packsOf(hash)) {
        const sha256 = hashOf(pack);
        if (!there.has(`${SETS}${hash}/${sha256}`)) await this.#store.put(`${SETS}${hash}/${sha256}`, pack);
        packs.push({ sha256, bytes: pack.length });
      }
      if (packs.length === 0) return;
      await this.#store.put(manifest, Buffer.from(JSON.stringify({ version: 1, packs })));
    }
    await this.#store.put(`${PREPARATIONS}${preparation}/${hash}`, new Uint8Array());
  }

  async *#packsOf(hash: string): AsyncGenerator<Uint8Array> {
    const paths = (await featureSetFiles(this.#cacheDirectory, hash)) ?? [];
    let contents: [path: string, bytes: number][] = [];
    let parts: Buffer[] = [];
    let bytes = 0;
    const pack = (): Buffer => Buffer.concat([Buffer.from(`${JSON.stringify(contents)}\n`), ...parts]);
    // The list comes last: it says that the set is here.
    for (const path of [...paths, join('features', 'sets', `${hash}.json`)]) {
      const file = await readFile(join(this.#cacheDirectory, path)).catch(() => null);
      if (file === null) continue; // swept since
      contents.push([path.replaceAll('\\', '/'), file.length]);
      parts.push(file);
      bytes += file.length;
      if (bytes < PACK_BYTES) continue;
      yield pack();
      [contents, parts, bytes] = [[], [], 0];
    }
    if (parts.length > 0 && paths.length > 0) yield pack();
  }

  async #unpack(pack: Buffer): Promise<number> {
    const end = pack.indexOf(0x0a);
    const contents = Contents.parse(JSON.parse(pack.toString('utf8', 0, end)));
    let offset = end + 1;
    for (const [path, bytes] of contents) {
      await this.#writeMissing(path, pack.subarray(offset, offset + bytes));
      offset += bytes;
    }
    return contents.length;
  }

  async #writeMissing(path: string, bytes: Uint8Array): Promise<void> {
    const place = join(this.#cacheDirectory, path);
    if ((await stat(place).catch(() => null)) !== null) return;
    const temporary = `${place}.${process.pid}.${randomUUID()}.tmp`;
    try {
      await mkdir(dirname(place), { recursive: true });
      await writeFile(temporary, bytes);
      await rename(temporary, place);
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined);
      throw error;
    }
  }
}

/** What is under way is joined, what is done is not done again, and what failed is tried anew. */
function once<T>(known: Map<string, Promise<T>>, name: string, act: () => Promise<T>): Promise<T> {
  const before = known.get(name);
  if (before !== undefined) return before;
  const doing = act();
  known.set(name, doing);
  doing.catch(() => known.delete(name));
  return doing;
}

function readManifest(content: Buffer | null): z.infer<typeof Manifest> | null {
  try {
    return Manifest.parse(JSON.parse(content?.toString('utf8') ?? ''));
  } catch {
    return null;
  }
}

function hashOf(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
