import {
  DirectoryInUseError,
  isCurrent,
  isDiskFull,
  type OpenDatabase,
  openEmbedded,
  openPostgres,
} from '@optiscope/schema';
import type { Settings } from './env.ts';
import { freeBytes } from './health/disk-space.ts';
import type { Log } from './log.ts';
import { StartError } from './start-error.ts';

/** A new database takes as much; one that is there needs room for its log. */
const LEAST_TO_OPEN_BYTES = 80_000_000;

/** Opens and migrates the database that the settings name. Throws `StartError`. */
export async function openDatabase(settings: Settings, log: Log): Promise<OpenDatabase> {
  const { DATABASE_URL: url, DATA_DIR: directory } = settings;
  if (url === undefined) {
    return await openEmbedded(directory).catch(async (error: unknown) => {
      if (error instanceof DirectoryInUseError) throw new StartError(error.message);
      const free = await freeBytes(directory).catch(() => null);
      if (isDiskFull(error) || (free !== null && free < LEAST_TO_OPEN_BYTES)) {
        throw new StartError(
          `The embedded database in ${directory} cannot be opened: the disk is full (${((free ?? 0) / 1e6).toFixed(0)} MB free). Free ${LEAST_TO_OPEN_BYTES / 1e6} MB, then start the server again; nothing that was answered is lost.`,
        );
      }
      if (isSystemError(error)) {
        throw new StartError(
          `The data directory ${directory} cannot be used: ${error.message}. Set DATA_DIR to another.`,
        );
      }
      throw error;
    });
  }
  return await openServer(url, log, true);
}

/**
 * Opens a database that a server made and migrated, and changes nothing in it. Throws `StartError`, also where its
 * tables are not those of this version.
 */
export async function openForWorker(url: string, log: Log): Promise<OpenDatabase> {
  const database = await openServer(url, log, false);
  const current = await isCurrent(database.db).catch(() => false);
  if (current) return database;
  await database.close();
  const { host, pathname } = new URL(url);
  throw new StartError(
    `The database ${pathname.slice(1)} at ${host} has not the tables of this version. A server makes and migrates them: start one of this version on it first (npm start), then this worker.`,
  );
}

async function openServer(url: string, log: Log, migrates: boolean): Promise<OpenDatabase> {
  const { host, pathname } = new URL(url); // without user and password
  const onError = (error: unknown): void => log.warn('A connection to the database was lost', error);
  return await openPostgres(url, onError, { migrates }).catch((error: unknown) => {
    const why = error instanceof AggregateError ? error.errors.join('; ') : String(error);
    throw new StartError(
      `The database ${pathname.slice(1)} at ${host} cannot be used: ${why}. Check DATABASE_URL.`,
    );
  });
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}
