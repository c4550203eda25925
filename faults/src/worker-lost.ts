import { setTimeout as sleep } from 'node:timers/promises';
import { create, ended, foundEpochs, readRuns, wantedEpochs } from './experiments.ts';
import { between, compareRows, type Fault } from './fault.ts';
import { startTeam } from './run-workers.ts';

/** D1, with workers of their own: one is killed with all its training processes, and another takes its place. */
export const workerLost: Fault = {
  id: 'D1',
  name: 'worker (npm run worker) killed, another starts',
  cycles: { postgresql: [2, 150] },
  takes: [4, 2.2],
  async inject(options) {
    const { cycles } = options;
    const team = await startTeam(options);
    try {
      const epochs = 20 + 12 * cycles;
      for (let worker = 0; worker < 2; worker++) await team.add();
      const made = await create(team.server, { epochs, contenders: 3 });
      for (let injected = 0; injected < cycles; injected++) {
        await sleep(between(150, 450));
        const before = await readRuns(team.server, made.id);
        await team.end(team.workers[between(0, team.workers.length - 1)]!, 'SIGKILL');
        await team.add();
        // A run that never gets on is given up, rightly: so every run gets a new epoch before the next kill.
        for (let gotOn = false; !gotOn; await sleep(50)) {
          const now = await readRuns(team.server, made.id);
          gotOn = now.every(
            ({ status, epochs: has }, index) =>
              (status !== 'QUEUED' && status !== 'RUNNING') || has.length > before[index]!.epochs.length,
          );
        }
      }
      const runs = await ended(team.server, made.id);
      const failed = runs.filter(({ status }) => status !== 'FINISHED').length;
      const compared = compareRows(wantedEpochs(made, epochs), foundEpochs(runs));
      return { injected: cycles, ...compared, wrong: compared.wrong + failed };
    } finally {
      await team.close();
    }
  },
};
