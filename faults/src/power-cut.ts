import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startPostgres, startPostgresAgain, type TestPostgres } from '@optiscope/schema/test-postgres';
import type { ServerProcess } from '../../apps/api/test/server-process.ts';
import { create, type Epoch, foundEpochs, readRuns } from './experiments.ts';
import { between, type Fault, type Place } from './fault.ts';
import { experimentIds, KeyedClients } from './keyed-clients.ts';
import { startServer } from './patient-server.ts';

const IMAGE_MEGABYTES = 600;

/** A copy of the disk, and what had been acknowledged before it was taken. */
interface Snapshot {
  readonly image: string;
  readonly experiments: readonly string[];
  readonly epochs: readonly (readonly [string, Epoch])[];
}

/**
 * D5: the database on a file system of its own in a file. A copy of that file, taken while the server writes, holds
 * what had reached the disk and nothing that was only in memory: what a power cut leaves.
 */
export const powerCut: Fault = {
  id: 'D5',
  name: 'power cut: the disk as it was at a moment, and started from',
  // It mounts: nothing for every check of a change.
  cycles: { pglite: [0, 25], postgresql: [0, 25] },
  takes: [6, 4],
  postgres: 'none',
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
  async inject({ cycles, directory, place }) {
    const image = join(directory, 'disk');
    const mounted = join(directory, 'mounted');
    mkdirSync(mounted);
    execFileSync('truncate', ['-s', `${IMAGE_MEGABYTES}M`, image]);
    execFileSync('mkfs.ext4', ['-q', image]);
    execFileSync('mount', ['-o', 'loop', image, mounted]);
    const snapshots: Snapshot[] = [];
    try {
      const { server, postgres } = await startOn(mounted, directory, place, false);
      try {
        const made = await create(server, { epochs: 10_000, contenders: 2, stepMilliseconds: 10 });
        const clients = new KeyedClients();
        const working = clients.work(server, { clients: 2, patient: false });
        for (let cycle = 0; cycle < cycles; cycle++) {
          await sleep(between(600, 1_500));
          const epochs = foundEpochs(await readRuns(server, made.id));
          const experiments = [made.id, ...clients.acknowledged];
          const copy = `${image}.${cycle}`;
          server.child.kill('SIGSTOP'); // or the copy would be of many moments
          await postgres?.signal('SIGSTOP');
          execFileSync('cp', ['--sparse=always', '--reflink=auto', image, copy]);
          await postgres?.signal('SIGCONT');
          server.child.kill('SIGCONT');
          snapshots.push({ image: copy, experiments, epochs });
        }
        await working.stop();
      } finally {
        await server.end('SIGKILL');
        await postgres?.stop();
      }
    } finally {
      await unmount(mounted);
    }
    const counts = { injected: cycles, rows: 0, lost: 0, doubled: 0, wrong: 0 };
    for (const { image: copy, experiments, epochs } of snapshots) {
      execFileSync('mount', ['-o', 'loop', copy, mounted]);
      try {
        const { server, postgres } = await startOn(mounted, directory, place, true);
        try {
          const ids = await experimentIds(server);
          const found = new Map(foundEpochs(await readRuns(server, experiments[0]!)));
          counts.rows += experiments.length + epochs.length;
          counts.lost += experiments.filter((id) => !ids.includes(id)).length;
          counts.doubled += ids.length - new Set(ids).size;
          for (const [key, row] of epochs) {
            const there = found.get(key);
            if (there === undefined) counts.lost++;
            else if (JSON.stringify(there) !== JSON.stringify(row)) counts.wrong++;
          }
        } finally {
          await server.end('SIGKILL');
          await postgres?.stop();
        }
      } finally {
        await unmount(mounted);
        rmSync(copy);
      }
    }
    return counts;
  },
};

/** A server whose database is on the mounted disk; its checkpoints are elsewhere, for they are not what is cut off. */
async function startOn(
  mounted: string,
  directory: string,
  place: Place,
  again: boolean,
): Promise<{ server: ServerProcess; postgres: TestPostgres | null }> {
  if (place === 'pglite') {
    return { server: await startServer({ DATA_DIR: join(mounted, 'data') }), postgres: null };
  }
  const postgres = again
    ? await startPostgresAgain(mounted)
    : await startPostgres({ within: mounted, durable: true });
  if (postgres === null) throw new Error('PostgreSQL went away');
  const server = await startServer({ DATABASE_URL: postgres.url, DATA_DIR: join(directory, 'data') });
  return { server, postgres };
}

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
