import type { CheckpointEvent, EngineChoice, RunConfig, StartedEvent, TrainEvent } from '@optiscope/trainer';
import type { FromWorker, RunKey, RunOrder, Told, ToWorker } from './messages.ts';
import { RunProgress } from './run-progress.ts';
import { StepBuffer } from './step-buffer.ts';
import { storedRunOf } from './stored-runs.ts';

/** The trainer's `train`, or a stand-in for it. */
export type Train = (
  config: RunConfig,
  options: {
    readonly signal: AbortSignal;
    readonly cacheDirectory: string;
    readonly checkpointDirectory: string;
    readonly engine: EngineChoice;
    readonly threads: number;
  },
) => AsyncGenerator<TrainEvent, void, undefined>;

export interface Faults {
  /** Whether an error would only come again at another attempt. */
  readonly isLasting: (error: unknown) => boolean;
  /** A reason to stop with that tells the trainer to write nothing more. */
  readonly discarded: (message: string) => Error;
  /** Whether a reason is one of those. */
  readonly isDiscarded: (reason: unknown) => boolean;
}

/** The least time between two messages of progress of one run. */
const PROGRESS_MILLISECONDS = 500;

/** After the server is gone, runs get this long to stop where they are. */
const LEAVE_MILLISECONDS = 2_000;

interface Running {
  readonly controller: AbortController;
  /** Takes the server's answer to the report that the run waits on. */
  answer: ((held: boolean) => void) | null;
  /** Settles when the run has left nothing behind. */
  over: Promise<void>;
}

/**
 * Runs what the server orders, several runs side by side: they share the engine a step at a time, each in its turn. Ends the process when the server is gone.
 */
export function serveRuns(train: Train, faults: Faults): void {
  const runs = new Map<string, Running>();
  const keyOf = ({ runId, token }: RunKey): string => `${runId} ${token}`;

  process.on('disconnect', () => {
    setTimeout(() => process.exit(), LEAVE_MILLISECONDS);
    for (const { controller } of runs.values()) controller.abort(new Error('The server is gone.'));
    Promise.all([...runs.values()].map(({ over }) => over)).finally(() => process.exit());
  });
  // Ctrl-C and an orderly stop reach the whole process group; the server, not the signal, ends its workers.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);

  process.on('message', (message: ToWorker) => {
    if (message.type === 'run') {
      const running: Running = { controller: new AbortController(), answer: null, over: Promise.resolve() };
      runs.set(keyOf(message), running);
      running.over = follow(train, faults, message, running).finally(() => runs.delete(keyOf(message)));
      return;
    }
    const running = runs.get(keyOf(message));
    if (message.type === 'stop') {
      const reason = 'The run was stopped.';
      running?.controller.abort(message.discard ? faults.discarded(reason) : new Error(reason));
    } else running?.answer?.(message.held);
  });
}

/** Iterates one run to its end and tells the server. Never throws: an error is one of the things told. */
async function follow(train: Train, faults: Faults, order: RunOrder, running: Running): Promise<void> {
  const { runId, token, config, engine, cacheDirectory, checkpointDirectory } = order;
  const { signal } = running.controller;
  signal.addEventListener('abort', () => running.answer?.(false));
  const tell = (message: FromWorker): void => {
    if (process.connected) process.send?.(message);
  };
  const stored = storedRunOf(order, (away) => tell({ type: 'storage', runId, token, away }));
  const steps = new StepBuffer(checkpointDirectory, token, config.batchSize);
  const record = async (told: Told): Promise<boolean> => {
    if (signal.aborted) return false;
    const answered = new Promise<boolean>((resolve) => {
      running.answer = resolve;
    });
    tell({ type: 'report', runId, token, report: { ...told, steps: steps.batches } });
    const held = await answered;
    if (held) await steps.recorded();
    return held;
  };

  const progress = new RunProgress(config.epochs);
  let toldAt = Number.NEGATIVE_INFINITY;
  const tellProgress = (): void => {
    if (progress.current === null || performance.now() - toldAt < PROGRESS_MILLISECONDS) return;
    toldAt = performance.now();
    tell({ type: 'progress', runId, token, progress: progress.current });
  };

  /** A run that goes on elsewhere takes along where it stands; of one that is over nothing is wanted. */
  const leave = async (): Promise<void> => {
    if (signal.aborted && !faults.isDiscarded(signal.reason)) await stored?.leave();
    tell({ type: 'left', runId, token });
  };

  try {
    let checkpoint: CheckpointEvent | null = null;
    const brought = await stored?.bring(signal);
    const events = train(config, { signal, cacheDirectory, checkpointDirectory, engine, threads: 1 });
    for await (const event of events) {
      let held = !signal.aborted;
      switch (event.type) {
        case 'preparing':
          progress.preparing(event);
          tellProgress();
          break;
        case 'features':
          progress.features(event);
          tellProgress();
          break;
        case 'started':
          progress.started(event, performance.now() / 1000);
          await steps.started(event);
          held = await record({ kind: 'started', event: withDamaged(event, brought?.damaged.length ?? 0) });
          if (event.featuresHash !== undefined) stored?.putFeatures(event.featuresHash);
          break;
        case 'step':
          progress.step(event, performance.now() / 1000);
          steps.step(event);
          if (steps.isFull) held = await record({ kind: 'steps', progress: progress.current });
          else tellProgress();
          await turn();
          break;
        case 'checkpoint':
          checkpoint = event;
          await stored?.checkpointWritten(signal);
          held = !signal.aborted;
          break;
        case 'epoch':
          held = await record({
            kind: 'epoch',
            report: { metrics: event, checkpoint, progress: progress.current },
          });
          checkpoint = null;
          break;
        case 'target':
        case 'finding':
          held = await record({ kind: 'notice', event });
          break;
        case 'finished':
        case 'diverged':
          await stored?.checkpointWritten(signal); // fewer are left than with the last epoch
          held = await record({ kind: 'end', event });
          break;
      }
      if (!held) break; // leaving the loop ends the generator, which releases what the run holds
    }
    await leave();
  } catch (error) {
    if (signal.aborted) await leave();
    else {
      const reason = error instanceof Error ? error.message : String(error);
      const lasting = faults.isLasting(error);
      tell({ type: 'failed', runId, token, reason, lasting, diskFull: isDiskFull(error) });
    }
  } finally {
    steps.close();
  }
}

/** Those that storage could not give are damaged too, for whoever wonders why a run began anew. */
function withDamaged(event: StartedEvent, damaged: number): StartedEvent {
  const { passedOver } = event;
  if (damaged === 0) return event;
  return {
    ...event,
    passedOver: { foreign: passedOver?.foreign ?? 0, damaged: (passedOver?.damaged ?? 0) + damaged },
  };
}

/** Whether it failed because no space was left, wherever in the trainer that was. */
function isDiskFull(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && (cause.code === 'ENOSPC' || cause.code === 'EDQUOT')) return true;
  }
  return false;
}

/** Lets messages come in and other runs have their turn. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
