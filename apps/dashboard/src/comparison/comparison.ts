import type {
  EventFieldsFragment,
  ExperimentCardFieldsFragment,
  ExperimentChangesSubscription,
  ExperimentFieldsFragment,
  ExperimentStatus,
  RunFieldsFragment,
  RunFindingsFragment,
  RunStatus,
} from '../graphql/generated/graphql.ts';
import {
  type EpochRow,
  firstMissingEpoch,
  mergeRows,
  rowFromEpoch,
  rowsFromSeries,
  withoutUntold,
} from './epoch-row.ts';

/** What a run found out about itself is known on its comparison's own page, and not in the list. */
export interface Run extends RunFieldsFragment, Partial<RunFindingsFragment> {
  /** The contender that it is one run of, which may have others with other seeds. */
  readonly group: { readonly id: string; readonly label: string };
}
type ToldRun = RunFieldsFragment & Partial<RunFindingsFragment> & Partial<Pick<Run, 'group'>>;
export type RunEvent = EventFieldsFragment;
export type Changes = ExperimentChangesSubscription['experimentChanges'];

/** What a comparison shares among its runs, as it was when its page was loaded. */
export type Setup = Pick<
  ExperimentFieldsFragment,
  | 'dataset'
  | 'weights'
  | 'alpha'
  | 'inputSize'
  | 'freezeIndex'
  | 'batchSize'
  | 'seeds'
  | 'settings'
  | 'contenders'
>;

/** A comparison as far as this page knows it: what it was when it was loaded, and every change since. */
export interface Comparison {
  readonly id: string;
  readonly name: string;
  readonly createdAt: string;
  readonly status: ExperimentStatus;
  /** Since when it is out of the list; null when it is not. */
  readonly deletedAt: string | null;
  /** Null in the list, which does not ask for it. */
  readonly batchSize: number | null;
  /** Epochs that each run shall train. */
  readonly epochs: number;
  /** Number of the last change that is in here; the next are asked for after it. */
  readonly cursor: number;
  /** Seed after seed, in the contenders' order; what ran again comes last. */
  readonly runs: readonly Run[];
  /** Rows by the run's id, each list complete and in order. */
  readonly rows: Readonly<Record<string, readonly EpochRow[]>>;
  /** In the order in which they happened. */
  readonly events: readonly RunEvent[];
}

type LoadedRun = ExperimentCardFieldsFragment['runs'][number] | ExperimentFieldsFragment['runs'][number];

/** The comparison from the service's answer, of the list or of its own page. */
export function comparisonFrom(loaded: ExperimentCardFieldsFragment | ExperimentFieldsFragment): Comparison {
  const runs: readonly LoadedRun[] = loaded.runs;
  return {
    id: loaded.id,
    name: loaded.name,
    createdAt: loaded.createdAt,
    deletedAt: loaded.deletedAt,
    status: loaded.status,
    batchSize: 'batchSize' in loaded ? loaded.batchSize : null,
    epochs: loaded.epochs,
    cursor: loaded.cursor,
    runs: runs.map(({ series: _, ...run }, index) => asDrawn(run, index)),
    rows: Object.fromEntries(runs.map((run) => [run.id, rowsTold(run, rowsFromSeries(run.series))])),
    events: 'events' in loaded ? loaded.events : [],
  };
}

/**
 * The run with a contender of its own: charts and tables tell lines apart by contender, and a contender may have
 * several runs, with other seeds or run again.
 */
function asDrawn(run: ToldRun, index: number): Run {
  const { id, label } = run.contender;
  const group = run.group ?? { id, label };
  return { ...run, group, contender: { ...run.contender, id: run.id, label: run.label, position: index } };
}

/** The runs with those that changed, and those that are new, which come after all there were. */
function withChangedRuns(runs: readonly Run[], changed: readonly ToldRun[]): readonly Run[] {
  if (changed.length === 0) return runs;
  const news = new Map(changed.map((run) => [run.id, run]));
  const known = new Set(runs.map((run) => run.id));
  const all = [...runs.map((run) => news.get(run.id) ?? run), ...changed.filter(({ id }) => !known.has(id))];
  return all.map((run, index) => asDrawn(run, index));
}

/** An imported run's file may lack a metric altogether: it has no curve then, and no place to mark. */
function rowsTold(run: Pick<Run, 'origin'> | undefined, rows: readonly EpochRow[]): readonly EpochRow[] {
  return run?.origin === 'IMPORTED' ? withoutUntold(rows) : rows;
}

/** The comparison after a change. The same change twice is the same as once. */
export function withChanges(comparison: Comparison, changes: Changes): Comparison {
  const rows = { ...comparison.rows };
  const arrived = Map.groupBy(changes.epochs, (epoch) => epoch.runId);
  for (const [runId, epochs] of arrived) {
    const run = [...changes.runs, ...comparison.runs].find(({ id }) => id === runId);
    rows[runId] = rowsTold(run, mergeRows(rows[runId] ?? [], epochs.map(rowFromEpoch)));
  }
  // An older change than what is known already can still fill in rows and events, but takes nothing back.
  const isNews = changes.cursor >= comparison.cursor;
  const { name, epochs, deletedAt } = isNews ? changes.experiment : comparison;
  return {
    ...comparison,
    cursor: Math.max(comparison.cursor, changes.cursor),
    status: isNews ? changes.status : comparison.status,
    name,
    epochs,
    deletedAt,
    runs: isNews ? withChangedRuns(comparison.runs, changes.runs) : comparison.runs,
    rows: arrived.size === 0 ? comparison.rows : rows,
    events: mergeEvents(comparison.events, changes.events),
  };
}

/** The comparison after it was loaded again: of two states the newer, with the rows and events of both. */
export function withLoaded(comparison: Comparison, loaded: Comparison): Comparison {
  const newer = loaded.cursor >= comparison.cursor ? loaded : comparison;
  const rows: Record<string, readonly EpochRow[]> = {};
  for (const run of newer.runs) {
    rows[run.id] = mergeRows(comparison.rows[run.id] ?? [], loaded.rows[run.id] ?? []);
  }
  return { ...newer, rows, events: mergeEvents(comparison.events, loaded.events) };
}

function mergeEvents(events: readonly RunEvent[], more: readonly RunEvent[]): readonly RunEvent[] {
  const known = new Set(events.map((event) => event.id));
  const unheard = more.filter((event) => !known.has(event.id));
  if (unheard.length === 0) return events;
  return [...events, ...unheard].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

/** Whether a row that the service has recorded never arrived here. */
export function hasGap(comparison: Comparison): boolean {
  return comparison.runs.some(
    (run) =>
      // A file may tell some epochs only.
      run.origin === 'TRAINED' && firstMissingEpoch(comparison.rows[run.id] ?? [], run.lastEpoch) !== null,
  );
}

const ENDED_RUN: Record<RunStatus, boolean> = {
  QUEUED: false,
  RUNNING: false,
  PAUSED: false,
  FINISHED: true,
  DIVERGED: true,
  CANCELLED: true,
  FAILED: true,
};

/** Whether nothing more will come of the run. */
export function hasEnded(run: Pick<Run, 'status'>): boolean {
  return ENDED_RUN[run.status];
}

/** Whether nothing more will come of any run. */
export function isOver(comparison: Pick<Comparison, 'runs'>): boolean {
  return comparison.runs.every(hasEnded);
}
