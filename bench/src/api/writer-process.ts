import { setTimeout as sleep } from 'node:timers/promises';
import { count, sum } from 'drizzle-orm';
import {
  type Claim,
  claimRun,
  type OpenDatabase,
  openEmbedded,
  openPostgres,
  recordEpoch,
  recordStarted,
} from '../../../packages/schema/src/index.ts';
import { orderedId } from '../../../packages/schema/src/ordered-id.ts';
import { stepBatch } from '../../../packages/schema/src/store/step-batch.ts';
import { epochs } from '../../../packages/schema/src/tables/epoch.ts';
import { experiments as experimentRows } from '../../../packages/schema/src/tables/experiment.ts';
import { sharedSeconds } from './clock.ts';
import { makeExperiment } from './experiments.ts';
import type { FromWriter, ToWriter, WriterOrder, WriterResult } from './messages.ts';

/** Records epochs as a server does for its workers: each with its claim, and the next of a run after the one before. */

interface WrittenRun {
  readonly claim: Claim;
  epoch: number;
}

const STARTED = {
  type: 'started',
  engine: { runtime: 'none', device: 'cpu', version: '1', threads: 1, reason: 'Nothing is trained here.' },
  classes: ['a', 'b'],
  trainImages: 1_020,
  validationImages: 1_020,
  stepsPerEpoch: 32,
  trainableParameters: 900_000,
  totalParameters: 2_000_000,
  skipped: [],
  resumedAfterEpoch: 0,
  resumedAfterStep: 0,
} as const;

let database: OpenDatabase | null = null;
let experiments: WrittenRun[][] = [];
let stepsPerEpoch = 0;

process.on('message', (message: ToWriter) => {
  act(message).then(
    (answer) => process.send?.(answer),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
      process.exit(1);
    },
  );
});
process.on('disconnect', () => process.exit());

async function act(message: ToWriter): Promise<FromWriter> {
  if (message.type === 'prepare') return await prepare(message);
  return message.type === 'write' ? await write(message.seconds, message.rate) : await countRows();
}

async function countRows(): Promise<FromWriter> {
  const { db } = database!;
  const [rows] = await db.select({ epochs: count() }).from(epochs);
  const [all] = await db
    .select({ versions: sum(experimentRows.version).mapWith(Number) })
    .from(experimentRows);
  return { type: 'counted', epochs: rows!.epochs, versions: all!.versions };
}

async function prepare(order: WriterOrder): Promise<FromWriter> {
  database = order.databaseUrl.startsWith('postgres')
    ? await openPostgres(order.databaseUrl, (error) => process.stderr.write(`${error}\n`))
    : await openEmbedded(order.databaseUrl);
  const { db } = database;
  stepsPerEpoch = order.stepsPerEpoch;
  experiments = [];
  const experimentIds: string[] = [];
  for (let index = 0; index < order.experiments; index++) {
    const { experimentId, runIds } = await makeExperiment(db, order.runsEach);
    experimentIds.push(experimentId);
    const claimed: WrittenRun[] = [];
    for (const runId of runIds) {
      const claim = await claimRun(db, runId, { jobId: orderedId(), host: 'bench', pid: process.pid });
      if (claim === null || claim === 'LIMITED') throw new Error(`run ${runId} could not be claimed`);
      await recordStarted(db, claim, STARTED);
      claimed.push({ claim: { experimentId, runId, token: claim.token }, epoch: 0 });
    }
    experiments.push(claimed);
  }
  return { type: 'prepared', experimentIds };
}

/** Records for so many seconds; a run's epoch is due when its turn at the experiment's rate has come. */
async function write(seconds: number, rate: number | null): Promise<FromWriter> {
  const latencies: number[] = [];
  const began = sharedSeconds();
  const until = began + seconds;
  const writing = experiments.flatMap((runs, place) =>
    runs.map(async (run, turn) => {
      const period = rate === null ? 0 : runs.length / rate;
      // Experiments and their runs are spread over the period: they have no common beat.
      const first = began + (period * (turn + place / experiments.length)) / runs.length;
      for (let count = 0; ; count++) {
        const due = first + count * period;
        if ((rate === null ? sharedSeconds() : due) >= until) return;
        const early = due - sharedSeconds();
        if (early > 0) await sleep(1_000 * early);
        const handedOver = sharedSeconds();
        await record(run, handedOver);
        latencies.push(1_000 * (sharedSeconds() - handedOver));
      }
    }),
  );
  await Promise.all(writing);
  const result: WriterResult = {
    epochs: latencies.length,
    seconds: sharedSeconds() - began,
    latencies: Float64Array.from(latencies),
  };
  return { type: 'written', ...result };
}

async function record(run: WrittenRun, handedOver: number): Promise<void> {
  const epoch = ++run.epoch;
  const outcome = await recordEpoch(database!.db, run.claim, {
    metrics: {
      epoch,
      loss: 1 / epoch,
      accuracy: 1 - 1 / (epoch + 1),
      valLoss: 2 / epoch,
      valAccuracy: 0.5,
      learningRate: 0.1,
      trainSeconds: handedOver,
      evaluationSeconds: 0.25,
      examplesSeen: 1_020 * epoch,
      gradientNorm: 3,
      updateRatio: 0.01,
    },
    checkpoint: { type: 'checkpoint', epoch, step: 0, path: 'here', bytes: 1_500_000 },
    progress: { phase: 'TRAINING', phaseDone: epoch, phaseTotal: 1e6, imagesPerSecond: 500, secondsLeft: 60 },
    steps: stepsPerEpoch === 0 ? [] : [stepsOf(epoch)],
  });
  if (outcome !== 'RECORDED') throw new Error(`epoch ${epoch} of run ${run.claim.runId} was ${outcome}`);
}

function stepsOf(epoch: number): ReturnType<typeof stepBatch> {
  const firstStep = (epoch - 1) * stepsPerEpoch + 1;
  return stepBatch(
    firstStep,
    Array.from({ length: stepsPerEpoch }, (_, index) => ({
      loss: 1 / (firstStep + index),
      gradientNorm: 1,
      learningRate: 0.1,
      seconds: 0.01,
    })),
  );
}
