import {
  BEST,
  type Checkpoint,
  findCheckpoint,
  pruneCheckpoints,
  RESTORED,
  readNamedCheckpoint,
  removeAll,
  sweep,
  writeCheckpoint,
} from './checkpoint.ts';
import type { CheckpointEvent, PassedOver } from './events.ts';
import type { HostTensor } from './runtimes/runtime.ts';
import { bestEpoch } from './stopping/best-epoch.ts';
import { earlyStopping } from './stopping/early-stopping.ts';
import type { Stopping } from './stopping/stopping.ts';

export interface CheckpointOptions {
  /** The run's own. */
  readonly directory: string;
  readonly runHash: string;
  readonly featuresHash: string;
  /** The run's whole configuration, to be kept with the state. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Also after every so many updates; by time alone when left out. */
  readonly everySteps?: number | undefined;
}

/** What of a checkpoint changes as the run goes on. */
export type Snapshot = Omit<Checkpoint, 'runHash' | 'featuresHash' | 'config'>;

/** Between epochs, no more than about this much work is lost with a process. */
const EVERY_MILLISECONDS = 30_000;
/** A run that is stopped waits this long for the disk, and no longer. */
const STOP_MILLISECONDS = 10_000;

/** The checkpoints of one run: when they are due, which are kept. */
export class RunCheckpoints {
  readonly #options: CheckpointOptions;
  readonly #stopping: Stopping;
  /** Updates and finished epochs of the last one; of the beginning, which needs none, before it. */
  #last: readonly [steps: number, epoch: number] = [0, 0];
  #lastAt = performance.now();

  constructor(options: CheckpointOptions, stopping: Stopping) {
    this.#options = options;
    this.#stopping = stopping;
  }

  /**
   * The newest good one with tensors of these names and sizes, or null, and how many were passed over; leftovers of
   * killed writers go.
   */
  async open(
    tensors: ReadonlyMap<string, HostTensor>,
  ): Promise<{ readonly checkpoint: Checkpoint | null; readonly passedOver: PassedOver }> {
    const { directory, runHash } = this.#options;
    await sweep(directory);
    const { checkpoint, damaged, foreign } = await findCheckpoint(directory, runHash, (found) =>
      sameSizes(found.tensors, tensors),
    );
    // They would count as the newest, and push good ones out.
    await removeAll(directory, damaged);
    this.#last = [checkpoint?.steps ?? 0, checkpoint?.epoch ?? 0];
    this.#lastAt = performance.now();
    return { checkpoint, passedOver: { damaged: damaged.length, foreign } };
  }

  /** Whether one should be written in the middle of an epoch, after this many updates. */
  isDue(steps: number): boolean {
    const { everySteps } = this.#options;
    const bySteps = everySteps !== undefined && steps % everySteps === 0;
    return bySteps || performance.now() - this.#lastAt >= EVERY_MILLISECONDS;
  }

  /** Whether there is nothing to add to the last one. */
  holds({ steps, epoch }: Pick<Snapshot, 'steps' | 'epoch'>): boolean {
    return this.#last[0] === steps && this.#last[1] === epoch;
  }

  /** Writes one, also under the names that it deserves. Throws a `CheckpointError` when it is not stored. */
  async write(snapshot: Snapshot): Promise<CheckpointEvent> {
    const { directory, runHash, featuresHash, config } = this.#options;
    const checkpoint = { runHash, featuresHash, config, ...snapshot };
    const written = await writeCheckpoint(directory, checkpoint, this.#namesFor(snapshot));
    this.#last = [snapshot.steps, snapshot.epoch];
    this.#lastAt = performance.now();
    return { type: 'checkpoint', epoch: snapshot.epoch, step: snapshot.running.step, ...written };
  }

  /** `write` for a run that is being stopped: gives up waiting after ten seconds, and the one before stays. */
  async writeInTime(snapshot: Snapshot): Promise<void> {
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, STOP_MILLISECONDS);
    const writing = this.write(snapshot).then(() => undefined);
    try {
      await Promise.race([writing, late]);
    } finally {
      clearTimeout(timer);
      writing.catch(() => undefined); // nobody waits for it any more
    }
  }

  /** The run is over: its last one stays, and the best. */
  async finish(): Promise<void> {
    const { directory, runHash } = this.#options;
    await pruneCheckpoints(directory, { keep: { last: 1, best: true, runHash } });
  }

  /** The epoch whose weights early stopping restores, when it is to and its checkpoint is there; null otherwise. */
  async restoredEpoch(history: Snapshot['history']): Promise<number | null> {
    const early = this.#stopping.earlyStopping;
    if (!early?.restoreBest) return null;
    const { directory, runHash } = this.#options;
    const kept = await readNamedCheckpoint(directory, RESTORED, runHash);
    return kept && kept.epoch === earlyStopping(history, early).bestEpoch ? kept.epoch : null;
  }

  #namesFor({ history, epoch, running }: Snapshot): string[] {
    if (running.step > 0 || epoch === 0) return [];
    const early = this.#stopping.earlyStopping;
    return [
      ...(bestEpoch(history) === epoch ? [BEST] : []),
      ...(early?.restoreBest && earlyStopping(history, early).bestEpoch === epoch ? [RESTORED] : []),
    ];
  }
}

function sameSizes(a: ReadonlyMap<string, HostTensor>, b: ReadonlyMap<string, HostTensor>): boolean {
  return a.size === b.size && [...a].every(([name, { data }]) => b.get(name)?.data.length === data.length);
}
