import type { Log } from './log.ts';

/** An orderly stop takes a second or two; when it hangs, the process ends all the same. */
const STOP_MILLISECONDS = 10_000;

/**
 * Stops the service and ends the process at the first SIGTERM or SIGINT, with status 0; at a second one it ends
 * at once. May be called before the service has started: it is then stopped when it has.
 */
export function stopOnSignals(starting: Promise<{ stop(): Promise<void> }>, log: Log): void {
  let stopping = false;
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    if (stopping) process.exit(1);
    stopping = true;
    log.info(`${signal}: stopping`);
    setTimeout(() => {
      log.error(`Not stopped after ${STOP_MILLISECONDS / 1000} s; the process ends all the same`);
      process.exit(1);
    }, STOP_MILLISECONDS).unref();
    const service = await starting.catch(() => null);
    await service?.stop();
    process.exit(service === null ? 1 : 0);
  };
  process.on('SIGTERM', (signal) => void stop(signal));
  process.on('SIGINT', (signal) => void stop(signal));
}
