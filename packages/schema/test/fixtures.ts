import type { CheckpointEvent, EpochMetrics, StartedEvent } from '@optiscope/trainer';
import { asc, eq } from 'drizzle-orm';
import type { Database } from '../src/database/database.ts';
import { orderedId } from '../src/ordered-id.ts';
import { type ClaimedRun, claimRun } from '../src/store/claim-run.ts';
import { createExperiment } from '../src/store/create-experiment.ts';
import { planExperiment } from '../src/store/experiment-plan.ts';
import type { ExperimentRow } from '../src/tables/experiment.ts';
import { type RunRow, runs } from '../src/tables/run.ts';

/** An experiment of SGD contenders with rising learning rates, and its runs. */
export async function anExperiment(
  db: Database,
  { contenders = 2, key = null as string | null } = {},
): Promise<{ experiment: ExperimentRow; runs: RunRow[] }> {
  const planned = await planExperiment({
    epochs: 3,
    contenders: Array.from({ length: contenders }, (_, index) => ({
      optimizer: 'sgd',
      learningRate: 0.1 * (index + 1),
    })),
  });
  if ('problems' in planned) throw new Error(JSON.stringify(planned.problems));
  const experiment = await createExperiment(db, planned.plan, key, async () => undefined);
  return { experiment, runs: await runsOf(db, experiment.id) };
}

export async function runsOf(db: Database, experimentId: string): Promise<RunRow[]> {
  return await db.select().from(runs).where(eq(runs.experimentId, experimentId)).orderBy(asc(runs.position));
}

/** Takes a run up, under a job of its own unless one is given. */
export async function claimed(db: Database, run: RunRow, jobId: string = orderedId()): Promise<ClaimedRun> {
  const claim = await claimRun(db, run.id, { jobId, host: 'here', pid: 1 });
  if (claim === null || claim === 'LIMITED') throw new Error('the run could not be claimed');
  return claim;
}

export function metricsOf(epoch: number, over: Partial<EpochMetrics> = {}): EpochMetrics {
  return {
    epoch,
    loss: 1 / epoch,
    accuracy: 1 - 1 / (epoch + 1),
    valLoss: 2 / epoch,
    valAccuracy: 0.5,
    learningRate: 0.1,
    trainSeconds: 1.5,
    evaluationSeconds: 0.25,
    examplesSeen: 600 * epoch,
    gradientNorm: 3,
    updateRatio: 0.01,
    ...over,
  };
}

export function epochReport(epoch: number, over: Partial<EpochMetrics> = {}) {
  const checkpoint: CheckpointEvent = { type: 'checkpoint', epoch, step: 0, path: 'here', bytes: 1_500_000 };
  return { metrics: metricsOf(epoch, over), checkpoint, progress: null };
}

export const STARTED: StartedEvent = {
  type: 'started',
  engine: { runtime: 'onnx', device: 'cpu', version: '1', threads: 1, reason: 'It is the fastest here.' },
  classes: ['rose', 'tulip'],
  trainImages: 600,
  validationImages: 300,
  stepsPerEpoch: 19,
  trainableParameters: 900_000,
  totalParameters: 2_000_000,
  skipped: [{ path: 'rose/7.jpg', reason: 'it is cut off' }],
  resumedAfterEpoch: 0,
  resumedAfterStep: 0,
};
