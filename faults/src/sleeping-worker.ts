import { setTimeout as sleep } from 'node:timers/promises';
import { create, ended, foundEpochs, readRuns, wantedEpochs } from './experiments.ts';
import { compareRows, type Fault } from './fault.ts';
import { readAttempts, startTeam } from './run-workers.ts';

/** Q2: a worker is stopped past its lease (SIGSTOP) and wakes up when another has its runs: it changes nothing. */
export const sleepingWorker: Fault = {
  id: 'Q2',
  name: 'worker asleep past its lease (SIGSTOP), then awake (SIGCONT)',
  cycles: { postgresql: [1, 6] },
  takes: [5, 18],
  async inject(options) {
    const team = await startTeam(options);
    const counts = { injected: 0, rows: 0, lost: 0, doubled: 0, wrong: 0 };
    const remarks: string[] = [];
    try {
      let awake = await team.add();
      for (; counts.injected < options.cycles; counts.injected++) {
        const epochs = 40;
        const made = await create(team.server, { epochs, contenders: 3, stepMilliseconds: 30 });
        const begun = async (): Promise<boolean> =>
          (await readRuns(team.server, made.id)).every((run) => run.epochs.length > 1);
        while (!(await begun())) await sleep(50);
        const asleep = awake;
        asleep.child.kill('SIGSTOP'); // its training process goes on until it waits for an answer
        awake = await team.add();
        const taken = async (): Promise<boolean> =>
          (await readRuns(team.server, made.id)).every(
            ({ attempt, status }) => attempt > 1 && status !== 'QUEUED',
          );
        while (!(await taken())) await sleep(100);
        asleep.child.kill('SIGCONT');
        const runs = await ended(team.server, made.id);
        const compared = compareRows(wantedEpochs(made, epochs), foundEpochs(runs));
        counts.rows += compared.rows;
        counts.lost += compared.lost;
        counts.doubled += compared.doubled;
        counts.wrong += compared.wrong;
        for (const [run, attempts] of await readAttempts(team.server, made.id)) {
          const outcomes = attempts.map(({ outcome }) => outcome).join(' ');
          if (outcomes === 'LOST ENDED') continue;
          counts.wrong++;
          remarks.push(`run ${run}: its attempts ended as ${outcomes}`);
        }
        // It noticed that its runs are another's, and lives.
        if (asleep.child.exitCode !== null) {
          counts.wrong++;
          remarks.push(`the worker that slept ended with status ${asleep.child.exitCode}`);
        }
        await team.end(asleep, 'SIGTERM');
      }
      return { ...counts, remarks };
    } finally {
      for (const { child } of team.workers) child.kill('SIGCONT');
      await team.close();
    }
  },
};
