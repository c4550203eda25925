import type { CheckpointEvent, EpochMetrics } from '@optiscope/trainer';
import type { Database } from '../database/database.ts';
import { EpochRecorder } from './epoch-recorder.ts';
import type { Claim } from './held-run.ts';
import type { Progress } from './record-progress.ts';
import type { StepBatch } from './step-batch.ts';

export interface EpochReport {
  readonly metrics: EpochMetrics;
  /** The checkpoint that was written before it. */
  readonly checkpoint: CheckpointEvent | null;
  /** Where the run stands with it. */
  readonly progress: Progress | null;
  /** Its steps, or those of them that are not recorded yet. */
  readonly steps?: readonly StepBatch[];
}

/** What became of the report: recorded (or there already), refused, or at odds with what was recorded before. */
export type RecordedEpoch = 'RECORDED' | 'REFUSED' | 'AT_ODDS';

const recorders = new WeakMap<Database, EpochRecorder>();

/**
 * Records an epoch with its steps. One that is there already stays as it is: a run that goes on from a checkpoint, or begins
 * anew without one, reports again what the attempt before it reported. The same run measures the same; when it
 * does not, something that it depends on has changed, and curves of the two would not belong together. Throws
 * `StepsAtOddsError` where that shows in a step. What is reported while others are being recorded goes into the
 * next transaction together (`EpochRecorder`).
 */
export async function recordEpoch(db: Database, claim: Claim, report: EpochReport): Promise<RecordedEpoch> {
  const recorder = recorders.get(db) ?? new EpochRecorder(db);
  recorders.set(db, recorder);
  return await recorder.record(claim, report);
}

export function checkpointMessage({ epoch, bytes }: CheckpointEvent): string {
  return `Checkpoint of epoch ${epoch}, ${(bytes / 1e6).toFixed(1)} MB.`;
}
