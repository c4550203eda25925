import { eq, sql } from 'drizzle-orm';
import type { Database, Transaction } from '../database/database.ts';
import { type ExperimentRow, type ExperimentStatus, experiments } from '../tables/experiment.ts';
import { hasEnded, type RunStatus, runs } from '../tables/run.ts';

/** The channel on which every change is announced. */
export const CHANGES_CHANNEL = 'optiscope_changes';

/** What is announced: a hint to look, never the change itself. */
export interface ChangeHint {
  readonly experimentId: string;
  /** A run's status changed, or something else that lists show; or the experiment is new. */
  readonly status: boolean;
}

/** A change in progress. The experiment's row is locked until it ends. */
export interface Change {
  readonly tx: Transaction;
  readonly experiment: ExperimentRow;
  /** Stamp every row that is written with it. */
  readonly version: number;
  /**
   * The next version, for a change of more rows than readers take in one piece: they read a version whole. Rows
   * must be stamped in the order of the versions.
   */
  nextVersion(): number;
  /** Call it when a run's status changes: the experiment's status is then worked out anew. */
  runStatusChanged(): void;
  /** Call it when something changes that lists of experiments show: it is announced to them as well. */
  listingChanged(): void;
}

/**
 * Changes something of an experiment, in one transaction. The experiment's row is locked first, so changes of
 * one experiment happen one after the other and their versions are committed in order; whoever has read up to
 * a version has missed nothing at or below it. Null when the experiment does not exist or `make` says, by
 * returning null, that nothing had to change; then nothing is written or announced.
 */
export async function changeExperiment<T>(
  db: Database,
  experimentId: string,
  make: (change: Change) => Promise<T | null>,
): Promise<T | null> {
  return await db.transaction(async (tx) => {
    const [experiment] = await tx
      .select()
      .from(experiments)
      .where(eq(experiments.id, experimentId))
      .for('no key update');
    if (experiment === undefined) return null;
    const version = experiment.version + 1;
    let lastVersion = version;
    let statusChanged = false;
    let listingChanged = false;
    const result = await make({
      tx,
      experiment,
      version,
      nextVersion: () => ++lastVersion,
      runStatusChanged: () => {
        statusChanged = true;
      },
      listingChanged: () => {
        listingChanged = true;
      },
    });
    if (result === null) return null;
    const status = statusChanged ? await statusOf(tx, experimentId) : experiment.status;
    await tx
      .update(experiments)
      .set({ version: lastVersion, status })
      .where(eq(experiments.id, experimentId));
    await announce(tx, { experimentId, status: statusChanged || listingChanged });
    return result;
  });
}

/** Says, when the transaction commits, that there is something to read. */
export async function announce(tx: Transaction, hint: ChangeHint): Promise<void> {
  await announceAll(tx, [hint]);
}

/** The same of several experiments, in one statement. */
export async function announceAll(tx: Transaction, hints: readonly ChangeHint[]): Promise<void> {
  const all = JSON.stringify(hints.map((hint) => JSON.stringify(hint)));
  await tx.execute(
    sql`select pg_notify(${CHANGES_CHANNEL}, hint) from jsonb_array_elements_text(${all}::jsonb) as hint`,
  );
}

async function statusOf(tx: Transaction, experimentId: string): Promise<ExperimentStatus> {
  const [experiment] = await tx
    .select({ cancelledAt: experiments.cancelledAt })
    .from(experiments)
    .where(eq(experiments.id, experimentId));
  const rows = await tx
    .selectDistinct({ status: runs.status, origin: runs.origin })
    .from(runs)
    .where(eq(runs.experimentId, experimentId));
  // How the training went is told by what was trained here.
  const trained = rows.filter((row) => row.origin === 'TRAINED');
  return experimentStatusOf(
    (trained.length > 0 ? trained : rows).map((row) => row.status),
    experiment?.cancelledAt != null,
  );
}

/** An experiment's status, from those of its runs and whether it was cancelled as a whole. */
export function experimentStatusOf(statuses: readonly RunStatus[], cancelled: boolean): ExperimentStatus {
  if (statuses.every((status) => status === 'QUEUED')) return 'QUEUED';
  const open = statuses.filter((status) => !hasEnded(status));
  if (open.length > 0) return open.every((status) => status === 'PAUSED') ? 'PAUSED' : 'RUNNING';
  if (cancelled && statuses.includes('CANCELLED')) return 'CANCELLED';
  // A run that diverged is a result.
  if (statuses.includes('FINISHED') || statuses.includes('DIVERGED')) return 'FINISHED';
  return statuses.includes('FAILED') ? 'FAILED' : 'CANCELLED';
}
