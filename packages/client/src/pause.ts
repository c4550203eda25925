const FIRST_MILLISECONDS = 400;
const LONGEST_MILLISECONDS = 20_000;

/**
 * How long to wait before the `tries`-th try again (from 0): twice as long each time, up to twenty seconds, of which a
 * random half, so that the clients of a server that was away do not come back in one moment.
 */
export function pauseBefore(tries: number, random: () => number = Math.random): number {
  const full = Math.min(LONGEST_MILLISECONDS, FIRST_MILLISECONDS * 2 ** Math.min(tries, 30));
  return full / 2 + (full / 2) * random();
}

/** Waits; rejects with the signal's reason as soon as it is aborted. */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener('abort', stop, { once: true });
  });
}
