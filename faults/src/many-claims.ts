import { create, ended, foundEpochs, type Made, wantedEpochs } from './experiments.ts';
import { compareRows, type Fault } from './fault.ts';
import { readAttempts, startTeam } from './run-workers.ts';

/** The most runs of one experiment. */
const RUNS_EACH = 50;
const PROCESSES_EACH = '1';

/** Q1: many workers claim many runs; a run is taken up once, by one worker, although all look for runs at once. */
export const manyClaims: Fault = {
  id: 'Q1',
  name: 'many workers claim many runs (long form: 50 workers, 1,000 runs)',
  cycles: { postgresql: [3, 50] },
  takes: [6, 3],
  async inject(options) {
    const { cycles: workers, long } = options;
    const team = await startTeam(options, { LOG: 'silent' });
    try {
      const experiments: Made[] = [];
      for (let made = 0; made < (long ? 1_000 : 100); made += RUNS_EACH)
        experiments.push(
          await create(team.server, { epochs: 1, contenders: RUNS_EACH, stepMilliseconds: 1 }),
        );
      // They all find runs that wait. Several start at a time, for each takes a second of a processor.
      for (let begun = 0; begun < workers; begun += 4) {
        const some = Array.from({ length: Math.min(4, workers - begun) }, () =>
          team.add({ LOG: 'debug', WORKERS: PROCESSES_EACH, CONCURRENCY: '6' }),
        );
        await Promise.all(some);
      }
      const counts = { injected: 0, rows: 0, lost: 0, doubled: 0, wrong: 0 };
      for (const made of experiments) {
        const compared = compareRows(wantedEpochs(made, 1), foundEpochs(await ended(team.server, made.id)));
        counts.rows += compared.rows;
        counts.lost += compared.lost;
        counts.doubled += compared.doubled;
        counts.wrong += compared.wrong;
        for (const attempts of (await readAttempts(team.server, made.id)).values())
          if (attempts.length !== 1 || attempts[0]?.outcome !== 'ENDED') counts.wrong++;
      }
      // Each worker says what it took up: the same attempt of a run must have been taken up by one alone.
      const taken = team.workers.flatMap((worker) =>
        [...worker.logged().matchAll(/run (\S+), attempt (\d+), goes to/g)].map(
          ([, run, attempt]) => `${run} ${attempt}`,
        ),
      );
      counts.injected = taken.length;
      counts.doubled += taken.length - new Set(taken).size;
      return counts;
    } finally {
      await team.close();
    }
  },
};
