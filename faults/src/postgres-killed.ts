import { setTimeout as sleep } from 'node:timers/promises';
import { answering, create, ended, foundEpochs, wantedEpochs } from './experiments.ts';
import { between, compareRows, type Fault } from './fault.ts';
import { KeyedClients, type Working } from './keyed-clients.ts';
import { startServer } from './patient-server.ts';

/** D3: the postmaster is killed under mutations and workers, and started again; clients repeat with their keys. */
export const postgresKilled: Fault = {
  id: 'D3',
  name: 'PostgreSQL killed (kill -9) and started again',
  cycles: { postgresql: [2, 100] },
  takes: [4, 3.5],
  postgres: 'own',
  async inject({ cycles, directory, database, postgres }) {
    if (postgres === null) throw new Error('there is no PostgreSQL to kill');
    const server = await startServer({ ...database, DATA_DIR: directory, WORKERS: '2' });
    const clients = new KeyedClients();
    let working: Working | undefined;
    try {
      const epochs = 15 + 10 * cycles;
      const made = await create(server, { epochs, contenders: 2 });
      working = clients.work(server, { clients: 2, patient: true });
      for (let cycle = 0; cycle < cycles; cycle++) {
        await sleep(between(300, 1_500));
        await postgres.kill();
        await sleep(between(0, 400));
        await postgres.start();
        await answering(server);
      }
      await working.stop();
      const trained = compareRows(wantedEpochs(made, epochs), foundEpochs(await ended(server, made.id)));
      const changed = await clients.compare(server, [made.id]);
      return {
        injected: cycles,
        rows: trained.rows + changed.rows,
        lost: trained.lost + changed.lost,
        doubled: trained.doubled + changed.doubled,
        wrong: trained.wrong + changed.wrong,
      };
    } finally {
      await working?.stop();
      await server.end('SIGKILL');
    }
  },
};
