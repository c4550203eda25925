import type { Database } from '../database/database.ts';
import type { ChangeFeed } from './change-feed.ts';
import { assertNotAhead, cursorOf, type Standing, standingFrom } from './everywhere-cursor.ts';
import { gather } from './gather.ts';
import { readEverywhere } from './read-everywhere.ts';
import type { ChangeType, SpanRows } from './read-spans.ts';
import { currentSnapshot, identityOf } from './snapshot.ts';
import { subscription } from './subscription.ts';

/** What a subscriber is told. */
export interface Told {
  /** Pass it as `after` to go on from here. */
  readonly cursor: string;
  readonly rows: SpanRows;
  /** Ids of the experiments that changed. */
  readonly experimentIds: readonly string[];
}

const NOTHING: SpanRows = { runs: [], epochs: [], events: [], annotations: [], comments: [] };

/**
 * What changes anywhere, of the types that are wanted, after a cursor or from now on; at once a first message with
 * nothing but a cursor. Who goes on with the last cursor misses nothing and gets no epoch, event or state of a note
 * twice. It never completes.
 */
export function changesEverywhere(
  db: Database,
  feed: ChangeFeed,
  after: string | null,
  types: ReadonlySet<ChangeType>,
): AsyncIterableIterator<Told, void, undefined> {
  return subscription(async function* (signal) {
    const watcher = feed.watchEverything();
    signal.addEventListener('abort', () => watcher.close());
    if (signal.aborted) watcher.close();
    const wanted = { types, runId: null };
    try {
      const identity = await identityOf(db);
      let standing: Standing =
        after === null
          ? { from: await currentSnapshot(db), round: null }
          : standingFrom(after, identity, types);
      if (after === null) {
        yield { cursor: cursorOf(standing, identity, types), rows: NOTHING, experimentIds: [] };
      }
      let checked = after === null;
      do {
        for (;;) {
          const piece = await readEverywhere(db, standing, wanted);
          if (!checked) assertNotAhead(standing, piece.now);
          checked = true;
          standing = piece.standing;
          const { rows, experimentIds } = piece;
          if (experimentIds.length > 0 || Object.values(rows).some((list) => list.length > 0)) {
            yield { cursor: cursorOf(standing, identity, types), rows, experimentIds };
          }
          if (!piece.more) break;
        }
        await gather(signal);
      } while (await watcher.next());
    } finally {
      watcher.close();
    }
  });
}
