import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readCheckpoint } from '../../packages/trainer/src/checkpoint.ts';
import { differences, type Life, live, UPDATES } from '../../packages/trainer/test/killed-process.ts';
import { between, type Fault } from './fault.ts';

/** Three of different state: none, two moments, and slow weights beside the fast ones. */
const OPTIMIZERS = ['adam', 'sgd', 'ranger'] as const;

/**
 * C3, with the real trainer: its process is killed at random updates, now and then with a flipped bit in its newest
 * checkpoint besides. Losses and weights must equal, bit by bit, those of a process that nobody killed.
 */
export const killedTraining: Fault = {
  id: 'C3',
  name: 'training killed at random steps, its newest checkpoint damaged now and then',
  cycles: { files: [2, 60] },
  takes: [3, 2],
  async inject({ cycles, directory }) {
    const counts = { injected: 0, rows: 0, lost: 0, doubled: 0, wrong: 0 };
    const remarks: string[] = [];
    const optimizers = OPTIMIZERS.slice(0, Math.ceil(cycles / 20));
    for (const [index, optimizer] of optimizers.entries()) {
      const kills = Math.floor((cycles + index) / optimizers.length);
      const killed = join(directory, optimizer);
      const lives: Life[] = [];
      for (let kill = 1; kill <= kills; kill++) {
        const updates = Math.floor((kill * UPDATES) / (kills + 1)) + between(-2, 2);
        lives.push(await live(killed, optimizer, { updates: Math.max(1, updates), later: between(0, 10) }));
        if (kill % 2 === 0) await flipBitOfNewest(killed);
      }
      lives.push(await live(killed, optimizer));
      const whole = join(directory, `${optimizer}-whole`);
      const found = differences(lives, await live(whole, optimizer));
      const [a, b] = [await readCheckpoint(killed, 'a run'), await readCheckpoint(whole, 'a run')];
      counts.injected += lives.filter(({ ended }) => ended === 'killed').length;
      counts.rows += UPDATES;
      counts.lost += found.filter((line) => line.endsWith('never told')).length;
      counts.wrong += found.filter((line) => !line.endsWith('never told')).length;
      if (a === null || b === null || !sameTensors(a.tensors, b.tensors)) {
        counts.wrong++;
        found.push('the weights at the end differ');
      }
      remarks.push(...found.slice(0, 5).map((line) => `${optimizer}: ${line}`));
    }
    return { ...counts, remarks };
  },
};

async function flipBitOfNewest(directory: string): Promise<void> {
  const newest = (await readdir(directory))
    .filter((name) => /^\d+-.*\.checkpoint$/.test(name))
    .sort()
    .at(-1);
  if (newest === undefined) return;
  const path = join(directory, newest);
  const bytes = await readFile(path);
  const place = between(0, bytes.length - 1);
  bytes[place] = bytes[place]! ^ (1 << between(0, 7));
  // A file of its own: the best one may be the same file under another name, and is not to be damaged with it.
  await writeFile(`${path}.damaged`, bytes);
  await rename(`${path}.damaged`, path);
}

type Tensors = ReadonlyMap<string, { readonly data: Float32Array | Int32Array }>;

/** Bit by bit: NaN equals itself here and -0 does not equal 0. */
function sameTensors(a: Tensors, b: Tensors): boolean {
  return (
    a.size === b.size &&
    [...a].every(([name, { data }]) => {
      const other = b.get(name)?.data;
      return other !== undefined && bytesOf(data).equals(bytesOf(other));
    })
  );
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array | Int32Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
