import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerProcess } from '../../apps/api/test/server-process.ts';
import { answering, create, ended, foundEpochs, wantedEpochs } from './experiments.ts';
import { compareRows, type Fault } from './fault.ts';
import { KeyedClients, type Working } from './keyed-clients.ts';
import { startServer } from './patient-server.ts';
import { startProxy } from './tcp-proxy.ts';

/** A request must be told no within this time, */
const TOLD_MILLISECONDS = 2_000;
/** from so long after the database went: what is known of it is half a second old, and it gets a second to answer. */
const NOTICED_MILLISECONDS = 2_000;

/**
 * Q4: the database is away: in turns behind a network that swallows everything, and stopped. Meanwhile requests are
 * answered with 503 in time, and afterwards everything goes on and nothing is missing.
 */
export const databaseAway: Fault = {
  id: 'Q4',
  name: 'database away: the network swallows everything; stopped',
  cycles: { postgresql: [2, 6] },
  takes: [4, 7, 64],
  postgres: 'own',
  async inject({ cycles, long, directory, database, postgres }) {
    if (postgres === null) throw new Error('there is no PostgreSQL to take away');
    const awayMilliseconds = long ? 60_000 : 4_000;
    const url = new URL(database.DATABASE_URL ?? '');
    const proxy = await startProxy(Number(url.port));
    url.port = String(proxy.port);
    const server = await startServer({
      DATABASE_URL: url.href,
      DATA_DIR: directory,
      WORKERS: '2',
      LOG: 'silent',
    });
    const clients = new KeyedClients();
    let working: Working | undefined;
    try {
      const epochs = 25 + 25 * cycles;
      const made = await create(server, { epochs, contenders: 3 });
      working = clients.work(server, { clients: 2, patient: true });
      const remarks: string[] = [];
      let refusedWrongly = 0;
      for (let cycle = 0; cycle < cycles; cycle++) {
        await sleep(500);
        const stops = cycle % 2 === 1;
        if (stops) {
          await postgres.kill();
          proxy.set('refuses');
        } else proxy.set('swallows');
        const wrong = await toldInTime(server, awayMilliseconds);
        refusedWrongly += wrong.length;
        remarks.push(...wrong.slice(0, 3));
        if (stops) await postgres.start();
        else proxy.set('refuses'); // a connection that was swallowed from is broken for good
        proxy.set('passes');
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
        wrong: trained.wrong + changed.wrong + refusedWrongly,
        remarks,
      };
    } finally {
      await working?.stop();
      await server.end('SIGKILL');
      proxy.close();
    }
  },
};

/** Asks while the database is away, and tells of every answer that was another than 503 or came late. */
async function toldInTime(server: ServerProcess, milliseconds: number): Promise<string[]> {
  const wrong: string[] = [];
  const until = performance.now() + milliseconds;
  await sleep(NOTICED_MILLISECONDS);
  while (performance.now() < until) {
    const [asked, health] = await Promise.all([
      timed(`${server.url}/graphql`, JSON.stringify({ query: '{ experiments(first: 1) { nodes { id } } }' })),
      timed(`${server.url}/health`),
    ]);
    if (asked.status !== 503)
      wrong.push(`a request was answered with ${asked.status} while the database was away`);
    // On a busy machine everything takes longer: /health, which asks no database, tells by how much.
    else if (asked.milliseconds > TOLD_MILLISECONDS + health.milliseconds)
      wrong.push(
        `503 took ${Math.round(asked.milliseconds)} ms, /health ${Math.round(health.milliseconds)} ms`,
      );
    await sleep(100);
  }
  return wrong;
}

async function timed(url: string, body?: string): Promise<{ status: number; milliseconds: number }> {
  const began = performance.now();
  const answer = await fetch(url, {
    ...(body !== undefined && { method: 'POST', headers: { 'content-type': 'application/json' }, body }),
  });
  await answer.arrayBuffer();
  return { status: answer.status, milliseconds: performance.now() - began };
}
