import { sql } from 'drizzle-orm';
import { z } from 'zod';
import { rowsOf } from '../backup/catalog.ts';
import type { Database } from '../database/database.ts';
import { annotations, comments } from '../tables/annotation.ts';
import { epochs } from '../tables/epoch.ts';
import { events } from '../tables/event.ts';
import { experiments } from '../tables/experiment.ts';
import { runs } from '../tables/run.ts';
import type { Standing } from './everywhere-cursor.ts';
import { type Place, readSpans, type Span, type SpanRows, type Wanted } from './read-spans.ts';
import { isNewTo, knownSnapshot, type Snapshot } from './snapshot.ts';

/** What changed anywhere, or as much of it as fits one piece. */
export interface Everywhere {
  readonly rows: SpanRows;
  /** Ids of the experiments that changed, whatever changed of them. */
  readonly experimentIds: readonly string[];
  /** Where whoever got this stands. */
  readonly standing: Standing;
  /** Whether there is more to read at once. */
  readonly more: boolean;
  /** The database's own snapshot, when it was read. */
  readonly now: string;
}

/** Experiments that are read together. */
const MOST_EXPERIMENTS = 200;

const Changed = z.object({
  now: z.string(),
  id: z.string().nullable(),
  version: z.int().nullable(),
  /** Whether the experiment's row is newer than what the round is about: then it is told in the next one. */
  later: z.boolean().nullable(),
});

/** Later than any: all of an experiment that a round is about. */
const WHOLE = 2_147_483_647;

/**
 * Reads on from where someone stands. Every change of an experiment also writes the experiment's row, under its lock
 * (`changeExperiment`): so the rows whose transactions the old snapshot does not see are the experiments to look at,
 * and in each of them a snapshot sees a prefix of the versions. What to tell are the versions after the prefix that the
 * old snapshot sees, up to the one that the new one sees.
 */
export async function readEverywhere(db: Database, standing: Standing, wanted: Wanted): Promise<Everywhere> {
  const { from, round } = standing;
  // In one statement, so that the snapshot is the one by which the rows were read.
  const begin = round?.place.experimentId ?? null;
  const rows = await rowsOf(
    db,
    Changed,
    sql`select here.now, ${experiments.id} as id, ${experiments.version} as version,
          ${round === null ? sql`false` : isNewTo(round.to, experiments)} as later
        from (select pg_current_snapshot()::text as now) here
        left join ${experiments} on ${isNewTo(from, experiments)}
          and (${begin}::uuid is null or ${experiments.id} >= ${begin}::uuid)
        order by ${experiments.id} limit ${MOST_EXPERIMENTS + 1}`,
  );
  const now = rows[0]?.now ?? '';
  const to = round?.to ?? knownSnapshot(now);
  const changed = rows.flatMap(({ id, version, later }) =>
    id === null || version === null ? [] : [{ id, version, later: later ?? false }],
  );
  const looked = changed.slice(0, MOST_EXPERIMENTS);
  const beyond = changed.length > looked.length ? looked.at(-1)! : null;
  const { rows: found, place } = await readSpans(db, await spansOf(db, looked, from, round), wanted);
  const end: Place | null = place ?? (beyond && { experimentId: beyond.id, version: WHOLE });
  const told = looked.filter(
    // One at which a piece ended was told in that piece.
    ({ id, later }) => !later && id !== begin && (end === null || id <= end.experimentId),
  );
  return {
    rows: found,
    experimentIds: wanted.types.has('EXPERIMENTS') ? told.map(({ id }) => id) : [],
    standing: end === null ? { from: to, round: null } : { from, round: { to, place: end } },
    // After a round that was begun earlier, there is what came since.
    more: end !== null || round !== null,
    now,
  };
}

/** Which versions of each experiment the one snapshot does not see and the other does. */
async function spansOf(
  db: Database,
  changed: readonly { readonly id: string; readonly version: number }[],
  from: Snapshot,
  round: Standing['round'],
): Promise<Span[]> {
  if (changed.length === 0) return [];
  const ids = changed.map(({ id }) => id);
  const seen = await versionsSeen(db, ids, from);
  // Of a round that began earlier, what the experiments' rows say is newer than what it is about.
  const upTo = round === null ? null : await versionsSeen(db, ids, round.to);
  return changed.flatMap(({ id, version }) => {
    const own = round?.place.experimentId === id ? round.place.version : -1;
    const span = {
      experimentId: id,
      after: Math.max(seen.get(id) ?? -1, own),
      upTo: upTo === null ? version : (upTo.get(id) ?? -1),
    };
    return span.after < span.upTo ? [span] : [];
  });
}

/**
 * The last version of each experiment that left a row which the snapshot sees. Versions are committed in their order,
 * so it sees all of them up to there; later ones that it sees left nothing that is told. From the newest row backwards
 * to the first that it sees: as many as there are new ones, and one more.
 */
async function versionsSeen(
  db: Database,
  ids: readonly string[],
  snapshot: Snapshot,
): Promise<Map<string, number>> {
  const last = [epochs, events, runs, annotations, comments].map(
    (table) =>
      sql`(select ${table.version} from ${table}
           where ${table.experimentId} = asked.id and not ${isNewTo(snapshot, table)}
           order by ${table.version} desc limit 1)`,
  );
  const rows = await rowsOf(
    db,
    z.object({ id: z.string(), version: z.int().nullable() }),
    sql`select asked.id, greatest(${sql.join(last, sql`, `)}) as version
        from json_to_recordset(${JSON.stringify(ids.map((id) => ({ id })))}::json) as asked(id uuid)`,
  );
  return new Map(rows.flatMap(({ id, version }) => (version === null ? [] : [[id, version]])));
}
