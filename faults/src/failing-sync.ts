import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { BEST, findCheckpoint, readNamedCheckpoint } from '../../packages/trainer/src/checkpoint.ts';
import { NUMBERED_RUN } from '../../packages/trainer/test/numbered-checkpoint.ts';
import type { Fault } from './fault.ts';
import { holds } from './torn-checkpoint.ts';

const WRITER = fileURLToPath(new URL('telling-writer.ts', import.meta.url));
const ERRORS = ['EIO', 'ENOSPC'] as const;
/** Saving one checkpoint syncs its file and its directory; the first of the second checkpoint is the third sync. */
const SYNCS = [3, 4] as const;

/** D7: the disk refuses a sync of a checkpoint: it is not told as stored, and the one before it is whole. */
export const failingSync: Fault = {
  id: 'D7',
  name: 'EIO and ENOSPC on the sync of a checkpoint',
  cycles: { files: [0, 20] },
  takes: [0.5, 2],
  unavailable: () => {
    try {
      execFileSync('strace', ['-f', '-qq', '-e', 'trace=none', 'true'], { stdio: 'ignore' });
      return null;
    } catch {
      return 'strace is not installed, or may not trace';
    }
  },
  async inject({ cycles, directory }) {
    const counts = { injected: 0, rows: 0, lost: 0, doubled: 0, wrong: 0 };
    const remarks: string[] = [];
    for (let cycle = 0; cycle < cycles; cycle++) {
      const error = ERRORS[cycle % ERRORS.length]!;
      const sync = SYNCS[Math.floor(cycle / ERRORS.length) % SYNCS.length]!;
      const own = `${directory}/${cycle}`;
      const inject = `inject=fsync:error=${error}:when=${sync}`;
      const writer = spawn(
        'strace',
        ['-f', '-qq', '-o', '/dev/null', '-e', 'trace=fsync', '-e', inject, process.execPath, WRITER, own],
        {
          stdio: ['ignore', 'pipe', 'inherit'],
          // Calls are counted for each thread: all files are one thread's.
          env: { ...process.env, UV_THREADPOOL_SIZE: '1' },
        },
      );
      let said = '';
      writer.stdout.on('data', (data) => {
        said += data;
      });
      await once(writer, 'close');
      // The first is stored, the second is refused with the reason, and the third is stored again.
      const wanted = `stored 1\nrefused 2 ${error}\nstored 3\n`;
      counts.injected++;
      if (said !== wanted) remarks.push(`the writer said ${JSON.stringify(said)}`);
      counts.rows++;
      const { checkpoint, damaged } = await findCheckpoint(own, NUMBERED_RUN);
      const best = await readNamedCheckpoint(own, BEST, NUMBERED_RUN);
      if (checkpoint === null) counts.lost++;
      else if (checkpoint.epoch !== 3 || !holds(checkpoint.tensors.get('weights')?.data, 3)) counts.wrong++;
      if (best?.epoch !== 3) counts.wrong++;
      counts.wrong += damaged.length;
    }
    return { ...counts, wrong: counts.wrong + remarks.length, remarks };
  },
};
