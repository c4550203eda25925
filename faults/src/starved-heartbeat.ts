import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { create, ended, foundEpochs, readRuns, wantedEpochs } from './experiments.ts';
import { compareRows, type Fault } from './fault.ts';
import { readAttempts, SILENT_SECONDS, startTeam } from './run-workers.ts';

/** Processes for each core that do nothing but compute. */
const BUSY_EACH = 4;
const LEASES = 2;

/**
 * Q3: every core is busy several times over, and the training process stands still, as in one endless step: for
 * longer than the lease. It is kept, because what keeps it does not wait for training.
 */
export const starvedHeartbeat: Fault = {
  id: 'Q3',
  name: 'all cores busy and training at a standstill for two leases',
  cycles: { postgresql: [0, 3] },
  takes: [5, 25],
  unavailable: () => (process.platform === 'linux' ? null : 'needs /proc, to find training processes'),
  async inject(options) {
    const team = await startTeam(options);
    const busy: ChildProcess[] = [];
    const counts = { injected: 0, rows: 0, lost: 0, doubled: 0, wrong: 0 };
    try {
      const worker = await team.add();
      await team.add(); // one that would take the runs, were they let go of
      for (; counts.injected < options.cycles; counts.injected++) {
        const epochs = 20;
        const made = await create(team.server, { epochs, contenders: 4, stepMilliseconds: 30 });
        while (!(await readRuns(team.server, made.id)).every((run) => run.epochs.length > 1)) await sleep(50);
        const still = await trainingProcesses(worker.child.pid ?? 0);
        for (const pid of still) process.kill(pid, 'SIGSTOP');
        for (let core = 0; core < BUSY_EACH * availableParallelism(); core++)
          busy.push(spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }));
        await sleep(LEASES * SILENT_SECONDS * 1_000);
        for (const one of busy.splice(0)) one.kill('SIGKILL');
        for (const pid of still) process.kill(pid, 'SIGCONT');
        const compared = compareRows(
          wantedEpochs(made, epochs),
          foundEpochs(await ended(team.server, made.id)),
        );
        counts.rows += compared.rows;
        counts.lost += compared.lost;
        counts.doubled += compared.doubled;
        counts.wrong += compared.wrong + Number(still.length === 0);
        for (const attempts of (await readAttempts(team.server, made.id)).values())
          if (attempts.length !== 1) counts.wrong++;
      }
      return counts;
    } finally {
      for (const one of busy) one.kill('SIGKILL');
      await team.close();
    }
  },
};

/** The processes that a worker forked, as Linux tells them. */
async function trainingProcesses(pid: number): Promise<number[]> {
  const told = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return told.split(' ').filter(Boolean).map(Number);
}
