import { sql } from 'drizzle-orm';
import type { Database } from '../database/database.ts';
import { type RunPhase, runs } from '../tables/run.ts';
import { changeExperiment } from './change.ts';
import { type Claim, heldRuns } from './held-run.ts';
import { namesOf, unnested, type Values } from './unnested.ts';

/** How far a running run is. */
export interface Progress {
  readonly phase: RunPhase;
  /** Images featured, or steps trained over the whole run. */
  readonly phaseDone: number;
  readonly phaseTotal: number;
  readonly imagesPerSecond: number | null;
  /** Null until it can be told. */
  readonly secondsLeft: number | null;
}

/**
 * Records the progress of runs of one experiment together: one change, however many runs. Returns the claims
 * that no longer hold.
 */
export async function recordProgress(
  db: Database,
  experimentId: string,
  reports: readonly (Claim & { readonly progress: Progress })[],
): Promise<Claim[]> {
  let held: readonly Claim[] = [];
  await changeExperiment(db, experimentId, async ({ tx, version }) => {
    const holding = await heldRuns(tx, reports);
    held = holding;
    if (holding.length === 0) return null;
    const columns: Values[] = [
      [runs.id, holding.map(({ runId }) => runId)],
      [runs.phase, holding.map(({ progress }) => progress.phase)],
      [runs.phaseDone, holding.map(({ progress }) => progress.phaseDone)],
      [runs.phaseTotal, holding.map(({ progress }) => progress.phaseTotal)],
      [runs.imagesPerSecond, holding.map(({ progress }) => progress.imagesPerSecond)],
      [runs.secondsLeft, holding.map(({ progress }) => progress.secondsLeft)],
    ];
    await tx.execute(sql`update ${runs} as run set
        version = ${version}, phase = told.phase, phase_done = told.phase_done, phase_total = told.phase_total,
        images_per_second = told.images_per_second, seconds_left = told.seconds_left
      from ${unnested(columns)} as told (${namesOf(columns)}) where run.id = told.id`);
    return true;
  });
  return reports.filter((claim) => !held.includes(claim));
}
