import type { Waiting } from '@optiscope/schema';
import { z } from 'zod';

const Row = z.object({
  runId: z.uuid(),
  workerLabels: z.array(z.string()),
  /** Whether a worker that is there has all labels. */
  fits: z.boolean(),
  /** Whether its author's limit lets it be taken up. */
  may: z.boolean(),
  place: z.int().nullable(),
  runLimit: z.int().nullable(),
  /** How many are there and take runs. */
  workers: z.int(),
});
export const Placed = z.array(Row);

/** What a run waits for, from what the schedule tells of it. */
export function waitingOf({
  workerLabels,
  fits,
  may,
  place,
  runLimit,
  workers,
}: z.infer<typeof Row>): Waiting {
  if (workers === 0) {
    const message =
      'No worker is there that takes runs. Start one (npm run worker), or a server with WORKERS.';
    return { reason: 'NO_WORKER', message, place: null };
  }
  if (!fits) {
    const labels = workerLabels.map((label) => `"${label}"`).join(', ');
    const message =
      workerLabels.length === 1
        ? `No worker that is there has the label ${labels}. Start one with it, or take it from the experiment (setWorkerLabels).`
        : `No worker that is there has all of the labels ${labels}. Start one with them, or take some from the experiment (setWorkerLabels).`;
    return { reason: 'LABELS', message, place: null };
  }
  if (!may) {
    const message = `Of its author's runs at most ${runLimit} may be under way at once; it follows when one of them ends.`;
    return { reason: 'MEMBER_LIMIT', message, place: null };
  }
  const before = (place ?? 1) - 1;
  const message = `It waits for room: ${before === 0 ? 'it is the next' : `${before} ${before === 1 ? 'run is' : 'runs are'} before it`}.`;
  return { reason: 'ROOM', message, place };
}

/** The same where the workers here take nothing up for want of space: what waits for room waits for space. */
export function waitingForSpace(waiting: ReadonlyMap<string, Waiting>, low: string): Map<string, Waiting> {
  return new Map(
    [...waiting].map(([id, wait]) => [
      id,
      wait.reason === 'ROOM' || wait.reason === 'NO_WORKER'
        ? { ...wait, reason: 'DISK' as const, message: low }
        : wait,
    ]),
  );
}
