import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../log.ts';

const RETRY_MILLISECONDS = 1_000;
/** While it fails, this is said at the first try and then at every so many. */
const SAID_EVERY = 30;

/** Does something with the database, again and again while it fails. False when `isOver` meanwhile. */
export async function untilDone(
  what: string,
  act: () => Promise<unknown>,
  { log, isOver }: { readonly log: Log; readonly isOver: () => boolean },
): Promise<boolean> {
  for (let tries = 0; ; tries++) {
    try {
      await act();
      return true;
    } catch (error) {
      if (tries % SAID_EVERY === 0) log.error(`Not yet: ${what}`, error);
      if (isOver()) return false;
      await sleep(RETRY_MILLISECONDS);
    }
  }
}
