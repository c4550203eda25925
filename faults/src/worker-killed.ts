import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerProcess } from '../../apps/api/test/server-process.ts';
import { create, ended, foundEpochs, readRuns, wantedEpochs } from './experiments.ts';
import { between, compareRows, type Fault } from './fault.ts';
import { startServer } from './patient-server.ts';

const WORKERS = '{ server { state { workerProcesses { pid } } } }';

/** D1: worker processes are killed in mid-epoch; every run goes on from its checkpoint. */
export const workerKilled: Fault = {
  id: 'D1',
  name: 'worker killed',
  cycles: { pglite: [3, 300], postgresql: [0, 200] },
  takes: [3, 1.6],
  async inject({ cycles, directory, database }) {
    const server = await startServer({ ...database, DATA_DIR: directory, WORKERS: '2' });
    try {
      const counts = { injected: 0, rows: 0, lost: 0, doubled: 0, wrong: 0 };
      // Runs may end before there were kills enough: then others follow.
      while (counts.injected < cycles) {
        const epochs = 10 + 4 * Math.min(cycles - counts.injected, 50);
        const made = await create(server, { epochs, contenders: 3 });
        counts.injected += await killWorkers(server, made.id, cycles - counts.injected);
        const runs = await ended(server, made.id);
        const compared = compareRows(wantedEpochs(made, epochs), foundEpochs(runs));
        counts.rows += compared.rows;
        counts.lost += compared.lost;
        counts.doubled += compared.doubled;
        counts.wrong += compared.wrong + runs.filter(({ status }) => status !== 'FINISHED').length;
      }
      return counts;
    } finally {
      await server.end('SIGKILL');
    }
  },
};

/** Kills up to so many of a comparison's workers, until its runs have ended; how many it killed. */
async function killWorkers(server: ServerProcess, id: string, most: number): Promise<number> {
  let injected = 0;
  while (injected < most) {
    const before = await readRuns(server, id);
    const open = before.filter(({ status }) => status === 'QUEUED' || status === 'RUNNING');
    if (open.length === 0) break;
    await sleep(between(150, 450));
    const { server: told } = await server.ask<{
      server: { state: { workerProcesses: { pid: number }[] } };
    }>(WORKERS);
    const { workerProcesses } = told.state;
    const victim = workerProcesses[between(0, Math.max(0, workerProcesses.length - 1))];
    if (victim === undefined || !killed(victim.pid)) continue;
    injected++;
    // A run that never gets on is given up, rightly: so every run gets a new epoch, or its end, before the next kill.
    for (let gotOn = false; !gotOn; await sleep(50)) {
      const now = await readRuns(server, id);
      gotOn = open.every(({ id, epochs: had }) => {
        const run = now.find((candidate) => candidate.id === id);
        const isOpen = run?.status === 'QUEUED' || run?.status === 'RUNNING';
        return run !== undefined && (run.epochs.length > had.length || !isOpen);
      });
    }
  }
  return injected;
}

/** False when the process ended by itself meanwhile, as one does whose run has ended. */
function killed(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}
