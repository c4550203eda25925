import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { newestWhole } from '@optiscope/trainer';
import { z } from 'zod';
import type { ObjectStore } from './object-store.ts';

/** What else names cannot be: they become paths. */
const CHECKPOINT = /^[\w-]+\.checkpoint$/;
const JOURNAL = /^steps-\d+\.journal$/;
/** Epoch and step that a numbered checkpoint stands at. */
const NUMBERED = /^(\d{6,})-(\d{6,})-/;

/** An object that no manifest names so long after it was put is left over from a worker that was killed. */
const LEFT_OVER_MILLISECONDS = 24 * 3_600_000;

/**
 * What an attempt had in its directory at one moment. Files are objects named by their content; a manifest comes after
 * what it names, so what it names is there and whole. Each attempt has its own: one that was thought dead does not
 * write over that of its successor.
 */
const Manifest = z.object({
  version: z.literal(1),
  attempt: z.int().min(1),
  checkpoints: z.array(
    z.object({
      name: z.string().regex(CHECKPOINT),
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
      bytes: z.int().min(0),
    }),
  ),
  /** Steps that are not recorded yet, a few kilobytes, in base64. */
  journals: z.array(z.object({ name: z.string().regex(JOURNAL), base64: z.base64() })),
});
type Manifest = z.infer<typeof Manifest>;
type StoredFile = Manifest['checkpoints'][number];

export interface Brought {
  /** Names of checkpoints that were fetched. */
  readonly fetched: readonly string[];
  /** Names of those that are no longer there, or are not what was put. */
  readonly damaged: readonly string[];
}

/** What of a run's directory travels between machines: its checkpoints and the steps that nobody has recorded. */
export class RunFiles {
  readonly #store: ObjectStore;
  readonly #runId: string;
  readonly #attempt: number;
  readonly #directory: string;
  /** Objects that this attempt put or found: those that it may remove. */
  #own = new Set<string>();
  /** Hashes of files that have not changed since. */
  #hashes = new Map<string, string>();

  constructor(
    store: ObjectStore,
    {
      runId,
      attempt,
      directory,
    }: { readonly runId: string; readonly attempt: number; readonly directory: string },
  ) {
    this.#store = store;
    this.#runId = runId;
    this.#attempt = attempt;
    this.#directory = directory;
  }

