import { eq } from 'drizzle-orm';
import { GraphQLError } from 'graphql';
import type { Database } from '../database/database.ts';
import { isId } from '../ordered-id.ts';
import { type ExperimentStatus, experiments } from '../tables/experiment.ts';
import { hasEnded, type RunStatus, runs } from '../tables/run.ts';
import type { ChangeFeed } from './change-feed.ts';
import type { Told } from './everywhere.ts';
import { gather } from './gather.ts';
import { type ChangeType, type Place, readSpans, type SpanRows, type Wanted } from './read-spans.ts';
import { subscription } from './subscription.ts';

/** One experiment, or one run of one. */
export type Scope = { readonly experimentId: string } | { readonly runId: string };

export interface ScopeAsked {
  readonly types: ReadonlySet<ChangeType>;
  /** Whether it goes on when every run has ended, as people go on to write notes. */
  readonly endless: boolean;
}

/**
 * What changes of one experiment or run, of the types that are wanted, after a cursor or from the beginning. The cursor
 * is the experiment's version: `Experiment.cursor` is one, and each stays good when the database is restored elsewhere.
 */
export function changesOfScope(
  db: Database,
  feed: ChangeFeed,
  scope: Scope,
  after: string | null,
  { types, endless }: ScopeAsked,
): AsyncIterableIterator<Told, void, undefined> {
  return subscription(async function* (signal) {
    const runId = 'runId' in scope ? scope.runId.toLowerCase() : null;
    const experimentId = await experimentOf(db, scope);
    const watcher = feed.watch(experimentId);
    signal.addEventListener('abort', () => watcher.close());
    if (signal.aborted) watcher.close();
    try {
      let version = versionFrom(after);
      do {
        for (;;) {
          const question = [runId, version, ...types].join(' ');
          const { now, rows, place } = await watcher.readScope(question, () =>
            readScope(db, experimentId, version, { types, runId }),
          );
          if (version > now.version) {
            throw new GraphQLError(
              `The cursor ${version} lies ahead of the experiment, which is at ${now.version}. Read it again and go on from its own cursor.`,
              { extensions: { code: 'CURSOR_AHEAD' } },
            );
          }
          version = place?.version ?? now.version;
          if (Object.values(rows).some((list) => list.length > 0)) {
            yield { cursor: String(version), rows, experimentIds: [] };
          }
          if (place !== null) continue;
          if (now.ended && !endless) return;
          break;
        }
        await gather(signal);
      } while (await watcher.next());
    } finally {
      watcher.close();
    }
  });
}

/** What a reading tells: where the experiment or run stands, and what is wanted until then. */
export interface ScopeRead {
  readonly now: { readonly version: number; readonly ended: boolean };
  readonly rows: SpanRows;
  /** Null when that is all of it. */
  readonly place: Place | null;
}

async function readScope(
  db: Database,
  experimentId: string,
  after: number,
  wanted: Wanted,
): Promise<ScopeRead> {
  // In one statement: at or below its version everything is committed, also how it ended.
  const now = await stateOf(db, experimentId, wanted.runId);
  return { now, ...(await readSpans(db, [{ experimentId, after, upTo: now.version }], wanted)) };
}

async function experimentOf(db: Database, scope: Scope): Promise<string> {
  const [what, id] =
    'runId' in scope ? (['run', scope.runId] as const) : (['experiment', scope.experimentId] as const);
  const [found] = !isId(id)
    ? []
    : what === 'run'
      ? await db.select({ id: runs.experimentId }).from(runs).where(eq(runs.id, id))
      : await db.select({ id: experiments.id }).from(experiments).where(eq(experiments.id, id));
  if (found !== undefined) return found.id;
  throw new GraphQLError(`There is no ${what} ${id}.`, { extensions: { code: 'NOT_FOUND' } });
}

async function stateOf(
  db: Database,
  experimentId: string,
  runId: string | null,
): Promise<{ version: number; ended: boolean }> {
  const { version, status } = experiments;
  if (runId === null) {
    const [row] = await db
      .select({ version, status })
      .from(experiments)
      .where(eq(experiments.id, experimentId));
    return { version: row!.version, ended: experimentHasEnded(row!.status) };
  }
  const [row] = await db
    .select({ version, run: runs.status })
    .from(experiments)
    .innerJoin(runs, eq(runs.experimentId, experiments.id))
    .where(eq(runs.id, runId));
  return { version: row!.version, ended: hasEnded(row!.run satisfies RunStatus) };
}

function experimentHasEnded(status: ExperimentStatus): boolean {
  return status !== 'QUEUED' && status !== 'RUNNING' && status !== 'PAUSED';
}

/** Before the first version where there is no cursor: an experiment is made with version 0. */
function versionFrom(after: string | null): number {
  if (after === null) return -1;
  if (/^\d{1,9}$/.test(after)) return Number(after);
  throw new GraphQLError(
    '`after` is no cursor of this subscription; pass one that it told, or an `Experiment.cursor`.',
    {
      extensions: { code: 'BAD_USER_INPUT' },
    },
  );
}
