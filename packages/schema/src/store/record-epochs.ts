import type { EpochMetrics } from '@optiscope/trainer';
import { sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Database, Transaction } from '../database/database.ts';
import { orderedId } from '../ordered-id.ts';
import { type EpochRow, epochs } from '../tables/epoch.ts';
import { events } from '../tables/event.ts';
import { experiments } from '../tables/experiment.ts';
import { type RunRow, runs } from '../tables/run.ts';
import { announceAll } from './change.ts';
import type { Claim } from './held-run.ts';
import { checkpointMessage, type EpochReport, type RecordedEpoch } from './record-epoch.ts';
import { freshStepsOf, insertSteps, StepsAtOddsError } from './record-steps.ts';
import type { StepBatch } from './step-batch.ts';
import { namesOf, unnested, type Values } from './unnested.ts';

/** An epoch of a run, and the claim under which it is reported. */
export interface ReportedEpoch {
  readonly claim: Claim;
  readonly report: EpochReport;
}

/** What became of one report; `BUSY`: another transaction changes its experiment, nothing was done. */
export type EpochOutcome = RecordedEpoch | 'BUSY' | StepsAtOddsError;

/** A report under way, whose claim holds. */
interface Held extends ReportedEpoch {
  readonly place: number;
  readonly run: Pick<RunRow, 'lastEpoch'>;
  readonly fresh: readonly StepBatch[];
}

/**
 * Records epochs of different runs, of one experiment or of many, in one transaction: each as `recordEpoch` promises,
 * and none because of another. Every experiment's row is locked and its version raised by one, as in
 * `changeExperiment`. With `skipsBusy` those that somebody else is changing are left out, so that nobody waits for
 * them; without it all must be of one experiment, which keeps two such transactions from waiting for each other.
 */
export async function recordEpochs(
  db: Database,
  reports: readonly ReportedEpoch[],
  { skipsBusy }: { readonly skipsBusy: boolean },
): Promise<EpochOutcome[]> {
  return await db.transaction(async (tx) => {
    const outcomes: EpochOutcome[] = reports.map(() => 'REFUSED');
    const versions = await lockedVersions(tx, reports, skipsBusy);
    if (versions.size === 0 && skipsBusy) return reports.map(() => 'BUSY');
    const held = await heldReports(tx, reports, versions, outcomes);
    if (held.length === 0) return outcomes;

    const added = await insertEpochs(tx, held, versions);
    const isNew = ({ claim, report }: ReportedEpoch): boolean =>
      added.has(keyOf(claim.runId, report.metrics.epoch));
    const again = held.filter((each) => !isNew(each));
    const before = again.length > 0 ? await recordedBefore(tx, again) : new Map<string, EpochRow>();
    const accepted = held.filter(({ claim, report, place }) => {
      const row = before.get(keyOf(claim.runId, report.metrics.epoch));
      outcomes[place] = row === undefined || measuredAlike(row, report.metrics) ? 'RECORDED' : 'AT_ODDS';
      return outcomes[place] === 'RECORDED';
    });
    const changes = accepted.filter((each) => isNew(each) || each.fresh.length > 0);
    if (changes.length === 0) return outcomes;

    await insertSteps(
      tx,
      changes.flatMap(({ claim, fresh }) =>
        fresh.map((steps) => ({ steps, claim, version: versions.get(claim.experimentId)! })),
      ),
    );
    const newOnes = changes.filter(isNew);
    if (newOnes.length > 0) await advanceRuns(tx, newOnes, versions);
    const withCheckpoint = newOnes.filter(({ report }) => report.checkpoint !== null);
    if (withCheckpoint.length > 0) await insertCheckpoints(tx, withCheckpoint, versions);
    await raiseVersions(tx, [...new Set(changes.map(({ claim }) => claim.experimentId))], versions);
    return outcomes;
  });
}