  /**
   * Brings what earlier attempts put there, unless this machine has something newer. A file is given its name only when
   * it is whole and as it was put; of one that is not, the one before it is brought all the same.
   */
  async bring(): Promise<Brought> {
    const manifests = (await this.#store.list(`${runPrefix(this.#runId)}manifest-`))
      .map(({ name }) => name)
      .toSorted()
      .reverse();
    const damaged: string[] = [];
    for (const name of manifests) {
      const manifest = readManifest(await this.#store.get(name));
      if (manifest === null) {
        damaged.push(name);
        continue;
      }
      for (const { sha256 } of manifest.checkpoints) this.#own.add(sha256);
      const brought = await this.#bringOf(manifest);
      damaged.push(...brought.damaged);
      if (brought.damaged.length < manifest.checkpoints.length || manifest.checkpoints.length === 0)
        return { fetched: brought.fetched, damaged };
    }
    return { fetched: [], damaged };
  }

  /** Puts what is in the directory now. Throws a `StorageError`; then what was put before still counts. */
  async put(): Promise<void> {
    const files = await this.#filesHere();
    const present = new Map(
      (await this.#store.list(filePrefix(this.#runId))).map(({ name, putAt }) => [
        name.slice(filePrefix(this.#runId).length),
        putAt,
      ]),
    );
    const checkpoints: StoredFile[] = [];
    for (const { name, sha256, bytes } of files) {
      if (!present.has(sha256)) {
        const content = await readFile(join(this.#directory, name)).catch(() => null);
        // Another has its name since, or it was superseded: what took its place is put with the next call.
        if (content === null || hashOf(content) !== sha256) continue;
        await this.#store.put(filePrefix(this.#runId) + sha256, content);
        present.set(sha256, new Date());
      }
      this.#own.add(sha256);
      checkpoints.push({ name, sha256, bytes });
    }
    if (checkpoints.length === 0) return; // whatever is there is more
    // After the checkpoints: a step is in the journal until it is recorded, and in a checkpoint ever after.
    const journals = await this.#journalsHere();
    const manifest: Manifest = { version: 1, attempt: this.#attempt, checkpoints, journals };
    await this.#store.put(this.#manifestName, Buffer.from(JSON.stringify(manifest)));
    for (const [sha256, putAt] of present) {
      if (Date.now() - putAt.getTime() > LEFT_OVER_MILLISECONDS) this.#own.add(sha256);
    }
    await this.#removeSuperseded(new Set(checkpoints.map(({ sha256 }) => sha256)));
  }

  get #manifestName(): string {
    return `${runPrefix(this.#runId)}manifest-${String(this.#attempt).padStart(9, '0')}.json`;
  }

  async #bringOf(manifest: Manifest): Promise<{ fetched: string[]; damaged: string[] }> {
    await mkdir(this.#directory, { recursive: true });
    const here = await newestWhole(this.#directory);
    const newest = manifest.checkpoints.map(placeOf).toSorted(comparePlaces).at(-1) ?? null;
    const isBehind = here !== null && newest !== null && comparePlaces(newest, [here.epoch, here.step]) < 0;
    const fetched: string[] = [];
    const damaged: string[] = [];
    // This machine was further when it lost the storage: its own files are the right ones.
    if (isBehind) return { fetched, damaged };
    for (const file of manifest.checkpoints) {
      const own = await readFile(join(this.#directory, file.name)).catch(() => null);
      if (own !== null && hashOf(own) === file.sha256) continue;
      const content = await this.#store.get(filePrefix(this.#runId) + file.sha256);
      if (content === null || content.length !== file.bytes || hashOf(content) !== file.sha256) {
        damaged.push(file.name);
        this.#own.delete(file.sha256);
        // Under this name a good one can be put again.
        await this.#store.remove([filePrefix(this.#runId) + file.sha256]);
        continue;
      }
      await writeWhole(join(this.#directory, file.name), content);
      fetched.push(file.name);
    }
    for (const { name, base64 } of manifest.journals) {
      const content = Buffer.from(base64, 'base64');
      const own = await stat(join(this.#directory, name)).catch(() => null);
      if (content.length > 0 && (own?.size ?? 0) < content.length)
        await writeWhole(join(this.#directory, name), content);
    }
    return { fetched, damaged };
  }

  async #filesHere(): Promise<StoredFile[]> {
    const hashes = new Map<string, string>();
    const files: StoredFile[] = [];
    for (const name of await namesIn(this.#directory)) {
      if (!CHECKPOINT.test(name)) continue;
      const path = join(this.#directory, name);
      const status = await stat(path, { bigint: true }).catch(() => null);
      if (status === null) continue;
      // A checkpoint has a number of its own, and is never written to.
      const identity = `${status.ino} ${status.size} ${status.mtimeNs}`;
      let sha256 = this.#hashes.get(identity) ?? hashes.get(identity);
      if (sha256 === undefined) {
        const content = await readFile(path).catch(() => null);
        if (content === null) continue;
        sha256 = hashOf(content);
      }
      hashes.set(identity, sha256);
      files.push({ name, sha256, bytes: Number(status.size) });
    }
    this.#hashes = hashes;
    return files;
  }

  async #journalsHere(): Promise<Manifest['journals']> {
    const names = (await namesIn(this.#directory)).filter((name) => JOURNAL.test(name));
    const journals = await Promise.all(
      names.map(async (name) => ({
        name,
        base64: (await readFile(join(this.#directory, name)).catch(() => Buffer.alloc(0))).toString('base64'),
      })),
    );
    return journals.filter(({ base64 }) => base64 !== '');
  }

  /** Nothing that a later attempt may need: where there is one, it tidies up. */
  async #removeSuperseded(needed: ReadonlySet<string>): Promise<void> {
    const superseded = [...this.#own].filter((sha256) => !needed.has(sha256));
    const manifests = (await this.#store.list(`${runPrefix(this.#runId)}manifest-`)).map(({ name }) => name);
    if (manifests.some((name) => name > this.#manifestName)) return;
    await this.#store.remove([
      ...manifests.filter((name) => name < this.#manifestName),
      ...superseded.map((sha256) => filePrefix(this.#runId) + sha256),
    ]);
    this.#own = new Set(needed);
  }
}

/** Where the objects of runs are. */
export const RUNS = 'runs/';

function runPrefix(runId: string): string {
  return `${RUNS}${runId}/`;
}

function filePrefix(runId: string): string {
  return `${runPrefix(runId)}files/`;
}

function readManifest(content: Buffer | null): Manifest | null {
  try {
    return Manifest.parse(JSON.parse(content?.toString('utf8') ?? ''));
  } catch {
    return null;
  }
}

type Place = readonly [epoch: number, step: number];

/** Before all others where the file has no number. */
function placeOf({ name }: StoredFile): Place {
  const [, epoch = -1, step = -1] = NUMBERED.exec(name) ?? [];
  return [Number(epoch), Number(step)];
}

function comparePlaces(a: Place, b: Place): number {
  return a[0] - b[0] || a[1] - b[1];
}

function hashOf(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

async function namesIn(directory: string): Promise<string[]> {
  return (await readdir(directory).catch(() => [])).toSorted();
}

/** As checkpoints are written; what a killed process leaves is swept like theirs. */
async function writeWhole(path: string, content: Uint8Array): Promise<void> {
  const marked = path.endsWith('.checkpoint') ? path : `${path}.checkpoint`;
  const temporary = `${marked}.${encodeURIComponent(hostname())}.${process.pid}.${randomUUID()}.tmp`;
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}
