import type { Log } from '../log.ts';
import { StartError } from '../start-error.ts';
import { type ObjectStore, StorageError } from './object-store.ts';
import { S3ObjectStore } from './s3-object-store.ts';
import type { StorageSettings } from './storage-place.ts';

/**
 * The storage that the settings name, asked once whether it lets itself be used. Throws a `StartError` when it refuses:
 * a wrong key would otherwise show hours later. One that cannot be reached is only told of, since it may come back.
 */
export async function openStorage(settings: StorageSettings | null, log: Log): Promise<ObjectStore | null> {
  if (settings === null) return null;
  const store = new S3ObjectStore(settings);
  try {
    await store.list('runs/none/');
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    if (error.refused) throw new StartError(error.message);
    log.warn(`${error.message} Runs wait until it can be.`);
  }
  return store;
}
