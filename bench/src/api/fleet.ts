import { setTimeout as sleep } from 'node:timers/promises';
import { startWorkerProgram } from '../../../apps/api/test/worker-process.ts';
import { create, ended } from '../../../faults/src/experiments.ts';
import { Clients, faultsOf } from './clients.ts';
import { within } from './environment.ts';
import { type PartReport, whole } from './report.ts';

export interface FleetWanted {
  readonly runs: number;
  readonly epochs: number;
  /** Of each server. */
  readonly subscribers: number;
}

const SERVERS = 2;
const WORKERS = 4;
/** Runs that a worker with one process has side by side, unless it is told otherwise. */
const SIDE_BY_SIDE = 6;
const STEP_MILLISECONDS = 20;
/** Steps of an epoch of the stand-in for the trainer. */
const STEPS = 3;
const LONGEST_MILLISECONDS = 300_000;

/**
 * Two servers and four workers on one PostgreSQL: how long a comparison of many runs takes them, beside what its steps
 * take alone. Nothing is computed: a stand-in for the trainer waits for so long at each step, writes checkpoints and
 * tells its epochs as the trainer does. Every subscriber of either server must get every epoch once and in order.
 */
export async function fleetPart({ runs, epochs, subscribers }: FleetWanted): Promise<PartReport> {
  return await within(async (environment) => {
    const { url } = await environment.postgres();
    const directory = await environment.directory();
    const settings = { DATABASE_URL: url, DATA_DIR: directory };
    const servers = [];
    for (let index = 0; index < SERVERS; index++) servers.push(await environment.server(settings));
    for (let index = 0; index < WORKERS; index++) {
      const worker = await startWorkerProgram(settings);
      environment.stopping(() => worker.end('SIGTERM'));
    }
    const all = servers.map((server) => {
      const clients = new Clients(1);
      environment.stopping(() => clients.end());
      return { server, clients };
    });
    const began = performance.now();
    const made = await create(servers[0]!, {
      epochs,
      contenders: runs,
      stepMilliseconds: STEP_MILLISECONDS,
    });
    await Promise.all(
      all.map(({ server, clients }) => clients.open(server.url, Array(subscribers).fill(made.id))),
    );
    const received = [];
    for (const { clients } of all) {
      for (;;) {
        const told = await clients.tell();
        const isOver = told.completed === subscribers || performance.now() - began > LONGEST_MILLISECONDS;
        if (isOver) {
          received.push(told);
          break;
        }
        await sleep(100);
      }
    }
    const seconds = (performance.now() - began) / 1_000;
    const finished = (await ended(servers[1]!, made.id)).filter(({ status }) => status === 'FINISHED').length;
    const alone = (Math.ceil(runs / (WORKERS * SIDE_BY_SIDE)) * epochs * STEPS * STEP_MILLISECONDS) / 1_000;
    const completed = received.reduce((sum, told) => sum + told.completed, 0);
    return {
      title: `Fleet: ${SERVERS} servers and ${WORKERS} workers on one PostgreSQL`,
      lines: [
        {
          label: `${runs} runs × ${epochs} epochs, ${SERVERS * subscribers} subscribers`,
          cells: [
            ['finished', whole(finished)],
            ['complete', whole(completed)],
            ['s', seconds.toFixed(1)],
            ['steps alone s', alone.toFixed(1)],
            ['epochs/s', whole((runs * epochs) / seconds)],
          ],
        },
      ],
      faults: [
        ...received.flatMap((told) => faultsOf(told, runs * epochs * subscribers)),
        ...(finished === runs ? [] : [`${runs - finished} runs did not finish`]),
        ...(completed === SERVERS * subscribers
          ? []
          : [`${SERVERS * subscribers - completed} subscriptions did not complete`]),
      ],
    };
  });
}
