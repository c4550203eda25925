import type { RunConfig } from '@optiscope/trainer';
import { and, count, eq, isNull, ne, sql } from 'drizzle-orm';
import type { Database, Transaction } from '../database/database.ts';
import { attempts } from '../tables/attempt.ts';
import { contenders } from '../tables/contender.ts';
import { experiments } from '../tables/experiment.ts';
import { members } from '../tables/member.ts';
import { runs } from '../tables/run.ts';
import { changeExperiment } from './change.ts';
import type { Claim } from './held-run.ts';
import { runConfig } from './run-config.ts';

/** Who takes the run up. */
export interface Claimant {
  readonly jobId: string;
  readonly host: string;
  readonly pid: number;
  /** Null where nobody is registered as a worker, as in a test. */
  readonly workerId?: string | null;
}

export interface ClaimedRun extends Claim {
  readonly config: RunConfig;
  /** Attempts in a row that failed before this one without a new epoch. */
  readonly failures: number;
}

/**
 * Takes a run up: the next attempt begins, and from here on writes of every earlier one are refused. Null when
 * there is nothing to do: the run has ended, or it runs under another job. A run that still counts as running
 * is taken over only by its own job: the queue hands a job out again after its holder fell silent. `LIMITED` when
 * as many runs of its author's are under way as may be.
 */
export async function claimRun(
  db: Database,
  runId: string,
  claimant: Claimant,
): Promise<ClaimedRun | 'LIMITED' | null> {
  const [found] = await db.select({ experimentId: runs.experimentId }).from(runs).where(eq(runs.id, runId));
  if (found === undefined) return null;
  let limited = false;
  const claimed = await changeExperiment(
    db,
    found.experimentId,
    async ({ tx, experiment, version, runStatusChanged }) => {
      const [row] = await tx
        .select({ run: runs, contender: contenders })
        .from(runs)
        .innerJoin(contenders, eq(contenders.id, runs.contenderId))
        .where(eq(runs.id, runId));
      if (row === undefined) return null;
      const { run, contender } = row;
      if (run.status === 'RUNNING') {
        const [holder] = await tx
          .select({ jobId: attempts.jobId })
          .from(attempts)
          .where(and(eq(attempts.runId, runId), eq(attempts.number, run.attempt)));
        if (holder?.jobId !== claimant.jobId) return null;
        await tx
          .update(attempts)
          .set({ outcome: 'LOST', endedAt: sql`now()`, reason: 'Its worker fell silent.' })
          .where(and(eq(attempts.runId, runId), isNull(attempts.outcome)));
      } else if (run.status !== 'QUEUED') {
        return null;
      }
      if (experiment.authorId !== null && !(await hasRoom(tx, experiment.authorId, runId))) {
        limited = true;
        return null;
      }
      const token = run.attempt + 1;
      await tx
        .update(runs)
        .set({
          status: 'RUNNING',
          attempt: token,
          startedAt: sql`coalesce(${runs.startedAt}, now())`,
          phase: null,
          imagesPerSecond: null,
          secondsLeft: null,
          version,
        })
        .where(eq(runs.id, runId));
      await tx.insert(attempts).values({ runId, number: token, ...claimant });
      runStatusChanged();
      return {
        experimentId: experiment.id,
        runId,
        token,
        config: runConfig(experiment, contender, run),
        failures: run.failures,
      };
    },
  );
  return limited ? 'LIMITED' : claimed;
}

/** Whether one more run of this member's may be under way. Claims of theirs are counted one after the other. */
async function hasRoom(tx: Transaction, memberId: string, runId: string): Promise<boolean> {
  const [member] = await tx
    .select({ runLimit: members.runLimit })
    .from(members)
    .where(eq(members.id, memberId));
  if (member === undefined || member.runLimit === null) return true;
  const [locked] = await tx
    .select({ runLimit: members.runLimit })
    .from(members)
    .where(eq(members.id, memberId))
    .for('no key update');
  const [running] = await tx
    .select({ runs: count() })
    .from(runs)
    .innerJoin(experiments, eq(experiments.id, runs.experimentId))
    .where(and(eq(experiments.authorId, memberId), eq(runs.status, 'RUNNING'), ne(runs.id, runId)));
  return (running?.runs ?? 0) < (locked?.runLimit ?? Number.POSITIVE_INFINITY);
}
