import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { BEST, readCheckpoint, readNamedCheckpoint, sweep } from '../../packages/trainer/src/checkpoint.ts';
import { NUMBERED_RUN } from '../../packages/trainer/test/numbered-checkpoint.ts';
import type { Fault } from './fault.ts';
import { holds } from './torn-checkpoint.ts';

const WRITER = fileURLToPath(new URL('dying-writer.ts', import.meta.url));
const MOMENTS = ['before', 'within', 'after'] as const;
/** Operations on files of three checkpoints, the third of which removes the first. */
const OPERATIONS = 24;

/** C2: a process is killed at each write, fsync, link, rename and removal of saving a checkpoint. */
export const killedSaving: Fault = {
  id: 'C2',
  name: 'killed at each write, fsync, link, rename and removal of saving',
  cycles: { files: [10, 3 * OPERATIONS * MOMENTS.length] },
  takes: [0, 0.3],
  async inject({ cycles, directory }) {
    let stored = 0;
    let lost = 0;
    let wrong = 0;
    for (let cycle = 0; cycle < cycles; cycle++) {
      // Few cycles are spread over all operations.
      const place = Math.floor((cycle * 3 * OPERATIONS * MOMENTS.length) / cycles);
      const at = Math.floor(place / MOMENTS.length) % OPERATIONS;
      const moment = MOMENTS[place % MOMENTS.length]!;
      const before = stored;
      const writer = spawn(process.execPath, [WRITER, directory, String(stored + 1), String(at), moment], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      writer.stdout.on('data', (data: Buffer) => {
        for (const line of String(data).split('\n').filter(Boolean)) stored = Number(line);
      });
      const [code] = await once(writer, 'close');
      if (code !== null) throw new Error(`the writer ended with status ${code} instead of being killed`);
      const found = await readCheckpoint(directory, NUMBERED_RUN);
      if (found === null) {
        if (stored > 0) lost++;
      } else {
        // The next one may be whole already, although nobody was told.
        if (found.epoch !== stored && found.epoch !== stored + 1) wrong++;
        if (!holds(found.tensors.get('weights')?.data, found.epoch)) wrong++;
        const best = await readNamedCheckpoint(directory, BEST, NUMBERED_RUN);
        if (best === null || (best.epoch !== found.epoch && best.epoch !== found.epoch + 1)) wrong++;
      }
      await sweep(directory);
      const leftOver = (await readdir(directory)).filter((name) => name.endsWith('.tmp'));
      wrong += leftOver.length;
      stored = Math.max(before, found?.epoch ?? 0);
    }
    return { injected: cycles, rows: cycles, lost, doubled: 0, wrong };
  },
};