/** The versions that the changes of the locked experiments get. */
async function lockedVersions(
  tx: Transaction,
  reports: readonly ReportedEpoch[],
  skipsBusy: boolean,
): Promise<Map<string, number>> {
  const ids = [...new Set(reports.map(({ claim }) => claim.experimentId))];
  if (!skipsBusy && ids.length > 1) throw new Error('epochs of several experiments wait for none of them');
  const rows = await tx
    .select({ id: experiments.id, version: experiments.version })
    .from(experiments)
    .where(sql`${experiments.id} = any(${sql.param(`{${ids.join(',')}}`)}::uuid[])`)
    .for('no key update', skipsBusy ? { skipLocked: true } : {});
  return new Map(rows.map(({ id, version }) => [id, version + 1]));
}

/** The reports whose claims hold and whose steps agree with those that are recorded; what became of the others. */
async function heldReports(
  tx: Transaction,
  reports: readonly ReportedEpoch[],
  versions: ReadonlyMap<string, number>,
  outcomes: EpochOutcome[],
): Promise<Held[]> {
  const ids = sql.param(`{${reports.map(({ claim }) => claim.runId).join(',')}}`);
  const rows = await tx
    .select({
      id: runs.id,
      experimentId: runs.experimentId,
      status: runs.status,
      attempt: runs.attempt,
      lastEpoch: runs.lastEpoch,
    })
    .from(runs)
    .where(sql`${runs.id} = any(${ids}::uuid[])`);
  const byId = new Map(rows.map((row) => [row.id, row]));
  const holding = reports.flatMap(({ claim, report }, place) => {
    const run = byId.get(claim.runId);
    const holds =
      run?.experimentId === claim.experimentId && run.status === 'RUNNING' && run.attempt === claim.token;
    // Not locked: busy, or gone; which of them, the experiment alone will tell.
    if (holds && !versions.has(claim.experimentId)) outcomes[place] = 'BUSY';
    return holds && versions.has(claim.experimentId) ? [{ claim, report, place, run }] : [];
  });
  const fresh = await freshStepsOf(
    tx,
    holding.map(({ claim, report }) => ({ runId: claim.runId, batches: report.steps ?? [] })),
  );
  return holding.flatMap((each, index) => {
    const steps = fresh[index]!;
    if (!(steps instanceof StepsAtOddsError)) return [{ ...each, fresh: steps }];
    outcomes[each.place] = steps;
    return [];
  });
}

const Inserted = z.object({ rows: z.array(z.object({ run_id: z.string(), epoch: z.number() })) });

/** Inserts those that are not there. Returns which they were. */
async function insertEpochs(
  tx: Transaction,
  held: readonly Held[],
  versions: ReadonlyMap<string, number>,
): Promise<Set<string>> {
  const metric = (name: keyof EpochMetrics): Values => [
    epochs[name],
    held.map(({ report }) => report.metrics[name]),
  ];
  const columns: Values[] = [
    [epochs.runId, held.map(({ claim }) => claim.runId)],
    [epochs.experimentId, held.map(({ claim }) => claim.experimentId)],
    [epochs.attempt, held.map(({ claim }) => claim.token)],
    [epochs.version, held.map(({ claim }) => versions.get(claim.experimentId)!)],
    ...METRICS.map(metric),
  ];
  const { rows } = Inserted.parse(
    await tx.execute(sql`insert into ${epochs} (${namesOf(columns)}) select * from ${unnested(columns)}
      on conflict do nothing returning run_id, epoch`),
  );
  return new Set(rows.map(({ run_id, epoch }) => keyOf(run_id, epoch)));
}

/** The metrics' columns; the compiler knows when one is missing. */
const METRICS = Object.keys({
  epoch: true,
  loss: true,
  accuracy: true,
  valLoss: true,
  valAccuracy: true,
  learningRate: true,
  trainSeconds: true,
  evaluationSeconds: true,
  examplesSeen: true,
  gradientNorm: true,
  updateRatio: true,
} satisfies Record<keyof EpochMetrics, true>) as (keyof EpochMetrics)[];

