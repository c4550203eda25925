import type { Log } from '../log.ts';
import type { ActiveRun, ActiveRuns } from './active-runs.ts';
import { bytesText } from './memory-limit.ts';
import { MemoryWatch } from './memory-watch.ts';
import { processMemory } from './process-memory.ts';

/** Time for a run that is given back to stop where it stands. */
const GIVE_BACK_MILLISECONDS = 5_000;

/**
 * Keeps the training processes of these runs, each of which has one of its own, under a limit of bytes. A run that
 * needs more than there is for all is ended with its process, which is a failure of its attempt; when they are only
 * too many, one goes back into the queue, which is none.
 */
export function keepMemory(limit: number, active: ActiveRuns, log: Log): MemoryWatch {
  const pids = (): number[] =>
    [...active].flatMap(({ worker, givenBackFor }) =>
      givenBackFor === null && worker.alive && worker.pid !== undefined ? [worker.pid] : [],
    );
  if (process.platform === 'win32')
    log.warn('MAX_MEMORY is not kept here: the system does not tell what a process takes');
  return new MemoryWatch(limit, pids, (judgement) => {
    const run = [...active].find(({ worker }) => worker.pid === judgement.pid);
    if (run === undefined) return;
    if (judgement.do === 'END') {
      const taken = bytesText(judgement.bytes);
      run.worker.end(
        `Its process took ${taken} of memory, and a worker may take ${bytesText(limit)} in all (MAX_MEMORY). A smaller batch size or input size takes less; another worker may have more.`,
      );
    } else {
      giveBack(
        run,
        `The runs of its worker took more than ${bytesText(limit)} of memory together (MAX_MEMORY).`,
      );
    }
  });
}

/** Stops a run after a checkpoint of where it stands; its process is ended when it takes too long. */
function giveBack(run: ActiveRun, reason: string): void {
  run.givenBackFor = reason;
  const { runId, token } = run.claim;
  run.worker.send({ type: 'stop', runId, token, discard: false });
  setTimeout(() => run.worker.end(reason), GIVE_BACK_MILLISECONDS).unref();
}

/** Bytes that processes take together; null where the system does not tell. */
export async function memoryOf(pids: readonly number[]): Promise<number | null> {
  const told = await processMemory(pids);
  return told === null ? null : [...told.values()].reduce((sum, bytes) => sum + bytes, 0);
}
