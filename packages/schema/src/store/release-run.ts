import { and, eq, sql } from 'drizzle-orm';
import type { Database } from '../database/database.ts';
import { isProcessAlive } from '../database/directory-lock.ts';
import { attempts } from '../tables/attempt.ts';
import { runs } from '../tables/run.ts';
import { workers } from '../tables/worker.ts';
import { changeExperiment } from './change.ts';
import { endAttempt } from './end-attempt.ts';
import { type Claim, heldRun } from './held-run.ts';
import { BEAT_SECONDS } from './workers.ts';

/** Puts a run back into the queue without counting it as a failure. False when the claim no longer holds. */
export async function releaseRun(
  db: Database,
  claim: Claim,
  outcome: 'STOPPED' | 'LOST',
  reason: string,
): Promise<boolean> {
  const released = await changeExperiment(db, claim.experimentId, async (change) => {
    if ((await heldRun(change.tx, claim)) === null) return null;
    await change.tx
      .update(runs)
      .set({
        status: 'QUEUED',
        phase: null,
        imagesPerSecond: null,
        secondsLeft: null,
        version: change.version,
      })
      .where(eq(runs.id, claim.runId));
    await endAttempt(change, claim, outcome, reason);
    change.runStatusChanged();
    return true;
  });
  return released ?? false;
}

/**
 * Puts back into the queue every run that still counts as running but whose server, on this machine, is gone.
 * With `sole` (the embedded database, which nobody else can have open) that is every running run. Runs of other
 * machines are left to the queue, which hands their jobs out again when their holder falls silent. With a
 * `workerId`, of a worker that is at work itself, only runs of others are put back, and only when these were not
 * heard of either: on a machine whose name another has too, their processes cannot be seen from here. Returns the jobs
 * under which they ran.
 */
export async function releaseOrphans(
  db: Database,
  self: {
    readonly host: string;
    readonly pid: number;
    readonly sole: boolean;
    readonly workerId?: string;
  },
): Promise<string[]> {
  const running = await db
    .select({
      experimentId: runs.experimentId,
      runId: runs.id,
      token: runs.attempt,
      jobId: attempts.jobId,
      host: attempts.host,
      pid: attempts.pid,
      workerId: attempts.workerId,
      isHeard: sql<boolean>`coalesce(${workers.heartbeatAt} > now() - make_interval(secs => ${2.5 * BEAT_SECONDS}), false)`,
    })
    .from(runs)
    .innerJoin(attempts, and(eq(attempts.runId, runs.id), eq(attempts.number, runs.attempt)))
    .leftJoin(workers, eq(workers.id, attempts.workerId))
    .where(eq(runs.status, 'RUNNING'));
  // This process has taken nothing up yet: a run under its own id was held by an earlier one (in a container
  // the ids repeat).
  const isGone = (pid: number): boolean => pid === self.pid || !isProcessAlive(pid);
  const orphans = running.filter(({ host, pid, workerId, isHeard }) => {
    if (self.workerId !== undefined && (workerId === self.workerId || isHeard)) return false;
    return self.sole || (host === self.host && isGone(pid));
  });
  const jobs: string[] = [];
  for (const { experimentId, runId, token, jobId, host, pid } of orphans) {
    if (
      await releaseRun(
        db,
        { experimentId, runId, token },
        'LOST',
        `Its worker (process ${pid} on ${host}) is gone.`,
      )
    )
      jobs.push(jobId);
  }
  return jobs;
}
