import { and, eq, inArray, isNull, sql } from 'drizzle-orm';
import type { Database } from '../database/database.ts';
import { attempts } from '../tables/attempt.ts';
import { experiments } from '../tables/experiment.ts';
import { hasEnded, type RunRow, runs } from '../tables/run.ts';
import type { Change } from './change.ts';
import { type Answer, changeOnce, changeRunOnce } from './change-once.ts';
import { openRuns, runOf } from './open-runs.ts';
import { recordEvents } from './record-event.ts';
import type { Refusal } from './refusal.ts';

/** Cancels every run that has not ended. One that has ended already is cancelled enough: nothing is refused. */
export async function cancelExperiment(
  db: Database,
  id: string,
  key: string | null = null,
): Promise<Answer | Refusal> {
  return await changeOnce(db, { operation: 'cancelExperiment', key, arguments: [id] }, id, async (change) => {
    const open = await openRuns(change);
    if (open.length === 0) return { changed: false };
    await change.tx.update(experiments).set({ cancelledAt: sql`now()` }).where(eq(experiments.id, id));
    await cancelRuns(change, open);
    return { changed: true };
  });
}

/** Cancels one run, unless it has ended. */
export async function cancelRun(
  db: Database,
  id: string,
  key: string | null = null,
): Promise<Answer | Refusal> {
  return await changeRunOnce(db, { operation: 'cancelRun', key, arguments: [id] }, id, async (change) => {
    const run = await runOf(change, id);
    if (hasEnded(run.status)) return { changed: false, runId: id };
    await cancelRuns(change, [run]);
    return { changed: true, runId: id };
  });
}

/** Their workers learn of it from the change's announcement, or from the refusal of their next write. */
async function cancelRuns(change: Change, open: readonly RunRow[]): Promise<void> {
  const { tx, version } = change;
  const ids = open.map((run) => run.id);
  await tx
    .update(runs)
    .set({ status: 'CANCELLED', finishedAt: sql`now()`, phase: null, secondsLeft: null, version })
    .where(inArray(runs.id, ids));
  await tx
    .update(attempts)
    .set({ outcome: 'CANCELLED', endedAt: sql`now()` })
    .where(and(inArray(attempts.runId, ids), isNull(attempts.outcome)));
  await recordEvents(
    change,
    ...open.map((run) => ({
      runId: run.id,
      attempt: run.attempt,
      kind: 'CANCELLED' as const,
      ...(run.lastEpoch > 0 && { epoch: run.lastEpoch }),
      message:
        run.lastEpoch > 0 ? `Cancelled after epoch ${run.lastEpoch}.` : 'Cancelled before its first epoch.',
    })),
  );
  change.runStatusChanged();
}
