import { EventReader } from './event-reader.ts';
import { create } from './experiments.ts';
import type { Fault } from './fault.ts';
import { openFlood } from './flood.ts';
import { startServer } from './patient-server.ts';
import { gauges } from './server-memory.ts';
import type { Subscriber } from './subscriber.ts';

const BURST = 10_000;

/** S2: ten thousand events, and as many hints, at once: the server lives, and every subscriber gets every event once. */
export const burst: Fault = {
  id: 'S2',
  name: '10,000 events and 10,000 hints at once',
  cycles: { postgresql: [1, 20] },
  takes: [2, 3],
  async inject({ cycles, directory, database }) {
    const server = await startServer({ ...database, DATA_DIR: directory, WORKERS: '0' }); // its run waits
    const flood = await openFlood(database);
    const subscribers: Subscriber[] = [];
    try {
      const made = await create(server, { epochs: 1, contenders: 1 });
      const run = { experimentId: made.id, runId: made.runs[0]!.id };
      const readers = [new EventReader(), new EventReader(), new EventReader(), new EventReader()];
      for (const reader of readers) subscribers.push(await reader.follow(server.url, made.id));
      const written: string[] = [];
      for (let cycle = 0; cycle < cycles; cycle++) {
        const [ids] = await Promise.all([flood.events(run, BURST, 40), flood.hints(made.id, BURST)]);
        written.push(...ids);
        for (const reader of readers) while (!(await reader.has(written.length, 1_000)) && reader.isReading);
      }
      await gauges(server); // it answers
      const compared = readers.map((reader) => reader.compare(written));
      return {
        injected: cycles,
        rows: compared.reduce((sum, { rows }) => sum + rows, 0),
        lost: compared.reduce((sum, { lost }) => sum + lost, 0),
        doubled: compared.reduce((sum, { doubled }) => sum + doubled, 0),
        wrong: compared.reduce((sum, { wrong }) => sum + wrong, 0),
      };
    } finally {
      for (const one of subscribers) one.close();
      await flood.close();
      await server.end('SIGKILL');
    }
  },
};
