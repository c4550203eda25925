import { setTimeout as sleep } from 'node:timers/promises';
import { create, ended, foundEpochs, wantedEpochs } from './experiments.ts';
import { between, compareRows, type Fault } from './fault.ts';
import { startServer } from './patient-server.ts';

/** Q5: SIGTERM in mid-epoch: status 0, and the runs go on at the next start as if nothing had been. */
export const orderlyStop: Fault = {
  id: 'Q5',
  name: 'SIGTERM during an epoch',
  cycles: { pglite: [0, 30], postgresql: [1, 30] },
  takes: [4, 2.5],
  async inject({ cycles, directory, database }) {
    const settings = { ...database, DATA_DIR: directory };
    const epochs = 10 * cycles + 10;
    let server = await startServer(settings);
    try {
      const made = await create(server, { epochs, contenders: 2 });
      let wrong = 0;
      for (let cycle = 0; cycle < cycles; cycle++) {
        await sleep(between(150, 450));
        if ((await server.end('SIGTERM')) !== 0) wrong++;
        server = await startServer(settings);
      }
      const runs = await ended(server, made.id);
      const compared = compareRows(wantedEpochs(made, epochs), foundEpochs(runs));
      return { injected: cycles, ...compared, wrong: wrong + compared.wrong };
    } finally {
      await server.end('SIGKILL');
    }
  },
};
