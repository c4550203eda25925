import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { create, ended, foundEpochs, readRuns, wantedEpochs } from './experiments.ts';
import { compareRows, type Fault } from './fault.ts';
import { experimentIds } from './keyed-clients.ts';
import { startServer } from './patient-server.ts';
import { readAttempts, startTeam } from './run-workers.ts';

const LIBRARY = ['x86_64-linux-gnu', 'aarch64-linux-gnu']
  .map((folder) => `/usr/lib/${folder}/faketime/libfaketimeMT.so.1`)
  .find((path) => existsSync(path));
/** What the test's own clock and the database's may differ by, and a moment. */
const TOLERANCE_MILLISECONDS = 10_000;

/** Q8: servers and workers whose clocks are two hours early or late; order, leases and tokens go by the database's. */
export const clockSkew: Fault = {
  id: 'Q8',
  name: 'clocks of servers and workers two hours off, each way',
  cycles: { postgresql: [1, 5] },
  takes: [8, 8],
  unavailable: () =>
    LIBRARY === undefined ? 'faketime is not installed (Debian: apt install faketime)' : null,
  async inject(options) {
    const skewed = (by: string): Record<string, string> => ({
      LD_PRELOAD: LIBRARY ?? '',
      FAKETIME: by,
      FAKETIME_DONT_FAKE_MONOTONIC: '1', // clocks differ; time passes everywhere alike
    });
    const team = await startTeam(options, skewed('+2h'));
    const late = await startServer({
      ...options.database,
      DATA_DIR: join(options.directory, 'data'),
      WORKERS: '0',
      LOG: 'silent',
      ...skewed('-2h'),
    });
    const counts = { injected: 0, rows: 0, lost: 0, doubled: 0, wrong: 0 };
    const remarks: string[] = [];
    try {
      await team.add(skewed('+2h'));
      await team.add(skewed('-2h'));
      for (; counts.injected < options.cycles; counts.injected++) {
        const began = Date.now();
        const epochs = 30;
        // The first of them by the early server, the second, later, by the late one.
        const first = await create(team.server, { epochs, contenders: 3 });
        const second = await create(late, { epochs, contenders: 3 });
        const listed = (await experimentIds(team.server)).filter((id) => id === first.id || id === second.id);
        if (listed.join() !== [second.id, first.id].join()) {
          counts.wrong++;
          remarks.push('the list is not in the order in which the experiments were made');
        }
        while (!(await readRuns(late, second.id)).every((run) => run.epochs.length > 1)) await sleep(50);
        const killed = team.workers[counts.injected % 2]!;
        await team.end(killed, 'SIGKILL');
        await team.add(skewed(counts.injected % 2 === 0 ? '+2h' : '-2h'));
        for (const made of [first, second]) {
          const compared = compareRows(wantedEpochs(made, epochs), foundEpochs(await ended(late, made.id)));
          counts.rows += compared.rows;
          counts.lost += compared.lost;
          counts.doubled += compared.doubled;
          counts.wrong += compared.wrong;
          const ends = Date.now();
          for (const attempts of (await readAttempts(late, made.id)).values()) {
            const times = attempts.flatMap(({ startedAt, endedAt }) =>
              [startedAt, endedAt].map((at) => (at === null ? Number.NaN : Date.parse(at))),
            );
            const inOrder = times.every((at, index) => index === 0 || at >= times[index - 1]!);
            const inTime = times.every(
              (at) => at > began - TOLERANCE_MILLISECONDS && at < ends + TOLERANCE_MILLISECONDS,
            );
            if (inOrder && inTime) continue;
            counts.wrong++;
            remarks.push(`times of attempts: ${JSON.stringify(attempts)}`);
          }
        }
      }
      return { ...counts, remarks };
    } finally {
      await late.end('SIGKILL');
      await team.close();
    }
  },
};
