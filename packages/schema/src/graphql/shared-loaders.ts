import type { Database } from '../database/database.ts';
import { type Loaders, loaders } from './loaders.ts';

/** Loaders of rows by their ids, which are the same for everyone who may read them. */
export type SharedLoaders = Pick<
  Loaders,
  'experiment' | 'run' | 'tagsOf' | 'contender' | 'contendersOf' | 'runsOf'
>;

/**
 * Subscriptions that are woken together ask for the same rows in the same turn: so they ask one loader, in one
 * statement. A loader gathers and does not remember, so nobody gets what was so earlier; who may ask was decided
 * before, field by field. What is bounded for each operation, such as curves, stays its own.
 */
export function sharedLoaders(db: Database): SharedLoaders {
  const { experiment, run, tagsOf, contender, contendersOf, runsOf } = loaders(db);
  return { experiment, run, tagsOf, contender, contendersOf, runsOf };
}