async function recordedBefore(tx: Transaction, reports: readonly Held[]): Promise<Map<string, EpochRow>> {
  const wanted = unnested([
    [epochs.runId, reports.map(({ claim }) => claim.runId)],
    [epochs.epoch, reports.map(({ report }) => report.metrics.epoch)],
  ]);
  const rows = await tx
    .select()
    .from(epochs)
    .where(sql`(${epochs.runId}, ${epochs.epoch}) in (select * from ${wanted})`);
  return new Map(rows.map((row) => [keyOf(row.runId, row.epoch), row]));
}

/** Says where the runs stand. Progress that was not told stays as it was. */
async function advanceRuns(
  tx: Transaction,
  held: readonly Held[],
  versions: ReadonlyMap<string, number>,
): Promise<void> {
  const columns: Values[] = [
    [runs.id, held.map(({ claim }) => claim.runId)],
    [runs.version, held.map(({ claim }) => versions.get(claim.experimentId)!)],
    [runs.lastEpoch, held.map(({ run, report }) => Math.max(run.lastEpoch, report.metrics.epoch))],
    [runs.phase, held.map(({ report }) => report.progress?.phase ?? null)],
    [runs.phaseDone, held.map(({ report }) => report.progress?.phaseDone ?? null)],
    [runs.phaseTotal, held.map(({ report }) => report.progress?.phaseTotal ?? null)],
    [runs.imagesPerSecond, held.map(({ report }) => report.progress?.imagesPerSecond ?? null)],
    [runs.secondsLeft, held.map(({ report }) => report.progress?.secondsLeft ?? null)],
  ];
  // A phase is told with every progress: without one nothing was told.
  await tx.execute(sql`update ${runs} as run set
      version = told.version, last_epoch = told.last_epoch, failures = 0,
      phase = coalesce(told.phase, run.phase),
      phase_done = coalesce(told.phase_done, run.phase_done),
      phase_total = coalesce(told.phase_total, run.phase_total),
      images_per_second = case when told.phase is null then run.images_per_second else told.images_per_second end,
      seconds_left = case when told.phase is null then run.seconds_left else told.seconds_left end
    from ${unnested(columns)} as told (${namesOf(columns)}) where run.id = told.id`);
}

async function insertCheckpoints(
  tx: Transaction,
  held: readonly Held[],
  versions: ReadonlyMap<string, number>,
): Promise<void> {
  const columns: Values[] = [
    [events.id, held.map(() => orderedId())],
    [events.experimentId, held.map(({ claim }) => claim.experimentId)],
    [events.runId, held.map(({ claim }) => claim.runId)],
    [events.attempt, held.map(({ claim }) => claim.token)],
    [events.kind, held.map(() => 'CHECKPOINT')],
    [events.epoch, held.map(({ report }) => report.checkpoint!.epoch)],
    [events.message, held.map(({ report }) => checkpointMessage(report.checkpoint!))],
    [events.version, held.map(({ claim }) => versions.get(claim.experimentId)!)],
  ];
  await tx.execute(sql`insert into ${events} (${namesOf(columns)}) select * from ${unnested(columns)}`);
}

async function raiseVersions(
  tx: Transaction,
  experimentIds: readonly string[],
  versions: ReadonlyMap<string, number>,
): Promise<void> {
  const columns: Values[] = [
    [experiments.id, experimentIds],
    [experiments.version, experimentIds.map((id) => versions.get(id)!)],
  ];
  await tx.execute(sql`update ${experiments} as experiment set version = told.version
    from ${unnested(columns)} as told (${namesOf(columns)}) where experiment.id = told.id`);
  await announceAll(
    tx,
    experimentIds.map((experimentId) => ({ experimentId, status: false })),
  );
}

/** Whether two measurements of an epoch have the same results; times may differ. */
function measuredAlike(before: EpochMetrics, now: EpochMetrics): boolean {
  const results = ['loss', 'accuracy', 'valLoss', 'valAccuracy'] as const;
  return results.every((name) => before[name] === now[name] || Object.is(before[name], now[name]));
}

function keyOf(runId: string, epoch: number): string {
  return `${runId} ${epoch}`;
}
