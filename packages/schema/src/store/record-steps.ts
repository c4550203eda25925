import { asc, eq, sql } from 'drizzle-orm';
import type { Database, Transaction } from '../database/database.ts';
import { runs } from '../tables/run.ts';
import { STEP_METRICS, type StepMetric, stepChunks } from '../tables/step-chunk.ts';
import { type Change, changeExperiment } from './change.ts';
import { type Claim, heldRun } from './held-run.ts';
import type { Progress } from './record-progress.ts';
import { hexOfValues, lastStep, type StepBatch, stepsWithin, valuesFromHex } from './step-batch.ts';
import { namesOf, unnested, type Values } from './unnested.ts';

/** Steps in one row, at the most. Those that may overlap a step are so found among a few rows. */
export const MOST_STEPS_OF_CHUNK = 128;

/**
 * What tells whether two attempts do the same step. Seconds differ, and a norm may be summed in another order; were a
 * gradient different, the next loss would be.
 */
const SAME_AT_EVERY_ATTEMPT: readonly StepMetric[] = ['loss', 'learningRate'];

/** A step that is recorded came out otherwise when it was done again. */
export class StepsAtOddsError extends Error {
  override readonly name = 'StepsAtOddsError';
  /** Counted over the whole run. */
  readonly step: number;
  constructor(step: number, metric: StepMetric, before: number, now: number) {
    super(
      `The ${metric} of step ${step} is recorded as ${before}; done again, the same step came out with ${now}.`,
    );
    this.step = step;
  }
}

/** Records steps of an epoch that goes on. False when the claim no longer holds. */
export async function recordSteps(
  db: Database,
  claim: Claim,
  batches: readonly StepBatch[],
  progress: Progress | null,
): Promise<boolean> {
  let held = false;
  await changeExperiment(db, claim.experimentId, async (change) => {
    held = (await heldRun(change.tx, claim)) !== null;
    if (!held || (await addSteps(change, claim, batches)) === 0) return null;
    await change.tx
      .update(runs)
      .set({ ...progress, version: change.version })
      .where(eq(runs.id, claim.runId));
    return true;
  });
  return held;
}

/**
 * Adds steps as part of the change in progress, whose claim must hold. Steps that are there already stay as they
 * are, and what is added is cut to those that are not: a run that goes on from a checkpoint does again what was
 * recorded after it. Returns how many were added; throws `StepsAtOddsError` where one came out otherwise.
 */
export async function addSteps(
  { tx, version }: Change,
  claim: Claim,
  batches: readonly StepBatch[],
): Promise<number> {
  const [fresh] = await freshStepsOf(tx, [{ runId: claim.runId, batches }]);
  if (fresh instanceof StepsAtOddsError) throw fresh;
  const added = (fresh ?? []).map((steps) => ({ steps, claim, version }));
  await insertSteps(tx, added);
  return added.reduce((sum, { steps }) => sum + steps.steps, 0);
}

/**
 * For each run, which of its steps are not there yet, as pieces of a row each; or the error that says which of them
 * came out otherwise than the one that is there. Each run must be there once.
 */
export async function freshStepsOf(
  tx: Transaction,
  reported: readonly { readonly runId: string; readonly batches: readonly StepBatch[] }[],
): Promise<(StepBatch[] | StepsAtOddsError)[]> {
  const chunks = reported.map(({ batches }) => batches.flatMap(inChunks));
  const asked = chunks.flatMap((ofRun, place) => ofRun.map((batch) => ({ ...reported[place]!, batch })));
  if (asked.length === 0) return chunks;
  const near: Values[] = [
    [stepChunks.runId, asked.map(({ runId }) => runId)],
    [stepChunks.firstStep, asked.map(({ batch }) => batch.firstStep - MOST_STEPS_OF_CHUNK)],
    [stepChunks.steps, asked.map(({ batch }) => lastStep(batch))],
  ];
  const there = await tx
    .select({
      runId: stepChunks.runId,
      firstStep: stepChunks.firstStep,
      steps: stepChunks.steps,
      values: sql<string>`encode(${stepChunks.values}, 'hex')`.mapWith(valuesFromHex),
    })
    .from(stepChunks)
    // A join, which looks each of them up; one that is near to two batches comes twice, and does no harm.
    .innerJoin(
      sql`${unnested(near)} as asked (run_id, above, upto)`,
      sql`${stepChunks.runId} = asked.run_id and ${stepChunks.firstStep} > above and ${stepChunks.firstStep} <= upto`,
    )
    .orderBy(asc(stepChunks.firstStep));
  const byRun = Map.groupBy(there, ({ runId }) => runId);
  return chunks.map((ofRun, place) => {
    const before = byRun.get(reported[place]!.runId) ?? [];
    try {
      return ofRun.flatMap((batch) => notIn(batch, alike(before, batch)));
    } catch (error) {
      if (error instanceof StepsAtOddsError) return error;
      throw error;
    }
  });
}

