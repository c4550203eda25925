import { MISHAP } from '../../apps/api/test/fake-train.ts';
import { createWithRates, ended, foundEpochs, wantedEpochs } from './experiments.ts';
import { compareRows, type Fault } from './fault.ts';
import { startServer } from './patient-server.ts';

const EPOCHS = 4;
/** Attempts without a new epoch after which a run is given up. */
const MOST_ATTEMPTS = 3;

/** Q7: one run throws at every attempt, another takes its process down at every attempt; the others go on. */
export const poisonRun: Fault = {
  id: 'Q7',
  name: 'poison runs: one always throws, one always kills its worker',
  cycles: { pglite: [0, 15], postgresql: [0, 15] },
  takes: [2, 8],
  async inject({ cycles, directory, database }) {
    const server = await startServer({ ...database, DATA_DIR: directory, WORKERS: '2' });
    try {
      const counts = { injected: 0, rows: 0, lost: 0, doubled: 0, wrong: 0 };
      const remarks: string[] = [];
      for (let cycle = 0; cycle < cycles; cycle++) {
        const made = await createWithRates(server, {
          epochs: EPOCHS,
          rates: [0.25, MISHAP.throws, 0.5, MISHAP.killsWorker],
        });
        const runs = await ended(server, made.id);
        const poison = new Map([
          [made.runs[1]!.id, { epochs: 0, says: /cannot be read.*last of 3 attempts/ }],
          // It records its first epoch before it dies in the second.
          [made.runs[3]!.id, { epochs: 1, says: /last of 3 attempts/ }],
        ]);
        for (const { id, status, reason, attempt, epochs } of runs) {
          const wanted = poison.get(id);
          const asWanted =
            wanted === undefined
              ? status === 'FINISHED'
              : status === 'FAILED' &&
                attempt <= MOST_ATTEMPTS + wanted.epochs &&
                epochs.length === wanted.epochs &&
                wanted.says.test(reason ?? '');
          if (asWanted) continue;
          counts.wrong++;
          remarks.push(`run ${id}: ${status} after attempt ${attempt}: ${reason}`);
        }
        const others = { ...made, runs: made.runs.filter(({ id }) => !poison.has(id)) };
        const compared = compareRows(
          wantedEpochs(others, EPOCHS),
          foundEpochs(runs.filter(({ id }) => !poison.has(id))),
        );
        counts.injected += poison.size;
        counts.rows += compared.rows;
        counts.lost += compared.lost;
        counts.doubled += compared.doubled;
        counts.wrong += compared.wrong;
      }
      return { ...counts, remarks };
    } finally {
      await server.end('SIGKILL');
    }
  },
};
