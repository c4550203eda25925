/** Changes that follow one another faster are sent together. */
const GATHER_MILLISECONDS = 40;

/** Waits a moment, so that one reading covers what happens together. */
export async function gather(signal: AbortSignal): Promise<void> {
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
