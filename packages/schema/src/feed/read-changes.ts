import { and, asc, eq, gt, lte, type SQL, sql } from 'drizzle-orm';
import type { Database } from '../database/database.ts';
import { type StepBatch, valuesFromHex } from '../store/step-batch.ts';
import { type EpochRow, epochs } from '../tables/epoch.ts';
import { type EventRow, events } from '../tables/event.ts';
import { type ExperimentRow, type ExperimentStatus, experiments } from '../tables/experiment.ts';
import { type RunRow, runs } from '../tables/run.ts';
import { stepChunks } from '../tables/step-chunk.ts';

/** What changed of an experiment between two of its versions. */
export interface Changes {
  /** What it goes on from: nothing up to this version is in here. */
  readonly after: number;
  /** Everything up to this version is in here or was in an earlier one. */
  readonly cursor: number;
  readonly status: ExperimentStatus;
  /** As it was when the piece was read. */
  readonly experiment: ExperimentRow;
  readonly runs: readonly RunRow[];
  readonly epochs: readonly EpochRow[];
  readonly events: readonly EventRow[];
  /** Empty unless they were asked for. */
  readonly steps: readonly NewSteps[];
  /** Nothing is left to read and nothing will come: every run has ended. */
  readonly complete: boolean;
}

/** Steps of a run that were recorded together. */
export interface NewSteps extends StepBatch {
  readonly runId: string;
  readonly version: number;
}

export interface ChangesAsked {
  /** Whether new steps belong to it. */
  readonly steps?: boolean;
}

/** Rows of a kind in one piece, give or take those that share the last version. */
const MOST_ROWS = 500;

/**
 * Reads what changed after a version, or as much of it as fits one piece. Null when there is no such experiment.
 *
 * The experiment's own version is read first: at or below it everything is committed (`changeExperiment`), so
 * rows up to it, and no others, make a piece without gaps. A run is read as it is at this moment, and comes
 * again when it changed since.
 */
export async function readChanges(
  db: Database,
  experimentId: string,
  after: number,
  { steps = false }: ChangesAsked = {},
): Promise<Changes | null> {
  const [experiment] = await db.select().from(experiments).where(eq(experiments.id, experimentId));
  if (experiment === undefined) return null;
  const { version, status } = experiment;
  const ended = status !== 'QUEUED' && status !== 'RUNNING' && status !== 'PAUSED';
  const nothing = { runs: [], epochs: [], events: [], steps: [] };
  if (version <= after) return { after, cursor: version, status, experiment, ...nothing, complete: ended };
  const changed = (table: Versioned, upTo: number) =>
    and(eq(table.experimentId, experimentId), gt(table.version, after), lte(table.version, upTo));
  const [newEpochs, newEvents, newSteps, changedRuns] = await Promise.all([
    piece(after, version, (upTo, limit) =>
      db
        .select()
        .from(epochs)
        .where(changed(epochs, upTo))
        .orderBy(asc(epochs.version), asc(epochs.runId), asc(epochs.epoch))
        .limit(limit),
    ),
    piece(after, version, (upTo, limit) =>
      db
        .select()
        .from(events)
        .where(changed(events, upTo))
        .orderBy(asc(events.version), asc(events.id))
        .limit(limit),
    ),
    piece(after, version, async (upTo, limit) =>
      steps ? await readNewSteps(db, changed(stepChunks, upTo), limit) : [],
    ),
    db
      .select()
      .from(runs)
      .where(and(eq(runs.experimentId, experimentId), gt(runs.version, after)))
      .orderBy(asc(runs.position)),
  ]);
  const cursor = Math.min(newEpochs.end, newEvents.end, newSteps.end);
  const within = <Row extends { version: number }>({ rows }: { rows: Row[] }): Row[] =>
    rows.filter((row) => row.version <= cursor);
  return {
    after,
    cursor,
    status,
    experiment,
    runs: changedRuns,
    epochs: within(newEpochs),
    events: within(newEvents),
    steps: within(newSteps),
    complete: ended && cursor === version,
  };
}

/** How much it is to keep: rows, where steps count by the room that their numbers take. */
export function rowsOf({ runs, epochs, events, steps }: Changes): number {
  const chunks = steps.reduce((sum, batch) => sum + 1 + Math.floor(batch.steps / STEPS_AS_A_ROW), 0);
  return runs.length + epochs.length + events.length + chunks;
}

/** Numbers of so many steps take about the room of an epoch's row. */
const STEPS_AS_A_ROW = 16;

/**
 * What consecutive pieces say that came after a version, as one piece; the experiment is as `latest`, the last that
 * was read, has it. A run is taken from the last piece that tells of it.
 */
export function changesWithin(pieces: readonly Changes[], latest: Changes, after: number): Changes {
  const newer = pieces.filter(({ cursor }) => cursor > after);
  const [only] = newer;
  const isNew = <Row extends { readonly version: number }>({ version }: Row): boolean => version > after;
  if (newer.length === 1 && only === latest && only.after === after) return only;
  const runsById = new Map(newer.flatMap(({ runs }) => runs.filter(isNew).map((run) => [run.id, run])));
  return {
    ...latest,
    after,
    runs: [...runsById.values()].sort((a, b) => a.position - b.position),
    epochs: newer.flatMap(({ epochs }) => epochs.filter(isNew)),
    events: newer.flatMap(({ events }) => events.filter(isNew)),
    steps: newer.flatMap(({ steps }) => steps.filter(isNew)),
  };
}

type Versioned = typeof epochs | typeof events | typeof stepChunks;

/**
 * Rows of a kind and the version up to which they are all there. Where a kind has more than fits, the piece ends
 * before the version of its last row: that version, of which rows may be missing, comes whole in the next piece. A
 * single version that has more than fits, such as an import, is a piece by itself.
 */
async function piece<Row extends { readonly version: number }>(
  after: number,
  version: number,
  read: (upTo: number, limit: number) => Promise<Row[]>,
): Promise<{ rows: Row[]; end: number }> {
  const rows = await read(version, MOST_ROWS + 1);
  if (rows.length <= MOST_ROWS) return { rows, end: version };
  const last = rows.at(-1)!.version;
  if (last > after + 1) return { rows, end: last - 1 };
  return { rows: await read(last, Number.MAX_SAFE_INTEGER), end: last };
}

async function readNewSteps(db: Database, changed: SQL | undefined, limit: number): Promise<NewSteps[]> {
  const { runId, firstStep, steps, values, version } = stepChunks;
  return await db
    .select({
      runId,
      firstStep,
      steps,
      values: sql`encode(${values}, 'hex')`.mapWith(valuesFromHex),
      version,
    })
    .from(stepChunks)
    .where(changed)
    .orderBy(asc(version), asc(runId), asc(firstStep))
    .limit(limit);
}
