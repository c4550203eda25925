import { randomUUID } from 'node:crypto';
import { copyFile, link, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from './checkpoint-file.ts';

export type { Checkpoint } from './checkpoint-file.ts';

/** Name of the checkpoint of the best epoch so far, by validation accuracy. */
export const BEST = 'best.checkpoint';
/** Name of the one that early stopping would restore, where its configuration asks for that. */
export const RESTORED = 'restored.checkpoint';

/** The last one, and one to fall back to. */
const KEPT = 2;
/** A temporary file of another machine, or of a process whose number was given away again, is left over then. */
const LEFT_OVER_MILLISECONDS = 3_600_000;

/** `000012-000034-0123456789ab.checkpoint`: epoch, step of the next one, the beginning of the run's hash. */
const NUMBERED = /^(\d{6,})-(\d{6,})-([^.]+)\.checkpoint$/;
const TEMPORARY = /\.checkpoint\.(.+)\.(\d+)\.[0-9a-f-]{36}\.tmp$/;

/** Temporary files that this process writes just now. */
const underWay = new Set<string>();

/** What the system's codes mean, and what to do. */
const FAILURES: Readonly<Record<string, readonly [why: string, remedy: string]>> = {
  ENOSPC: ['no space is left on the device', 'Free some'],
  EDQUOT: ['the disk quota is used up', 'Free some space'],
  EIO: ['the device could not store it', 'Look after the disk'],
  EROFS: ['the file system is read-only', 'Make it writable'],
  EACCES: ['writing there is not permitted', 'Permit it'],
};

/** A checkpoint could not be written; the one before it is whole. `code` is the system's, such as ENOSPC. */
export class CheckpointError extends Error {
  override readonly name = 'CheckpointError';
  readonly code: string;

  constructor(directory: string, { epoch, running, steps }: Checkpoint, cause: NodeJS.ErrnoException) {
    const code = cause.code ?? 'unknown';
    const place = running.step === 0 ? `epoch ${epoch}` : `epoch ${epoch} and ${running.step} steps`;
    const [why, remedy] = FAILURES[code] ?? [cause.message, 'Mend that'];
    super(
      `The checkpoint after ${place} (${steps} updates) could not be written to "${directory}": ${why} (${code}). ` +
        `${remedy} and start the run again; the checkpoint before this one is whole, and the run goes on from there.`,
      { cause },
    );
    this.code = code;
  }
}

/**
 * Writes a checkpoint: temporary name, fsync, rename, fsync of the directory; a process killed at any moment
 * leaves the old one or the new one. The same file gets the names in `alsoAs` (of `BEST` and `RESTORED`) first.
 * Older ones of this run than the last two are removed. Returns its path and size.
 *
 * Throws a `CheckpointError` when it is not certainly stored.
 */
export async function writeCheckpoint(
  directory: string,
  checkpoint: Checkpoint,
  alsoAs: readonly string[] = [],
): Promise<{ path: string; bytes: number }> {
  const path = join(directory, fileName(checkpoint));
  const parts = encodeCheckpoint(checkpoint);
  const temporaries: string[] = [];
  const temporary = (name: string): string => {
    const chosen = `${join(directory, name)}.${encodeURIComponent(hostname())}.${process.pid}.${randomUUID()}.tmp`;
    temporaries.push(chosen);
    underWay.add(chosen);
    return chosen;
  };
  try {
    await mkdir(directory, { recursive: true });
    const written = temporary(fileName(checkpoint));
    const file = await open(written, 'wx', 0o600);
    try {
      await file.writeFile(parts);
      await file.sync();
    } finally {
      await file.close();
    }
    for (const name of alsoAs) {
      const alias = temporary(name);
      await linkOrCopy(written, alias);
      await rename(alias, join(directory, name));
    }
    await rename(written, path);
    await syncDirectory(directory);
  } catch (error) {
    await Promise.all(temporaries.map((name) => rm(name, { force: true }).catch(() => undefined)));
    throw new CheckpointError(directory, checkpoint, error as NodeJS.ErrnoException);
  } finally {
    for (const name of temporaries) underWay.delete(name);
  }
  const own = (await numbered(directory)).filter(({ run }) => run === runPart(checkpoint.runHash));
  await removeAll(
    directory,
    own.slice(KEPT).map(({ name }) => name),
  );
  return { path, bytes: parts.reduce((sum, part) => sum + part.length, 0) };
}

/** The newest good checkpoint of a run, and files of the same run that come before it and are no good. */
export interface Found {
  readonly checkpoint: Checkpoint | null;
  readonly damaged: readonly string[];
  /** How many numbered ones of other runs are there. */
  readonly foreign: number;
}

/**
 * Looks for the newest good checkpoint of this run; a torn, damaged or foreign one is passed over, and so is one
 * that `accepts` refuses. Throws what the system says when files could not be read and no other is good.
 */
export async function findCheckpoint(
  directory: string,
  runHash: string,
  accepts: (checkpoint: Checkpoint) => boolean = () => true,
): Promise<Found> {
  const all = await numbered(directory);
  const own = all.filter(({ run }) => run === runPart(runHash));
  const foreign = all.length - own.length;
  const damaged: string[] = [];
  let failure: unknown = null;
  const goodOne = async (name: string): Promise<Checkpoint | null> => {
    const bytes = await readFile(join(directory, name)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') failure ??= error;
      return null;
    });
    if (bytes === null) return null;
    const checkpoint = decodeCheckpoint(bytes);
    if (checkpoint?.runHash === runHash && accepts(checkpoint)) return checkpoint;
    if (NUMBERED.test(name)) damaged.push(name); // a named one may be another run's
    return null;
  };
  for (const { name } of own) {
    const checkpoint = await goodOne(name);
    if (checkpoint) return { checkpoint, damaged, foreign };
  }
  const [best, restored] = [await goodOne(BEST), await goodOne(RESTORED)];
  const checkpoint = best && restored ? (best.steps > restored.steps ? best : restored) : (best ?? restored);
  if (checkpoint === null && failure !== null) throw failure;
  return { checkpoint, damaged, foreign };
}

