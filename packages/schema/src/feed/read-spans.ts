import { and, asc, getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { AnyPgColumn, PgTable } from 'drizzle-orm/pg-core';
import type { Database } from '../database/database.ts';
import { type AnnotationRow, annotations, type CommentRow, comments } from '../tables/annotation.ts';
import { type EpochRow, epochs } from '../tables/epoch.ts';
import { type EventRow, events } from '../tables/event.ts';
import { type RunRow, runs } from '../tables/run.ts';

/** What can be followed. */
export const CHANGE_TYPES = ['EXPERIMENTS', 'RUNS', 'EPOCHS', 'EVENTS', 'ANNOTATIONS'] as const;
export type ChangeType = (typeof CHANGE_TYPES)[number];

/** Versions of an experiment: those after `after`, up to `upTo` and with it. */
export interface Span {
  readonly experimentId: string;
  readonly after: number;
  readonly upTo: number;
}

/** Rows that were written in some spans. */
export interface SpanRows {
  readonly runs: readonly RunRow[];
  readonly epochs: readonly EpochRow[];
  readonly events: readonly EventRow[];
  readonly annotations: readonly AnnotationRow[];
  readonly comments: readonly CommentRow[];
}

/** Up to where the spans were read: all before this experiment's, and of its own up to this version. */
export interface Place {
  readonly experimentId: string;
  readonly version: number;
}

/** What is wanted: some types, of whatever the condition on their tables lets pass. */
export interface Wanted {
  readonly types: ReadonlySet<ChangeType>;
  /** For one run only. */
  readonly runId: string | null;
}

/** Rows of a kind in one piece, give or take those that share the last version. */
const MOST_ROWS = 500;

type Versioned = PgTable & {
  readonly experimentId: AnyPgColumn;
  readonly version: AnyPgColumn;
  readonly id?: AnyPgColumn;
};

/**
 * What was written in the spans, which are in the order of their experiments, or as much of it as fits one piece; null
 * as the place says that it is all. One statement for each type that is wanted, however many spans there are. A run
 * is read as it is at this moment, also when that is newer than its span, and comes again when it changed since; an
 * annotation that is newer than its span is left for later.
 */
export async function readSpans(
  db: Database,
  spans: readonly Span[],
  { types, runId }: Wanted,
): Promise<{ rows: SpanRows; place: Place | null }> {
  const ends = new Map(spans.map((span) => [span.experimentId, span.upTo]));
  const read = <Table extends Versioned>(
    table: Table,
    type: ChangeType,
    { own, isNow = false }: { readonly own?: SQL | undefined; readonly isNow?: boolean } = {},
  ) => (types.has(type) ? readTable(db, table, spans, { own, isNow }) : nothing<Table>());
  const ofRun = (column: AnyPgColumn): SQL | undefined =>
    runId === null ? undefined : sql`${column} = ${runId}::uuid`;
  const about = runId === null ? undefined : aboutRun(runId);
  const found = {
    runs: await read(runs, 'RUNS', { own: ofRun(runs.id), isNow: true }),
    epochs: await read(epochs, 'EPOCHS', { own: ofRun(epochs.runId) }),
    events: await read(events, 'EVENTS', { own: ofRun(events.runId) }),
    annotations: await read(annotations, 'ANNOTATIONS', { own: about }),
    comments: await read(comments, 'ANNOTATIONS', {
      own:
        about &&
        sql`exists (select 1 from ${annotations} where ${annotations.id} = ${comments.annotationId} and ${about})`,
    }),
  };
  const place = Object.values(found)
    .flatMap(({ end }) => (end === null ? [] : [end]))
    .map((end) => ({ ...end, version: Math.min(end.version, ends.get(end.experimentId)!) }))
    .sort(inOrder)[0];
  const within = <Row extends { experimentId: string; version: number }>({ rows }: { rows: Row[] }): Row[] =>
    place === undefined
      ? rows
      : rows.filter(
          (row) =>
            inOrder(row, place) <= 0 ||
            // Of an experiment that was read to its end, also the runs that changed since.
            (row.experimentId === place.experimentId && place.version === ends.get(row.experimentId)),
        );
  return {
    rows: {
      runs: within(found.runs),
      epochs: within(found.epochs),
      events: within(found.events),
      annotations: within(found.annotations),
      comments: within(found.comments),
    },
    place: place ?? null,
  };
}

/** Ids are compared as the database compares them: in lower case, as bytes. */
export function inOrder(one: Place, other: Place): number {
  if (one.experimentId !== other.experimentId) return one.experimentId < other.experimentId ? -1 : 1;
  return one.version - other.version;
}

interface Found<Row> {
  readonly rows: Row[];
  /** Where the piece had to end; null when everything fitted. */
  readonly end: Place | null;
}

function nothing<Table extends Versioned>(): Found<Table['$inferSelect'] & Place> {
  return { rows: [], end: null };
}

async function readTable<Table extends Versioned>(
  db: Database,
  table: Table,
  spans: readonly Span[],
  { own, isNow }: { readonly own: SQL | undefined; readonly isNow: boolean },
): Promise<Found<Table['$inferSelect'] & Place>> {
  const within = isNow
    ? sql`${table.version} > spans.after_version`
    : sql`${table.version} > spans.after_version and ${table.version} <= spans.up_to`;
  const select = async (of: readonly Span[], limit: number) => {
    // Span by span, by the index: joined at once, the planner would read all rows of the experiments.
    const ofSpan = db
      .select()
      .from(table as PgTable)
      .where(and(sql`${table.experimentId} = spans.experiment_id`, within, own))
      .orderBy(asc(table.version))
      .limit(limit)
      .as('of_span');
    const columns = columnsOf(ofSpan, table);
    const rows = await db
      .select(columns)
      .from(spansAsRows(of))
      .crossJoinLateral(ofSpan)
      .orderBy(asc(columns.experimentId!), asc(columns.version!))
      .limit(limit);
    // Drizzle tells the columns of a table that is not known here by their names only.
    return rows as unknown as (Table['$inferSelect'] & Place)[];
  };
  const rows = await select(spans, MOST_ROWS + 1);
  if (rows.length <= MOST_ROWS) return { rows, end: null };
  const last = rows.at(-1)!;
  const first = rows[0]!;
  const { experimentId, version } = last;
  // The last version may lack rows: it comes whole in the next piece, or is a piece by itself.
  if (inOrder(first, last) < 0) {
    const kept = rows.filter((row) => inOrder(row, last) < 0);
    return { rows: kept, end: { experimentId, version: version - 1 } };
  }
  const whole = await select([{ experimentId, after: version - 1, upTo: version }], 1_000_000);
  return { rows: whole.filter((row) => row.version === version), end: { experimentId, version } };
}

/** The columns of a subquery that reads whole rows of a table; by their names, as the table's own. */
function columnsOf(subquery: object, table: Versioned): Record<string, AnyPgColumn> {
  return Object.fromEntries(
    Object.keys(getTableColumns(table)).map((name) => [name, Reflect.get(subquery, name)]),
  );
}

/** Spans as rows for a statement to join. */
function spansAsRows(spans: readonly Span[]): SQL {
  const rows = spans.map(({ experimentId, after, upTo }) => ({
    experiment_id: experimentId,
    after_version: after,
    up_to: upTo,
  }));
  return sql`json_to_recordset(${JSON.stringify(rows)}::json) as spans(experiment_id uuid, after_version integer, up_to integer)`;
}

/** Annotations that are about a run: about its contender or all, with its seed or all. */
function aboutRun(runId: string): SQL {
  return sql`exists (select 1 from ${runs} where ${runs.id} = ${runId}::uuid
    and (${annotations.contenderId} is null or ${annotations.contenderId} = ${runs.contenderId})
    and (${annotations.seed} is null or ${annotations.seed} = ${runs.seed}))`;
}
