import { MISHAP } from '../../apps/api/test/fake-train.ts';
import { createWithRates, ended, foundEpochs, wantedEpochs } from './experiments.ts';
import { compareRows, type Fault } from './fault.ts';
import { startTeam } from './run-workers.ts';

const EPOCHS = 4;
const MOST_ATTEMPTS = 3;

/** Q6: a run takes more memory than its worker may: it alone fails, says why, and is not tried for ever. */
export const memoryEaten: Fault = {
  id: 'Q6',
  name: 'a run that eats memory, on a worker with a limit',
  cycles: { postgresql: [0, 10] },
  takes: [4, 8],
  async inject(options) {
    const team = await startTeam(options);
    const counts = { injected: 0, rows: 0, lost: 0, doubled: 0, wrong: 0 };
    const remarks: string[] = [];
    try {
      await team.add({ MAX_MEMORY: '700M', WORKERS: '3' });
      for (; counts.injected < options.cycles; counts.injected++) {
        const made = await createWithRates(team.server, {
          epochs: EPOCHS,
          rates: [0.25, MISHAP.eatsMemory, 0.5],
        });
        const runs = await ended(team.server, made.id);
        const greedy = runs.find(({ id }) => id === made.runs[1]?.id);
        if (
          greedy?.status !== 'FAILED' ||
          greedy.attempt > MOST_ATTEMPTS ||
          !/memory/i.test(greedy.reason ?? '')
        ) {
          counts.wrong++;
          remarks.push(`the run: ${greedy?.status} after attempt ${greedy?.attempt}: ${greedy?.reason}`);
        }
        const others = runs.filter((run) => run !== greedy);
        const left = { ...made, runs: made.runs.filter(({ id }) => id !== greedy?.id) };
        const compared = compareRows(wantedEpochs(left, EPOCHS), foundEpochs(others));
        counts.rows += compared.rows;
        counts.lost += compared.lost;
        counts.doubled += compared.doubled;
        counts.wrong += compared.wrong + others.filter(({ status }) => status !== 'FINISHED').length;
      }
      return { ...counts, remarks };
    } finally {
      await team.close();
    }
  },
};