/** Where the newest whole numbered checkpoint of a directory stands, whichever run wrote it, and its name. */
export async function newestWhole(
  directory: string,
): Promise<{ readonly name: string; readonly epoch: number; readonly step: number } | null> {
  for (const { name } of await numbered(directory)) {
    const bytes = await readFile(join(directory, name)).catch(() => null);
    const found = bytes && decodeCheckpoint(bytes);
    if (found) return { name, epoch: found.epoch, step: found.running.step };
  }
  return null;
}

/** The newest good checkpoint of this run, or null. */
export async function readCheckpoint(directory: string, runHash: string): Promise<Checkpoint | null> {
  return (await findCheckpoint(directory, runHash)).checkpoint;
}

/**
 * The checkpoint with this name (`BEST` or `RESTORED`), or null when there is none, or no good one, of this run.
 * Without a run hash any run's will do.
 */
export async function readNamedCheckpoint(
  directory: string,
  name: typeof BEST | typeof RESTORED,
  runHash?: string,
): Promise<Checkpoint | null> {
  const bytes = await readFile(join(directory, name)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  const checkpoint = bytes && decodeCheckpoint(bytes);
  return checkpoint && (runHash === undefined || checkpoint.runHash === runHash) ? checkpoint : null;
}

export interface Keep {
  /** How many of the newest, of each run that wrote there. */
  readonly last: number;
  /** Whether the best epoch's stays, and the one that early stopping restores. */
  readonly best: boolean;
  /** Only this run's newest are looked at, and the named ones and foreign files stay as they are. */
  readonly runHash?: string;
}

/**
 * Removes checkpoints, and temporary files whose writers are gone: for a run that ended, `{last: 1, best: true}`;
 * for one that is not wanted any more, `{last: 0, best: false}`. A directory that is not there is no error.
 */
export async function pruneCheckpoints(directory: string, { keep }: { readonly keep: Keep }): Promise<void> {
  const part = keep.runHash === undefined ? null : runPart(keep.runHash);
  const files = await numbered(directory);
  const runs = new Set(files.map(({ run }) => run).filter((run) => part === null || run === part));
  const kept = new Set(
    [...runs]
      .flatMap((run) => files.filter((file) => file.run === run).slice(0, keep.last))
      .map(({ name }) => name),
  );
  if (keep.best) for (const name of [BEST, RESTORED]) kept.add(name);
  const all = (await namesIn(directory)).filter((name) => name.endsWith('.checkpoint'));
  const candidates = part === null ? all : files.filter(({ run }) => run === part).map(({ name }) => name);
  await removeAll(
    directory,
    candidates.filter((name) => !kept.has(name)),
  );
  await sweep(directory);
}

/** Removes the temporary files that killed processes left. */
export async function sweep(directory: string): Promise<void> {
  const leftOver: string[] = [];
  for (const name of await namesIn(directory)) {
    const [, host, process] = TEMPORARY.exec(name) ?? [];
    if (host === undefined || underWay.has(join(directory, name))) continue;
    const status = await stat(join(directory, name)).catch(() => null);
    if (status === null) continue;
    const here = host === encodeURIComponent(hostname());
    const old = Date.now() - status.mtimeMs > LEFT_OVER_MILLISECONDS;
    if (old || (here && !isOtherProcess(Number(process)))) leftOver.push(name);
  }
  await removeAll(directory, leftOver);
}

/** Removes files of the directory; those that are gone already are no error. */
export async function removeAll(directory: string, names: readonly string[]): Promise<void> {
  await Promise.all(names.map((name) => rm(join(directory, name), { force: true })));
}

function fileName({ epoch, running, runHash }: Checkpoint): string {
  const [a, b] = [epoch, running.step].map((count) => String(count).padStart(6, '0'));
  return `${a}-${b}-${runPart(runHash)}.checkpoint`;
}

function runPart(runHash: string): string {
  return runHash.slice(0, 12);
}

/** Checkpoints in the order of training, newest first. */
async function numbered(directory: string): Promise<{ name: string; run: string }[]> {
  return (await namesIn(directory))
    .flatMap((name) => {
      const match = NUMBERED.exec(name);
      return match ? [{ name, run: match[3]!, epoch: Number(match[1]), step: Number(match[2]) }] : [];
    })
    .sort((a, b) => b.epoch - a.epoch || b.step - a.step);
}

async function namesIn(directory: string): Promise<string[]> {
  return await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
}

/** Another process of this machine has this number. */
function isOtherProcess(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** A second name for the file; a copy where the file system has no links. */
async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch {
    await copyFile(from, to);
    const file = await open(to, 'r+');
    try {
      await file.sync();
    } finally {
      await file.close();
    }
  }
}

async function syncDirectory(directory: string): Promise<void> {
  // Windows cannot open a directory; there the rename itself is all that can be asked for.
  if (process.platform === 'win32') return;
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
