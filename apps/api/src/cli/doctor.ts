import { access, constants, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { embeddedState, postgresVersion } from '@optiscope/schema';
import {
  type Command,
  ENGINE_OPTIONS,
  ENGINE_USAGE,
  engineChoice,
  threadCount,
  UsageError,
} from '@optiscope/trainer/cli';
import { type ChosenRuntime, chooseRuntime, gpuHardware, imagesPerSecond } from '@optiscope/trainer/engine';
import { readSettings, type Settings, SettingsError, storageSettings } from '../env.ts';
import { S3ObjectStore } from '../storage/s3-object-store.ts';

type Row = readonly [name: string, value: string];

/** What a run would use here, and why. */
export const doctor: Command = {
  name: 'doctor',
  usage: `doctor ${ENGINE_USAGE}`,
  summary:
    'Tells Node, the engines and why each was or was not chosen, a measured speed, the database, the data directory, the storage.',
  options: ENGINE_OPTIONS,
  async run(values) {
    const settings = settingsOrUsageError();
    const choice = await chooseRuntime({ engine: engineChoice(values), ...threads(threadCount(values)) });
    const rows: Row[] = [
      ['Node', `${process.version} on ${process.platform} ${process.arch}`],
      ['GPU', gpuHardware() ?? 'the system shows none'],
      ...engineRows(choice),
      ['measured speed', await measuredSpeed(choice)],
      ['database', await databaseState(settings)],
      ['data directory', await directoryState(settings)],
      ['storage', await storageState(settings)],
    ];
    const width = Math.max(...rows.map(([name]) => name.length));
    process.stdout.write(rows.map(([name, value]) => `${name.padEnd(width)}  ${value}\n`).join(''));
    await choice.runtime.dispose();
    return 0;
  },
};

function settingsOrUsageError(): Settings {
  try {
    return readSettings(process.env);
  } catch (error) {
    if (error instanceof SettingsError) throw new UsageError(error.message);
    throw error;
  }
}

function threads(count: number | undefined): { threads?: number } {
  return count === undefined ? {} : { threads: count };
}

function engineRows({ candidates, description }: ChosenRuntime): Row[] {
  const rows = candidates.map(({ name, chosen, available, reason }): Row => {
    const verdict = chosen ? 'chosen' : available ? 'not chosen' : 'not available';
    return [name, `${verdict}: ${reason}`];
  });
  const { runtime, version, device, threads } = description;
  return [['engine', `${runtime} ${version} on ${device}, ${threads} thread(s)`], ...rows];
}

async function measuredSpeed({ runtime, candidates }: ChosenRuntime): Promise<string> {
  const probed = candidates.find(({ chosen }) => chosen)?.imagesPerSecond;
  const speed = probed ?? (await imagesPerSecond(runtime));
  return `${Math.round(speed)} images/s in a short probe: training from layer 143 on, 96 × 96 pixels, batch 32`;
}

async function databaseState(settings: Settings): Promise<string> {
  if (settings.DATABASE_URL === undefined) {
    const { exists, usedBy } = embeddedState(settings.DATA_DIR);
    if (usedBy !== null) return `embedded (PGlite), in use by process ${usedBy}`;
    return `embedded (PGlite), ${exists ? 'there and free' : 'made at the first start'}`;
  }
  try {
    return `PostgreSQL ${await postgresVersion(settings.DATABASE_URL)}, reachable`;
  } catch (error) {
    return `PostgreSQL, not usable: ${(error as Error).message}`;
  }
}

async function directoryState({ DATA_DIR: path, MIN_FREE_BYTES: least }: Settings): Promise<string> {
  const existing = await nearestExisting(path);
  const writable = await access(existing, constants.W_OK).then(
    () => true,
    () => false,
  );
  const { bavail, bsize } = await statfs(existing);
  const there = existing === path ? '' : ', made at the first start';
  const free = bavail * bsize;
  const short = free < least ? ', TOO LITTLE for runs to be taken up (MIN_FREE_BYTES)' : '';
  return `${path}${there}, ${writable ? 'writable' : 'NOT writable'}, ${(free / 1e9).toFixed(1)} GB free${short}`;
}

/** Lists what is there, which needs the right key; changes nothing. */
async function storageState(settings: Settings): Promise<string> {
  const storage = storageSettings(settings);
  if (storage === null) return 'none: checkpoints and features are in the data directory alone';
  const store = new S3ObjectStore(storage);
  try {
    await store.list('runs/none/');
    return `${store.label}, usable`;
  } catch (error) {
    return `NOT usable: ${(error as Error).message}`;
  }
}

async function nearestExisting(path: string): Promise<string> {
  const found = await stat(path).catch(() => null);
  return found || dirname(path) === path ? path : nearestExisting(dirname(path));
}
