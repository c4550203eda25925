import type { StartedEvent } from '@optiscope/trainer';
import { and, desc, eq, isNotNull, or } from 'drizzle-orm';
import type { Database, Transaction } from '../database/database.ts';
import { attempts } from '../tables/attempt.ts';
import { type RunRow, runs } from '../tables/run.ts';
import { stepChunks } from '../tables/step-chunk.ts';
import { changeExperiment } from './change.ts';
import { type Before, continuityOf } from './continuity.ts';
import { type Claim, heldRun } from './held-run.ts';
import { recordEvents } from './record-event.ts';
import { addSteps } from './record-steps.ts';
import type { StepBatch } from './step-batch.ts';

/** How many left-out images the event names; the rest it counts. */
const NAMED_IMAGES = 5;

/**
 * Records that training begins or goes on, with the steps of earlier attempts that had not been recorded. False when
 * the claim no longer holds.
 */
export async function recordStarted(
  db: Database,
  claim: Claim,
  started: StartedEvent,
  steps: readonly StepBatch[] = [],
): Promise<boolean> {
  const recorded = await changeExperiment(db, claim.experimentId, async (change) => {
    const { tx, experiment, version } = change;
    const run = await heldRun(tx, claim);
    if (run === null) return null;
    const resumed = started.resumedAfterEpoch;
    const goesOn = resumed > 0 || started.resumedAfterStep > 0;
    const { continuity, note } = continuityOf(started, await knownBefore(tx, run));
    await addSteps(change, claim, steps);
    await tx
      .update(runs)
      .set({
        engine: started.engine,
        trainImages: started.trainImages,
        validationImages: started.validationImages,
        trainableParameters: started.trainableParameters,
        totalParameters: started.totalParameters,
        skippedImages: started.skipped.length,
        phase: 'TRAINING',
        phaseDone: resumed * started.stepsPerEpoch + started.resumedAfterStep,
        phaseTotal: experiment.epochs * started.stepsPerEpoch,
        secondsLeft: null,
        version,
      })
      .where(eq(runs.id, claim.runId));
    await tx
      .update(attempts)
      .set({
        resumedAfterEpoch: resumed,
        resumedAfterStep: started.resumedAfterStep,
        continuity,
        continuityNote: note,
      })
      .where(and(eq(attempts.runId, claim.runId), eq(attempts.number, claim.token)));
    await recordEvents(change, {
      runId: claim.runId,
      attempt: claim.token,
      kind: goesOn ? 'RESUMED' : 'STARTED',
      ...(goesOn && { epoch: resumed }),
      message: startedMessage(started, continuity === 'FIRST' ? null : note),
      numbers: {
        classes: started.classes.length,
        trainImages: started.trainImages,
        validationImages: started.validationImages,
      },
    });
    return true;
  });
  return recorded ?? false;
}

async function knownBefore(tx: Transaction, run: RunRow): Promise<Before> {
  // This one, and the one before it that got as far as training.
  const [now, earlier] = await tx
    .select({ host: attempts.host })
    .from(attempts)
    .where(
      and(
        eq(attempts.runId, run.id),
        or(eq(attempts.number, run.attempt), isNotNull(attempts.resumedAfterEpoch)),
      ),
    )
    .orderBy(desc(attempts.number))
    .limit(2);
  const [step] = await tx
    .select({ firstStep: stepChunks.firstStep })
    .from(stepChunks)
    .where(eq(stepChunks.runId, run.id))
    .limit(1);
  return {
    lastEpoch: run.lastEpoch,
    hasSteps: step !== undefined,
    engine: run.engine,
    host: now!.host,
    hostBefore: earlier?.host ?? null,
  };
}

function startedMessage(started: StartedEvent, note: string | null): string {
  const { trainImages, validationImages, classes, skipped } = started;
  const begun =
    note ?? `Trains on ${trainImages} images of ${classes.length} classes, validates on ${validationImages}.`;
  if (skipped.length === 0) return begun;
  const named = skipped.slice(0, NAMED_IMAGES).map(({ path, reason }) => `${path} (${reason})`);
  const more = skipped.length > NAMED_IMAGES ? ` and ${skipped.length - NAMED_IMAGES} more` : '';
  return `${begun} Left out ${skipped.length} that could not be read: ${named.join(', ')}${more}.`;
}
