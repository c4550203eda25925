import { FeatureSets } from '../storage/feature-sets.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { RunFiles } from '../storage/run-files.ts';
import { S3ObjectStore } from '../storage/s3-object-store.ts';
import type { StorageSettings } from '../storage/storage-place.ts';
import { StoredRun } from '../storage/stored-run.ts';
import type { RunOrder } from './messages.ts';

/** One of each for the process: runs of a comparison share their features. */
let shared: { readonly store: ObjectStore; readonly features: FeatureSets } | null = null;

/** What keeps this run in storage; null where the order names none. */
export function storedRunOf(order: RunOrder, onAway: (why: string | null) => void): StoredRun | null {
  const { storage, runId, token, config, engine, cacheDirectory, checkpointDirectory } = order;
  if (storage === null) return null;
  shared ??= sharedStorage(storage, cacheDirectory);
  return new StoredRun({
    files: new RunFiles(shared.store, { runId, attempt: token, directory: checkpointDirectory }),
    features: shared.features,
    config,
    engine,
    onAway,
  });
}

function sharedStorage(storage: StorageSettings, cacheDirectory: string): NonNullable<typeof shared> {
  const store = new S3ObjectStore(storage);
  return { store, features: new FeatureSets(store, cacheDirectory) };
}
