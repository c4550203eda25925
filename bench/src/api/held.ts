import { setTimeout as sleep } from 'node:timers/promises';
import { Child } from './child.ts';
import { Clients, faultsOf } from './clients.ts';
import { within } from './environment.ts';
import type { FromWriter, ToWriter } from './messages.ts';
import { loadOf } from './process-load.ts';
import { latencyCells, type PartReport, whole } from './report.ts';

export interface HeldWanted {
  readonly connections: number;
  readonly experiments: number;
  /** Epochs a second of each experiment, while it is measured. */
  readonly rate: number;
  readonly seconds: number;
}

const ARRIVE_MILLISECONDS = 3_000;

/** Connections held open on one server, what they take, and whether all of them are served. */
export async function heldPart({ connections, experiments, rate, seconds }: HeldWanted): Promise<PartReport> {
  return await within(async (environment) => {
    const { url } = await environment.postgres();
    const server = await environment.server({ DATABASE_URL: url, CONNECTIONS: String(connections) });
    const writer = new Child<ToWriter, FromWriter>('./writer-process.ts');
    environment.stopping(() => writer.end());
    const clients = new Clients(2);
    environment.stopping(() => clients.end());
    const { experimentIds } = await writer.ask(
      { type: 'prepare', databaseUrl: url, experiments, runsEach: 2, stepsPerEpoch: 0 },
      'prepared',
    );
    const ids = Array.from({ length: connections }, (_, index) => experimentIds[index % experiments]!);
    const empty = await loadOf(server.child.pid!);
    const began = performance.now();
    await clients.open(server.url, ids);
    const opening = (performance.now() - began) / 1_000;
    await sleep(2_000); // what opening left to be collected
    const held = await loadOf(server.child.pid!);
    await clients.measure();
    const before = await loadOf(server.child.pid!);
    const written = await writer.ask({ type: 'write', seconds, rate }, 'written');
    const after = await loadOf(server.child.pid!);
    await sleep(ARRIVE_MILLISECONDS);
    const received = await clients.tell();
    const computing = (after?.computing ?? Number.NaN) - (before?.computing ?? Number.NaN);
    return {
      title: 'Held: connections open at once on one server, each served',
      lines: [
        {
          label: `${connections} subscribers of ${experiments} experiments, ${rate} epochs/s each`,
          cells: [
            ...latencyCells(received.latencies),
            ['opened in s', opening.toFixed(1)],
            ['MB before', whole((empty?.memory ?? Number.NaN) / 1e6)],
            ['held', whole((held?.memory ?? Number.NaN) / 1e6)],
            ['served', whole((after?.memory ?? Number.NaN) / 1e6)],
            ['cores', (computing / written.seconds).toFixed(2)],
          ],
        },
      ],
      faults: faultsOf(received, (written.epochs * connections) / experiments),
    };
  });
}
