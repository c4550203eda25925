import { execFileSync } from 'node:child_process';
import { constants, copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startServer } from '../../apps/api/test/server-process.ts';
import { create } from './experiments.ts';
import { between, type Fault } from './fault.ts';

const IMAGE_MEGABYTES = 400;

/**
 * D5: the embedded database on a file system of its own in a file. A copy of that file, taken while the server
 * writes, holds what had reached the disk and nothing that was only in memory: what a power cut leaves.
 */
export const powerCut: Fault = {
  id: 'D5',
  name: 'power cut',
  // It mounts: nothing for every check of a change.
  cycles: { pglite: [0, 20] },
  takes: [4, 3],
  unavailable: () => {
    if (process.platform !== 'linux') return 'needs Linux';
    if (process.getuid?.() !== 0) return 'mounting needs root';
    try {
      execFileSync('losetup', ['--find'], { stdio: 'ignore' });
      return null;
    } catch {
      return 'there are no loop devices';
    }
  },
  async inject({ cycles, directory }) {
    const image = join(directory, 'disk');
    const place = join(directory, 'mounted');
    mkdirSync(place);
    execFileSync('truncate', ['-s', `${IMAGE_MEGABYTES}M`, image]);
    execFileSync('mkfs.ext4', ['-q', image]);
    execFileSync('mount', ['-o', 'loop', image, place]);
    let rows = 0;
    let lost = 0;
    const snapshots: { path: string; acknowledged: string[] }[] = [];
    try {
      const server = await startServer({ DATA_DIR: join(place, 'data') });
      const acknowledged: string[] = [];
      let writing = true;
      const write = async (): Promise<void> => {
        while (writing) acknowledged.push((await create(server, { epochs: 1, contenders: 1 })).id);
      };
      const writer = write().catch(() => undefined); // what was acknowledged by then counts
      for (let cycle = 0; cycle < cycles; cycle++) {
        await sleep(between(600, 1_500));
        const path = `${image}.${cycle}`;
        const before = [...acknowledged];
        server.child.kill('SIGSTOP'); // or the copy would be of many moments
        copyFileSync(image, path, constants.COPYFILE_FICLONE);
        server.child.kill('SIGCONT');
        snapshots.push({ path, acknowledged: before });
      }
      writing = false;
      await writer;
      await server.end('SIGKILL');
    } finally {
      await unmount(place);
    }
    for (const { path, acknowledged } of snapshots) {
      execFileSync('mount', ['-o', 'loop', path, place]);
      try {
        const server = await startServer({ DATA_DIR: join(place, 'data') });
        for (const id of acknowledged) {
          const { experiment } = await server.ask<{ experiment: { id: string } | null }>(
            'query ($id: ID!) { experiment(id: $id) { id } }',
            { id },
          );
          rows++;
          if (experiment === null) lost++;
        }
        await server.end('SIGKILL');
      } finally {
        await unmount(place);
      }
    }
    return { injected: cycles, rows, lost, doubled: 0, wrong: 0 };
  },
};

/** The killed server's workers leave its files a moment later. */
async function unmount(place: string): Promise<void> {
  for (let tries = 0; tries < 40; tries++) {
    try {
      execFileSync('umount', [place], { stdio: 'ignore' });
      return;
    } catch {
      await sleep(250);
    }
  }
  execFileSync('umount', ['--lazy', place]);
}
