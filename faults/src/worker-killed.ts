import { setTimeout as sleep } from 'node:timers/promises';
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
    const epochs = 10 + 4 * cycles;
    const server = await startServer({ ...database, DATA_DIR: directory, WORKERS: '2' });
    try {
      const made = await create(server, { epochs, contenders: 3 });
      let injected = 0;
      while (injected < cycles) {
        const before = await readRuns(server, made.id);
        if (before.every(({ status }) => status === 'FINISHED' || status === 'FAILED')) break;
        await sleep(between(150, 450));
        const { server: told } = await server.ask<{
          server: { state: { workerProcesses: { pid: number }[] } };
        }>(WORKERS);
        const victim =
          told.state.workerProcesses[between(0, Math.max(0, told.state.workerProcesses.length - 1))];
        if (victim === undefined) continue;
        if (!killed(victim.pid)) continue;
        injected++;
        // A run that never gets on is given up, rightly: so every run gets a new epoch before the next kill.
        const open = before.filter(({ status }) => status === 'QUEUED' || status === 'RUNNING');
        for (let gotOn = false; !gotOn; await sleep(50)) {
          const now = await readRuns(server, made.id);
          gotOn = open.every(({ id, epochs: had }) => {
            const run = now.find((candidate) => candidate.id === id);
            return run !== undefined && (run.epochs.length > had.length || run.status === 'FAILED');
          });
        }
      }
      const runs = await ended(server, made.id);
      const failed = runs.filter(({ status }) => status !== 'FINISHED').length;
      const compared = compareRows(wantedEpochs(made, epochs), foundEpochs(runs));
      return { injected, ...compared, wrong: compared.wrong + failed };
    } finally {
      await server.end('SIGKILL');
    }
  },
};

/** False when the process ended by itself meanwhile, as one does whose run has ended. */
function killed(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}
