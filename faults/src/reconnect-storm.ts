import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { ServerProcess } from '../../apps/api/test/server-process.ts';
import { create, type Epoch, ended, type Made, wantedEpochs } from './experiments.ts';
import { between, compareRows, type Fault } from './fault.ts';
import { startServer } from './patient-server.ts';
import { subscribe } from './subscriber.ts';

const QUERY =
  'subscription ($id: ID!, $after: Int!) { experimentChanges(experimentId: $id, after: $after) { cursor epochs { runId epoch loss valAccuracy } } }';
const Changes = z.object({
  experimentChanges: z.object({
    cursor: z.number(),
    epochs: z.array(
      z.object({
        runId: z.string(),
        epoch: z.number(),
        loss: z.number().nullable(),
        valAccuracy: z.number().nullable(),
      }),
    ),
  }),
});

const EPOCHS = 30;

/**
 * S4: a server is killed under its subscribers and comes again; all of them come at once. One that is not taken waits,
 * longer each time and never as long as another, and goes on with its cursor. Each sees every epoch once.
 */
export const reconnectStorm: Fault = {
  id: 'S4',
  name: 'every subscriber comes again at once',
  cycles: { pglite: [150, 2_500], postgresql: [0, 2_500] },
  takes: [5, 0.02],
  async inject({ cycles, directory, database }) {
    const settings = { ...database, DATA_DIR: directory, WORKERS: '2' };
    let server = await startServer(settings);
    const stop = new AbortController();
    try {
      const made = await create(server, { epochs: EPOCHS, contenders: 2, stepMilliseconds: 60 });
      let again = 0;
      const clients = Array.from({ length: cycles }, () =>
        client(
          () => server,
          made,
          stop.signal,
          () => again++,
        ),
      );
      const seen = Promise.all(clients);
      await sleep(500);
      await server.end('SIGKILL');
      server = await startServer(settings);
      await ended(server, made.id);
      const wanted = wantedEpochs(made, EPOCHS);
      const counts = { injected: 0, rows: 0, lost: 0, doubled: 0, wrong: 0 };
      for (const rows of await seen) {
        const compared = compareRows(wanted, rows);
        counts.rows += compared.rows;
        counts.lost += compared.lost;
        counts.doubled += compared.doubled;
        counts.wrong += compared.wrong;
      }
      return { ...counts, injected: again };
    } finally {
      stop.abort();
      await server.end('SIGKILL');
    }
  },
};

/** Follows an experiment to its end, over as many connections as that takes. */
async function client(
  serverNow: () => ServerProcess,
  { id }: Made,
  stop: AbortSignal,
  onAgain: () => void,
): Promise<[string, Epoch][]> {
  const rows: [string, Epoch][] = [];
  let cursor = 0;
  for (let failures = 0; !stop.aborted; ) {
    try {
      const asked = { query: QUERY, variables: { id, after: cursor } };
      const { ended } = await subscribe(serverNow().url, asked, (data) => {
        failures = 0;
        const { experimentChanges } = Changes.parse(data);
        cursor = experimentChanges.cursor;
        for (const { runId, ...row } of experimentChanges.epochs) rows.push([`${runId} ${row.epoch}`, row]);
      });
      if ((await ended) === 'complete') return rows;
    } catch {
      // not taken
    }
    onAgain();
    await sleep(between(50, 150) * 2 ** Math.min(failures++, 5));
  }
  return rows;
}
