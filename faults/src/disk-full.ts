import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ServerProcess, startServer } from '../../apps/api/test/server-process.ts';
import { create, ended, foundEpochs, readRuns, wantedEpochs } from './experiments.ts';
import { between, compareRows, type Fault } from './fault.ts';
import { KeyedClients } from './keyed-clients.ts';
import { LoopDisk, whyNoLoopDisk } from './loop-disk.ts';

const MEGABYTES = 120;
const EPOCHS_A_CYCLE = 25;

/**
 * D6: the disk of a server that trains and takes mutations becomes full, by someone else, at any moment. Whoever asks
 * for a change is told that the disk is full, reading goes on, and when there is space, or the disk has grown,
 * everything goes on in the same process.
 */
export const diskFull: Fault = {
  id: 'D6',
  name: 'disk full, and space again: refused clearly, read meanwhile, nothing lost',
  // It mounts: nothing for every check of a change.
  cycles: { pglite: [0, 20] },
  takes: [8, 4],
  unavailable: whyNoLoopDisk,
  async inject({ cycles, directory }) {
    const disk = new LoopDisk(directory, MEGABYTES);
    const remarks: string[] = [];
    const others: string[] = [];
    try {
      const settings = { DATA_DIR: join(disk.path, 'data'), MIN_FREE_BYTES: '8000000' };
      const server = await startServer(settings);
      try {
        const epochs = EPOCHS_A_CYCLE * cycles;
        const made = await create(server, { epochs, contenders: 2, stepMilliseconds: 10 });
        const clients = new KeyedClients();
        const working = clients.work(server, { clients: 2, patient: true });
        for (let cycle = 0; cycle < cycles; cycle++) {
          await sleep(between(200, 900));
          disk.fill();
          await sleep(between(500, 1_500));
          remarks.push(...(await wrongWhileFull(server, made.id)));
          if (cycle < cycles - 1 || !disk.grow(2 * MEGABYTES)) disk.free();
          others.push(await taken(server));
        }
        await working.stop();
        const runs = await ended(server, made.id);
        remarks.push(
          ...runs.flatMap(({ status, reason }) =>
            status === 'FINISHED' ? [] : [`a run ended as ${status}: ${reason}`],
          ),
        );
        const trained = compareRows(wantedEpochs(made, epochs), foundEpochs(runs));
        const kept = await clients.compare(server, [made.id, ...others]);
        return {
          injected: cycles,
          rows: trained.rows + kept.rows,
          lost: trained.lost + kept.lost,
          doubled: trained.doubled + kept.doubled,
          wrong: trained.wrong + kept.wrong + remarks.length,
          remarks,
        };
      } finally {
        await server.end('SIGKILL');
      }
    } finally {
      await disk.unmount();
    }
  },
};

/** What is not as it must be while nothing can be written. */
async function wrongWhileFull(server: ServerProcess, id: string): Promise<string[]> {
  const wrong: string[] = [];
  await readRuns(server, id).catch((error: unknown) => wrong.push(`reading failed: ${error}`));
  const refused = await create(server, { epochs: 1, contenders: 1 }).catch((error: unknown) => String(error));
  if (typeof refused !== 'string') wrong.push('a change was taken by a full disk');
  else if (!refused.includes('DISK_FULL')) wrong.push(`a change was refused with ${refused}`);
  // The disk is looked at every second.
  const until = performance.now() + 4_000;
  for (let ready = ''; !ready.includes('Free some space'); await sleep(100)) {
    ready = await fetch(`${server.url}/ready`).then((response) => response.text());
    if (performance.now() < until) continue;
    wrong.push(`/ready says ${ready}`);
    break;
  }
  return wrong;
}

/** Waits until a change is taken again; its id. */
async function taken(server: ServerProcess): Promise<string> {
  for (let tries = 0; ; tries++) {
    try {
      return (await create(server, { epochs: 1, contenders: 1, key: 'after a full disk' })).id;
    } catch (error) {
      if (tries > 100) throw error;
      await sleep(100);
    }
  }
}
