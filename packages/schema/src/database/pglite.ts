import { existsSync } from 'node:fs';
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { drizzle } from 'drizzle-orm/pglite';
import { migrate } from 'drizzle-orm/pglite/migrator';
import * as tables from '../tables/tables.ts';
import type { EmbeddedDatabase } from './database.ts';
import { lockDirectory, lockOwner } from './directory-lock.ts';
import { DiskReserve } from './disk-reserve.ts';
import { DurableFiles, type SyncFile } from './durable-files.ts';
import { DurablePglite } from './durable-pglite.ts';
import { readEmptyImage } from './empty-image.ts';
import { migrateOn } from './migrate.ts';
import { syncTree } from './sync-tree.ts';

const DATABASE = 'db';
const LOCK = 'db.lock';
/** Space that the database gets when a disk is full. */
const RESERVE = 'db.reserve';
/** Is there while a new database is made: what a killed first start left is then made anew. */
const UNFINISHED = 'db.unfinished';

/** Whether there is a database in `<dataDirectory>/db`, and the id of the process that has it open. */
export function embeddedState(dataDirectory: string): { exists: boolean; usedBy: number | null } {
  return { exists: existsSync(join(dataDirectory, DATABASE)), usedBy: lockOwner(join(dataDirectory, LOCK)) };
}

export interface EmbeddedOptions {
  /** In place of fdatasync. */
  readonly sync?: SyncFile | undefined;
  /** In place of what the system says is free. */
  readonly freeBytes?: (() => number | null) | undefined;
}

/**
 * Opens the database in `<dataDirectory>/db`, made and migrated where needed: under a second where the image of an
 * empty one was built (`npm run build`), else 3 to 5 s the first time. Answers only with what outlasts a power
 * cut. Only the user who runs it can read the directory. Throws `DirectoryInUseError` when another process has it.
 */
export async function openEmbedded(
  dataDirectory: string,
  { sync, freeBytes }: EmbeddedOptions = {},
): Promise<EmbeddedDatabase> {
  await mkdir(dataDirectory, { recursive: true, mode: 0o700 });
  const unlock = await lockDirectory(join(dataDirectory, LOCK));
  try {
    return await openDirectory(dataDirectory, { sync, freeBytes }, unlock);
  } catch (error) {
    unlock();
    throw error;
  }
}

async function openDirectory(
  dataDirectory: string,
  { sync, freeBytes }: EmbeddedOptions,
  unlock: () => void,
): Promise<EmbeddedDatabase> {
  const directory = join(dataDirectory, DATABASE);
  const unfinished = join(dataDirectory, UNFINISHED);
  if (existsSync(unfinished)) await rm(directory, { recursive: true, force: true });
  const isNew = !existsSync(join(directory, 'PG_VERSION'));
  if (isNew) await writeFile(unfinished, 'The first start has not ended; db holds nothing yet.\n');
  await mkdir(directory, { recursive: true });
  await chmod(directory, 0o700);
  const image = isNew ? await readEmptyImage() : null;
  const reserve = new DiskReserve(join(dataDirectory, RESERVE), freeBytes);
  void reserve.fill();
  const files = new DurableFiles(directory, { sync, building: isNew, makeRoom: () => reserve.release() });
  const client = new DurablePglite(files, reserve, { ...(image !== null && { loadDataDir: image }) });
  const database = await migrated(client, async () => {
    await reserve.close();
    unlock();
  });
  if (isNew) {
    await files.built();
    await rm(unfinished, { force: true });
    await syncTree(dataDirectory, { recursive: false });
  }
  return database;
}

/** Opens a database in memory, from a dump where one is given: a test's own, gone with the process. */
export async function openInMemory(loadDataDir?: Blob): Promise<EmbeddedDatabase> {
  return await migrated(new PGlite(loadDataDir === undefined ? {} : { loadDataDir }), () => undefined);
}

async function migrated(client: PGlite, unlock: () => void | Promise<void>): Promise<EmbeddedDatabase> {
  await client.waitReady;
  const db = drizzle(client, { schema: tables });
  await migrateOn({
    query: (statement) => client.query(statement),
    migrate: (config) => migrate(db, config),
  });
  return {
    kind: 'pglite',
    client,
    db,
    listen: async (channel, onNotify) => {
      const unlisten = await client.listen(channel, onNotify);
      return { close: () => unlisten() };
    },
    ping: async () => {
      await client.query('select 1');
    },
    close: async () => {
      await client.close();
      await unlock();
    },
  };
}
