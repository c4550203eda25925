import type { RunRow } from '../tables/run.ts';
import type { Told } from './everywhere.ts';

/** Runs that are remembered; one that is forgotten is told again at its next change, whatever changed. */
const MOST_REMEMBERED = 10_000;

/** Of the runs that changed, those whose state is another than was told last: progress alone is none. */
export function newStates(
  changes: AsyncIterableIterator<Told, void, undefined>,
): AsyncIterableIterator<Told, void, undefined> {
  const told = new Map<string, string>();
  const isNew = (run: RunRow): boolean => {
    const state = JSON.stringify([run.status, run.attempt, run.reason]);
    if (told.get(run.id) === state) return false;
    told.delete(run.id); // the newest stand last
    told.set(run.id, state);
    if (told.size > MOST_REMEMBERED) told.delete(told.keys().next().value ?? '');
    return true;
  };
  return {
    next: async () => {
      for (;;) {
        const step = await changes.next();
        if (step.done) return step;
        const { rows } = step.value;
        const runs = rows.runs.filter(isNew);
        // The first message about everything has nothing but a cursor.
        if (runs.length === rows.runs.length || runs.length > 0) {
          return { done: false, value: { ...step.value, rows: { ...rows, runs } } };
        }
      }
    },
    return: async () => (await changes.return?.()) ?? { done: true, value: undefined },
    throw: async (error: unknown) => (await changes.throw?.(error)) ?? { done: true, value: undefined },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
