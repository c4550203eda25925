import { EVENTS, EventReader } from './event-reader.ts';
import { create } from './experiments.ts';
import type { Fault } from './fault.ts';
import { openFlood } from './flood.ts';
import { startServer } from './patient-server.ts';
import { type Subscriber, subscribe } from './subscriber.ts';

/** S3: one who watches A stalls while A and B are flooded; who watches B gets all of B and nothing of A. */
export const topicLeak: Fault = {
  id: 'S3',
  name: 'a stalled subscriber of one experiment, active ones of others',
  cycles: { postgresql: [10, 200] },
  takes: [3, 0.15],
  async inject({ cycles, directory, database }) {
    const server = await startServer({ ...database, DATA_DIR: directory, WORKERS: '0' }); // its run waits
    const flood = await openFlood(database);
    const subscribers: Subscriber[] = [];
    try {
      const places = [];
      for (const name of ['A', 'B', 'C']) {
        const made = await create(server, { epochs: 1, contenders: 1, key: name });
        const reader = new EventReader();
        places.push({
          run: { experimentId: made.id, runId: made.runs[0]!.id },
          reader,
          written: [] as string[],
        });
        if (name === 'A') continue;
        subscribers.push(await reader.follow(server.url, made.id));
      }
      const stalled = places[0]!.run.experimentId;
      for (let cycle = 0; cycle < cycles; cycle++) {
        const one = await subscribe(
          server.url,
          { query: EVENTS, variables: { id: stalled, after: 0 } },
          () => undefined,
        );
        one.pause();
        subscribers.push(one);
        await Promise.all(
          places.map(async ({ run, written }) => written.push(...(await flood.events(run, 100, 400)))),
        );
      }
      const counts = { injected: cycles, rows: 0, lost: 0, doubled: 0, wrong: 0 };
      for (const { reader, written } of places.slice(1)) {
        while (!(await reader.has(written.length, 1_000)) && reader.isReading);
        const compared = reader.compare(written); // an event of A would be one that was not wanted
        counts.rows += compared.rows;
        counts.lost += compared.lost;
        counts.doubled += compared.doubled;
        counts.wrong += compared.wrong;
      }
      return counts;
    } finally {
      for (const one of subscribers) one.close();
      await flood.close();
      await server.end('SIGKILL');
    }
  },
};
