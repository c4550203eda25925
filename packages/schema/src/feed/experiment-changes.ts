import { GraphQLError } from 'graphql';
import type { Database } from '../database/database.ts';
import { isId } from '../ordered-id.ts';
import type { ChangeFeed } from './change-feed.ts';
import type { Changes, ChangesAsked } from './read-changes.ts';
import { subscription } from './subscription.ts';

/** Changes that follow one another faster are sent together. */
const GATHER_MILLISECONDS = 40;

/**
 * Everything of an experiment that changed after a cursor, then each further change; completes when every run
 * has ended. Who goes on with the last cursor it got misses nothing and gets no epoch or event twice. However
 * slow the reader, nothing is kept for it: the next piece is read when it asks, together with all who ask then.
 */
export function experimentChanges(
  db: Database,
  feed: ChangeFeed,
  experimentId: string,
  after: number,
  asked: ChangesAsked = {},
): AsyncIterableIterator<Changes, void, undefined> {
  return subscription(async function* (signal) {
    const watcher = feed.watch(experimentId);
    signal.addEventListener('abort', () => watcher.close());
    try {
      let cursor = after;
      do {
        for (;;) {
          const changes = isId(experimentId) ? await watcher.changesAfter(db, cursor, asked) : null;
          if (changes === null) {
            throw new GraphQLError(`There is no experiment ${experimentId}.`, {
              extensions: { code: 'NOT_FOUND' },
            });
          }
          if (changes.cursor < cursor) {
            throw new GraphQLError(
              `The cursor ${cursor} lies ahead of the experiment, which is at ${changes.cursor}. Read the experiment again and go on from its own cursor.`,
              { extensions: { code: 'CURSOR_AHEAD' } },
            );
          }
          const more = changes.cursor > cursor;
          cursor = changes.cursor;
          // Without rows, what changed is the experiment itself: its name, or how many epochs it has.
          if (more) yield changes;
          if (changes.complete) return;
          if (!more) break;
        }
        await gather(signal);
      } while (await watcher.next());
    } finally {
      watcher.close();
    }
  });
}

/** Waits a moment, so that one reading covers what happens together. */
async function gather(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, GATHER_MILLISECONDS);
    signal.addEventListener('abort', done);
  });
}
