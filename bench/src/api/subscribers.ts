import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerProcess } from '../../../apps/api/test/server-process.ts';
import { Child } from './child.ts';
import { Clients, faultsOf } from './clients.ts';
import { type Environment, within } from './environment.ts';
import type { ClientsResult, FromFloor, FromWriter, ToFloor, ToWriter } from './messages.ts';
import { loadOf } from './process-load.ts';
import { type Line, latencyCells, type PartReport, p99, whole } from './report.ts';

export interface SubscribersWanted {
  readonly experiments: number;
  /** In all; as many for each experiment. */
  readonly subscribers: number;
  /** Epochs a second of each experiment, and so of each subscriber. */
  readonly rate: number;
  readonly seconds: number;
}

export interface SubscribersMeasured {
  readonly received: ClientsResult;
  /** Epochs that were recorded in all, since before the first subscriber came. */
  readonly recorded: number;
  /** Epochs a second that were recorded while it was measured. */
  readonly recordedRate: number;
  /** Of the server while it was measured: its share of one core, and bytes. */
  readonly cores: number;
  readonly memory: number;
}

const RUNS_EACH = 6;
const WARM_UP_SECONDS = 5;
/** What was recorded last still has to arrive. */
const ARRIVE_MILLISECONDS = 2_000;

/**
 * Subscribers on one server, while another process records epochs in the database, as other machines do. Beside them,
 * on the same machine and in the same minute, what a bare WebSocket server takes to send as many messages of the same
 * size to as many clients.
 */
export async function subscribersPart(arrangements: readonly SubscribersWanted[]): Promise<PartReport> {
  const lines: Line[] = [];
  const faults: string[] = [];
  for (const wanted of arrangements) {
    const { experiments, subscribers, rate } = wanted;
    const measured = await within((environment) => subscribersOf(environment, wanted));
    const { received, recorded, recordedRate, cores, memory } = measured;
    const bytes = received.bytes / received.messages;
    const floor = await within((environment) => broadcast(environment, wanted, bytes));
    const label = `${subscribers} subscribers of ${experiments === 1 ? 'one experiment' : `${experiments} experiments`}`;
    lines.push({
      label,
      cells: [
        ...latencyCells(received.latencies),
        ['epochs/s each', (recordedRate / experiments).toFixed(1)],
        ['messages/s', whole(received.messages / wanted.seconds)],
        ['cores', cores.toFixed(2)],
        ['MB', whole(memory / 1e6)],
        ['× floor', (p99(received.latencies) / p99(floor)).toFixed(1)],
      ],
    });
    lines.push({ label: '  the floor: a bare WebSocket server', cells: latencyCells(floor) });
    faults.push(...faultsOf(received, (recorded * subscribers) / experiments));
    if (recordedRate < 0.95 * rate * experiments)
      faults.push(`${whole(rate * experiments)} epochs/s were to be recorded, ${whole(recordedRate)} were`);
  }
  return { title: 'Subscribers: from the handing over of an epoch to its arrival', lines, faults };
}

async function subscribersOf(
  environment: Environment,
  wanted: SubscribersWanted,
): Promise<SubscribersMeasured> {
  const { url } = await environment.postgres();
  const server = await environment.server({ DATABASE_URL: url });
  return await measureSubscribers(environment, server, url, wanted);
}

/** Every subscriber must get every epoch of its experiment once and in order. */
export async function measureSubscribers(
  environment: Environment,
  server: ServerProcess,
  databaseUrl: string,
  { experiments, subscribers, rate, seconds }: SubscribersWanted,
): Promise<SubscribersMeasured> {
  const writer = new Child<ToWriter, FromWriter>('./writer-process.ts');
  environment.stopping(() => writer.end());
  const clients = new Clients(1);
  environment.stopping(() => clients.end());
  const { experimentIds } = await writer.ask(
    { type: 'prepare', databaseUrl, experiments, runsEach: RUNS_EACH, stepsPerEpoch: 0 },
    'prepared',
  );
  await clients.open(
    server.url,
    Array.from({ length: subscribers }, (_, index) => experimentIds[index % experiments]!),
  );
  const warmUp = await writer.ask({ type: 'write', seconds: WARM_UP_SECONDS, rate }, 'written');
  await clients.measure();
  const before = await loadOf(server.child.pid!);
  const began = performance.now();
  const written = await writer.ask({ type: 'write', seconds, rate }, 'written');
  const elapsed = (performance.now() - began) / 1_000;
  const after = await loadOf(server.child.pid!);
  await sleep(ARRIVE_MILLISECONDS);
  return {
    received: await clients.tell(),
    recorded: warmUp.epochs + written.epochs,
    recordedRate: written.epochs / written.seconds,
    cores: before && after ? (after.computing - before.computing) / elapsed : Number.NaN,
    memory: after?.memory ?? Number.NaN,
  };
}

/** Latencies of messages of so many bytes that a bare WebSocket server sends, with no database behind it. */
async function broadcast(
  environment: Environment,
  { subscribers, rate, seconds, experiments }: SubscribersWanted,
  bytes: number,
): Promise<Float64Array> {
  const floor = new Child<ToFloor, FromFloor>('./floor-process.ts');
  environment.stopping(() => floor.end());
  const clients = new Clients(1);
  environment.stopping(() => clients.end());
  const { url } = await floor.ask({ type: 'listen' }, 'listening');
  const topics = Array.from({ length: subscribers }, (_, index) => `topic ${index % experiments}`);
  await clients.open(url, topics);
  await floor.ask({ type: 'send', seconds: Math.min(2, seconds), rate, bytes }, 'sent');
  await clients.measure();
  await floor.ask({ type: 'send', seconds, rate, bytes }, 'sent');
  await sleep(ARRIVE_MILLISECONDS / 4);
  return (await clients.tell()).latencies;
}
