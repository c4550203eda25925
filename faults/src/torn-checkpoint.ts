import { readFile, truncate, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { findCheckpoint, writeCheckpoint } from '../../packages/trainer/src/checkpoint.ts';
import { NUMBERED_RUN, numberedCheckpoint } from '../../packages/trainer/test/numbered-checkpoint.ts';
import { between, type Fault } from './fault.ts';

const VALUES = 20_000;
const BLOCK_BYTES = 4096;

/** Ways in which what is on a disk comes out otherwise than it was written. */
const DAMAGES: readonly ((path: string) => Promise<void>)[] = [
  async (path) => {
    const { length } = await readFile(path);
    await truncate(path, between(0, length - 1));
  },
  async (path) => {
    const bytes = await readFile(path);
    const place = between(0, bytes.length - 1);
    bytes[place] = bytes[place]! ^ (1 << between(0, 7));
    await writeFile(path, bytes);
  },
  async (path) => {
    const bytes = await readFile(path);
    const block = between(0, Math.floor(bytes.length / BLOCK_BYTES)) * BLOCK_BYTES;
    // The digest at the end may be a block of its own; a block of zeros that was zeros is no damage.
    bytes.subarray(block, block + BLOCK_BYTES).fill(bytes[block] === 0 ? 1 : 0);
    await writeFile(path, bytes);
  },
  async (path) => {
    await writeFile(path, Buffer.alloc(between(1, 100)), { flag: 'a' });
  },
];

/** C1: the newest checkpoint is cut, has a flipped bit or a block of zeros; the one before it is taken. */
export const tornCheckpoint: Fault = {
  id: 'C1',
  name: 'checkpoint cut off, with flipped bits, zeroed blocks or more than it had',
  cycles: { files: [200, 20_000] },
  takes: [0.1, 0.003],
  async inject({ cycles, directory }) {
    let lost = 0;
    let wrong = 0;
    for (let cycle = 0; cycle < cycles; cycle++) {
      const good = 2 * cycle + 1;
      await writeCheckpoint(directory, numberedCheckpoint(good, VALUES));
      const { path } = await writeCheckpoint(directory, numberedCheckpoint(good + 1, VALUES));
      await DAMAGES[cycle % DAMAGES.length]!(path);
      const { checkpoint, damaged } = await findCheckpoint(directory, NUMBERED_RUN);
      if (checkpoint === null) lost++;
      else if (checkpoint.epoch !== good || !holds(checkpoint.tensors.get('weights')?.data, good)) wrong++;
      if (!damaged.includes(basename(path))) wrong++;
      // As the trainer does when it goes on: what is damaged would count as the newest.
      for (const name of damaged) await truncate(join(directory, name), 0);
    }
    return { injected: cycles, rows: cycles, lost, doubled: 0, wrong };
  },
};

/** Whether these are the values of the checkpoint with that number. */
export function holds(values: Float32Array | Int32Array | undefined, number: number): boolean {
  return values?.every((value) => value === number) ?? false;
}
