import type { EngineDescription, StartedEvent } from '@optiscope/trainer';
import type { Continuity } from '../tables/attempt.ts';

/** What is known of a run when an attempt of it begins to train. */
export interface Before {
  /** The last epoch that is recorded; 0 before the first. */
  readonly lastEpoch: number;
  /** Whether any step is recorded. */
  readonly hasSteps: boolean;
  /** On what, and on which machine, the attempt before this one computed; null where none did. */
  readonly engine: EngineDescription | null;
  readonly hostBefore: string | null;
  /** The machine of this attempt. */
  readonly host: string;
}

export interface Continued {
  readonly continuity: Continuity;
  /** As sentences: from where, why not from further on, and what it means for the numbers. */
  readonly note: string;
}

/**
 * How an attempt goes on from what was recorded before it. Bit for bit is promised where the engine, its version, its
 * threads and the machine are the same; whatever is measured again is compared in every case.
 */
export function continuityOf(started: StartedEvent, before: Before): Continued {
  const { resumedAfterEpoch: epoch, resumedAfterStep: step, engine } = started;
  if (before.lastEpoch === 0 && !before.hasSteps && epoch === 0 && step === 0)
    return { continuity: 'FIRST', note: 'Begins at the first step.' };
  const place = step > 0 ? `step ${step} of epoch ${epoch + 1}` : `epoch ${epoch}`;
  const again =
    epoch < before.lastEpoch
      ? ` ${epoch + 1 === before.lastEpoch ? `Epoch ${before.lastEpoch} is` : `Epochs ${epoch + 1} to ${before.lastEpoch} are`} measured again and must come out as recorded.`
      : '';
  const elsewhere = differences(before, engine);
  const uncertain =
    elsewhere === null ? '' : ` It computes ${elsewhere}: the last bits of its numbers may differ.`;
  if (epoch === 0 && step === 0) {
    return { continuity: 'ANEW', note: `Begins anew: ${whyAnew(started, before)}.${again}${uncertain}` };
  }
  const exactly = elsewhere === null ? 'exactly ' : '';
  const lost =
    again !== '' && (started.passedOver?.damaged ?? 0) > 0 ? ' A checkpoint after that is damaged.' : '';
  return {
    continuity: elsewhere === null ? 'EXACT' : 'ELSEWHERE',
    note: `Goes on ${exactly}after ${place} from its checkpoint.${lost}${again}${uncertain}`,
  };
}

function whyAnew({ passedOver, engine }: StartedEvent, before: Before): string {
  const { damaged = 0, foreign = 0 } = passedOver ?? {};
  const other = before.engine !== null && nameOf(before.engine) !== nameOf(engine);
  if (foreign > 0 && other) {
    return `its checkpoints are of another engine (${nameOf(before.engine)}, and this is ${nameOf(engine)})`;
  }
  if (foreign > 0) return 'its checkpoints are of other data, weights or another program';
  return damaged > 0 ? 'its checkpoints are damaged' : 'its checkpoint is not here';
}

/** How where it computes now differs from where it did; null when it does not. */
function differences(before: Before, engine: EngineDescription): string | null {
  const { engine: earlier } = before;
  if (earlier === null) return null;
  const told = (one: EngineDescription): string => `${nameOf(one)} ${one.version}, ${threadsOf(one)}`;
  const parts = [
    ...(told(earlier) === told(engine) ? [] : [`with ${told(engine)} where it was ${told(earlier)}`]),
    ...(before.hostBefore === null || before.hostBefore === before.host
      ? []
      : [`on another machine (${before.host})`]),
  ];
  return parts.length === 0 ? null : parts.join(' and ');
}

function nameOf({ runtime, device }: EngineDescription): string {
  return `${runtime} on ${device}`;
}

function threadsOf({ threads }: EngineDescription): string {
  return threads === 1 ? '1 thread' : `${threads} threads`;
}