/** Steps of a run that are not there, which go into one row. */
export interface AddedSteps {
  readonly steps: StepBatch;
  readonly claim: Claim;
  readonly version: number;
}

/** Adds steps of runs whose claims hold. */
export async function insertSteps(tx: Transaction, added: readonly AddedSteps[]): Promise<void> {
  if (added.length === 0) return;
  const columns: Values[] = [
    [stepChunks.runId, added.map(({ claim }) => claim.runId)],
    [stepChunks.firstStep, added.map(({ steps }) => steps.firstStep)],
    [stepChunks.steps, added.map(({ steps }) => steps.steps)],
    [stepChunks.experimentId, added.map(({ claim }) => claim.experimentId)],
    [stepChunks.attempt, added.map(({ claim }) => claim.token)],
    [stepChunks.values, added.map(({ steps }) => `\\x${hexOfValues(steps.values)}`)],
    [stepChunks.version, added.map(({ version }) => version)],
  ];
  await tx.execute(sql`insert into ${stepChunks} (${namesOf(columns)}) select * from ${unnested(columns)}`);
}

/** The chunks that share steps with a batch; throws where the same step is not the same. */
function alike<Chunk extends StepBatch>(there: readonly Chunk[], batch: StepBatch): Chunk[] {
  const overlapping = there.filter(
    (chunk) => lastStep(chunk) >= batch.firstStep && chunk.firstStep <= lastStep(batch),
  );
  for (const chunk of overlapping) assertAlike(chunk, batch);
  return overlapping;
}

function inChunks(batch: StepBatch): StepBatch[] {
  const chunks: StepBatch[] = [];
  for (let from = batch.firstStep; from <= lastStep(batch); from += MOST_STEPS_OF_CHUNK) {
    chunks.push(stepsWithin(batch, from, Math.min(from + MOST_STEPS_OF_CHUNK - 1, lastStep(batch))));
  }
  return chunks;
}

/** The pieces of a batch between those that are there, which come in order. */
function notIn(batch: StepBatch, there: readonly StepBatch[]): StepBatch[] {
  const pieces: StepBatch[] = [];
  let from = batch.firstStep;
  for (const chunk of there) {
    if (chunk.firstStep > from) pieces.push(stepsWithin(batch, from, chunk.firstStep - 1));
    from = Math.max(from, lastStep(chunk) + 1);
  }
  if (from <= lastStep(batch)) pieces.push(stepsWithin(batch, from, lastStep(batch)));
  return pieces;
}

function assertAlike(before: StepBatch, now: StepBatch): void {
  const to = Math.min(lastStep(before), lastStep(now));
  for (let step = Math.max(before.firstStep, now.firstStep); step <= to; step++) {
    for (const metric of SAME_AT_EVERY_ATTEMPT) {
      const [was, is] = [numberOf(before, metric, step), numberOf(now, metric, step)];
      if (was !== is && !Object.is(was, is)) throw new StepsAtOddsError(step, metric, was, is);
    }
  }
}

function numberOf({ firstStep, steps, values }: StepBatch, metric: StepMetric, step: number): number {
  return values[STEP_METRICS.indexOf(metric) * steps + step - firstStep]!;
}
