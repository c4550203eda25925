import { setTimeout as sleep } from 'node:timers/promises';
import { EVENTS, EventReader } from './event-reader.ts';
import { create } from './experiments.ts';
import type { Fault } from './fault.ts';
import { openFlood } from './flood.ts';
import { startServer } from './patient-server.ts';
import { gauges } from './server-memory.ts';
import { type Subscriber, subscribe } from './subscriber.ts';

const CHARACTERS = 1_000;
const CHANGE = 500;
/** Beyond what a server's heap breathes in and out. Were the flood kept for each slow one, it would be a multiple. */
const MOST_GROWTH_BYTES = 250e6;

/** S1: subscribers that stop reading under a flood of events; others get everything and memory stays as it is. */
export const slowSubscriber: Fault = {
  id: 'S1',
  name: 'subscribers whose sockets are paused, under a flood of events',
  cycles: { postgresql: [20, 150] },
  takes: [5, 0.15],
  async inject({ cycles, long, directory, database }) {
    const server = await startServer({ ...database, DATA_DIR: directory, WORKERS: '0' }); // its run waits
    const flood = await openFlood(database);
    const subscribers: Subscriber[] = [];
    try {
      const made = await create(server, { epochs: 1, contenders: 1 });
      const run = { experimentId: made.id, runId: made.runs[0]!.id };
      for (let slow = 0; slow < cycles; slow++) {
        const one = await subscribe(
          server.url,
          { query: EVENTS, variables: { id: made.id, after: 0 } },
          () => undefined,
        );
        one.pause();
        subscribers.push(one);
      }
      const readers = [new EventReader(), new EventReader(), new EventReader()];
      for (const reader of readers) subscribers.push(await reader.follow(server.url, made.id));
      const before = await gauges(server);
      const written: string[] = [];
      // 20 MB each, or 60: more than a connection's buffers in the kernel take.
      for (let change = 0; change < (long ? 120 : 40); change++)
        written.push(...(await flood.events(run, CHANGE, CHARACTERS)));
      let most = 0;
      for (const reader of readers) {
        while (!(await reader.has(written.length, 500)) && reader.isReading)
          most = Math.max(most, (await gauges(server)).residentBytes);
      }
      await sleep(500);
      const after = await gauges(server);
      most = Math.max(most, after.residentBytes);
      const compared = readers.map((reader) => reader.compare(written));
      const growth = most - before.residentBytes;
      const grew = growth > MOST_GROWTH_BYTES;
      return {
        injected: cycles,
        rows: compared.reduce((sum, { rows }) => sum + rows, 0),
        lost: compared.reduce((sum, { lost }) => sum + lost, 0),
        doubled: compared.reduce((sum, { doubled }) => sum + doubled, 0),
        wrong: compared.reduce((sum, { wrong }) => sum + wrong, 0) + Number(grew),
        remarks: grew ? [`the server grew by ${Math.round(growth / 1e6)} MB`] : [],
      };
    } finally {
      for (const one of subscribers) one.close();
      await flood.close();
      await server.end('SIGKILL');
    }
  },
};
