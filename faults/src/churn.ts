import { setTimeout as sleep } from 'node:timers/promises';
import { EVENTS } from './event-reader.ts';
import { create } from './experiments.ts';
import { between, type Fault } from './fault.ts';
import { startServer } from './patient-server.ts';
import { gauges } from './server-memory.ts';
import { subscribe } from './subscriber.ts';

const SIDE_BY_SIDE = 20;
/** What a server's heap breathes in and out, and what its code compiles to meanwhile. */
const MOST_GROWTH_BYTES = 120e6;
/** A subscription whose connection broke is noticed by its next ping. */
const GONE_MILLISECONDS = 30_000;

/** S7: subscribers come and go without a rest; afterwards nobody is left and memory is as it was. */
export const churn: Fault = {
  id: 'S7',
  name: 'soak: subscribers come and go while runs are trained',
  cycles: { pglite: [200, 20_000], postgresql: [0, 20_000] },
  takes: [4, 0.015],
  async inject({ cycles, directory, database }) {
    const server = await startServer({ ...database, DATA_DIR: directory, WORKERS: '1' });
    try {
      const made = await create(server, { epochs: 10_000, contenders: 2, stepMilliseconds: 30 });
      let left = cycles;
      let got = 0;
      const comeAndGo = async (): Promise<void> => {
        while (left-- > 0) {
          const { promise: told, resolve } = Promise.withResolvers<void>();
          const asked = { query: EVENTS, variables: { id: made.id, after: 0 } };
          const one = await subscribe(server.url, asked, () => {
            got++;
            resolve();
          });
          if (left % 5 === 0) one.pause();
          // Most leave before they were told anything, some wait for it.
          if (left % 5 === 1) await Promise.race([told, one.ended]);
          else await sleep(between(0, 100));
          one.close();
        }
      };
      const all = async (count: number): Promise<void> => {
        left = count;
        await Promise.all(Array.from({ length: SIDE_BY_SIDE }, comeAndGo));
      };
      // By the first ones its code is compiled and its buffers are there.
      await all(Math.ceil(cycles / 4));
      const before = (await gauges(server)).residentBytes;
      await all(cycles - Math.ceil(cycles / 4));
      const until = performance.now() + GONE_MILLISECONDS;
      let now = await gauges(server);
      for (; now.subscriptions > 0 && performance.now() < until; now = await gauges(server)) await sleep(200);
      const growth = now.residentBytes - before;
      const grew = growth > MOST_GROWTH_BYTES;
      return {
        injected: cycles,
        rows: 0,
        lost: Number(got === 0),
        doubled: 0,
        wrong: now.subscriptions + Number(grew),
        remarks: [
          ...(now.subscriptions > 0 ? [`${now.subscriptions} subscriptions are left`] : []),
          ...(grew ? [`the server grew by ${Math.round(growth / 1e6)} MB`] : []),
        ],
      };
    } finally {
      await server.end('SIGKILL');
    }
  },
};
