import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** Folder of the feature cache in a cache directory. */
export const FEATURES = 'features';
/** Folder of the lists in the feature cache. */
const SETS = 'sets';

const Listed = z.object({
  modelKey: z.string().regex(/^[A-Za-z0-9][\w-]{0,127}$/),
  keys: z.array(z.string().regex(/^[A-Za-z0-9][\w-]{0,127}$/)),
});

/** Where an entry is in the folder of a feature cache. */
export function entryPath(modelKey: string, imageHash: string): string {
  return join(modelKey, imageHash.slice(0, 2), `${imageHash}.f32`);
}

/**
 * Notes which entries of a feature cache belong together, under the hash of the whole, so that they can be taken
 * elsewhere together. Who cannot note it goes without: it is of use to other machines only.
 */
export async function noteFeatureSet(
  directory: string,
  hash: string,
  set: { readonly modelKey: string; readonly keys: readonly string[] },
): Promise<void> {
  const path = join(directory, SETS, `${hash}.json`);
  const temporary = `${path}.${process.pid}.${randomUUID()}.tmp`;
  try {
    if ((await readSet(path)) !== null) return;
    await mkdir(join(directory, SETS), { recursive: true });
    await writeFile(temporary, JSON.stringify(set));
    await rename(temporary, path);
  } catch {
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}

/** The files of a set, relative to the cache directory; null where the set is not known. Some may be gone since. */
export async function featureSetFiles(cacheDirectory: string, hash: string): Promise<string[] | null> {
  if (!/^[0-9a-f]{64}$/.test(hash)) return null;
  const set = await readSet(join(cacheDirectory, FEATURES, SETS, `${hash}.json`));
  if (set === null) return null;
  return [...new Set(set.keys)].map((key) => join(FEATURES, entryPath(set.modelKey, key)));
}

async function readSet(path: string): Promise<z.infer<typeof Listed> | null> {
  try {
    return Listed.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return null;
  }
}
