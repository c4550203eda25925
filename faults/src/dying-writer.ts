import type { FileHandle } from 'node:fs/promises';
import files from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { numberedCheckpoint } from '../../packages/trainer/test/numbered-checkpoint.ts';

/**
 * A process that writes checkpoints of the numbers given, and is killed by itself at its n-th operation on files:
 * before it, in the middle of it where it is a write, or right after it. Prints the number of each that is stored.
 */
const [directory, first, at, moment] = process.argv.slice(2);
let left = Number(at);

function die(): void {
  process.kill(process.pid, 'SIGKILL');
}

/** An operation that is counted, and at which the process may end. */
async function operation<T>(
  act: () => Promise<T>,
  half: () => Promise<unknown> = async () => undefined,
): Promise<T> {
  const isLast = left-- === 0;
  if (isLast && moment === 'before') die();
  if (isLast && moment === 'within') {
    await half();
    die();
  }
  const result = await act();
  if (isLast) die();
  return result;
}

const { open, rename, link, rm } = files;
files.open = async (...asked: Parameters<typeof open>) => {
  const file: FileHandle = await operation(() => open(...asked));
  const { writeFile, sync } = file;
  file.writeFile = async (data, ...rest) => {
    const parts = Array.isArray(data) ? (data as Uint8Array[]) : [];
    const whole = Buffer.concat(parts);
    await operation(
      () => writeFile.call(file, data, ...rest),
      () => writeFile.call(file, whole.subarray(0, whole.length / 2)),
    );
  };
  file.sync = () => operation(() => sync.call(file));
  return file;
};
files.rename = (...asked) => operation(() => rename(...asked));
files.link = (...asked) => operation(() => link(...asked));
files.rm = (...asked) => operation(() => rm(...asked));
syncBuiltinESMExports();

// Only now: it takes the operations as they are when it is loaded.
const { writeCheckpoint } = await import('../../packages/trainer/src/checkpoint.ts');
for (let number = Number(first); ; number++) {
  await writeCheckpoint(directory!, numberedCheckpoint(number, 20_000), ['best.checkpoint']);
  process.stdout.write(`${number}\n`);
}
