import { z } from 'zod';
import type { Database, Listener, OpenDatabase } from '../database/database.ts';
import { CHANGES_CHANNEL } from '../store/change.ts';
import type { Changes, ChangesAsked } from './read-changes.ts';
import type { ScopeRead } from './scope-changes.ts';
import { SharedChanges } from './shared-changes.ts';
import { SharedReads } from './shared-reads.ts';

const Hint = z.object({ experimentId: z.string(), status: z.boolean() });

/** Without a hint a watcher looks again after this time: should one be lost, it is late but not missed. */
const LOOK_AGAIN_MILLISECONDS = 10_000;

/** Beyond this many experiments a watcher of all is told "look at everything" instead. */
const MOST_NAMED = 1_000;

/**
 * Wakes those who wait for changes. It carries no data: the rows are the truth, and whoever is woken reads them.
 * So a slow reader costs one flag, however much happens meanwhile.
 */
export class ChangeFeed {
  readonly #topics = new Map<string, Topic>();
  readonly #all = new Set<StatusWatcher>();
  readonly #everything = new Set<Watcher>();
  #listener: Listener | null = null;
  #closed = false;

  static async open(database: OpenDatabase): Promise<ChangeFeed> {
    const feed = new ChangeFeed();
    feed.#listener = await database.listen(
      CHANGES_CHANNEL,
      (payload) => feed.#notify(payload),
      () => feed.#wakeAll(),
    );
    return feed;
  }

  /** Watches one experiment. Close it, or it stays. */
  watch(experimentId: string): ExperimentWatcher {
    const topic = this.#topics.get(experimentId) ?? newTopic(experimentId);
    const watcher = new ExperimentWatcher(topic, () => {
      topic.watchers.delete(watcher);
      if (topic.watchers.size === 0 && this.#topics.get(experimentId) === topic)
        this.#topics.delete(experimentId);
    });
    topic.watchers.add(watcher);
    this.#topics.set(experimentId, topic);
    if (this.#closed) watcher.close();
    return watcher;
  }

  /** Watches the statuses of all experiments and their runs. */
  watchStatuses(): StatusWatcher {
    const watcher = new StatusWatcher(() => this.#all.delete(watcher));
    this.#all.add(watcher);
    if (this.#closed) watcher.close();
    return watcher;
  }

  /** Watches whatever changes of any experiment. */
  watchEverything(): Watcher {
    const watcher = new Watcher(() => this.#everything.delete(watcher));
    this.#everything.add(watcher);
    if (this.#closed) watcher.close();
    return watcher;
  }

  /** How many watch; 0 when everyone has left. */
  get watching(): number {
    let count = this.#all.size + this.#everything.size;
    for (const { watchers } of this.#topics.values()) count += watchers.size;
    return count;
  }

  /** Ends every wait; those who watch complete. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const watcher of [...this.#each()]) watcher.close();
    await this.#listener?.close();
  }

  #notify(payload: string): void {
    const hint = Hint.safeParse(parseJson(payload));
    if (!hint.success) return;
    const { experimentId, status } = hint.data;
    const topic = this.#topics.get(experimentId);
    if (topic !== undefined) wake(topic);
    for (const watcher of this.#everything) watcher.wake();
    if (status) for (const watcher of this.#all) watcher.wakeFor(experimentId);
  }

  #wakeAll(): void {
    for (const watcher of this.#all) watcher.wakeForAll();
    for (const watcher of this.#everything) watcher.wake();
    for (const topic of this.#topics.values()) wake(topic);
  }

  *#each(): Generator<Watcher> {
    yield* this.#all;
    yield* this.#everything;
    for (const { watchers } of this.#topics.values()) yield* watchers;
  }
}

/** One who waits. Hints that come while it does not wait are kept as one. */
export class Watcher {
  readonly #onClose: () => void;
  #woken = false;
  #closed = false;
  #release: (() => void) | null = null;

  constructor(onClose: () => void) {
    this.#onClose = onClose;
  }

  /**
   * Resolves at the next hint, at once if one came since the last time, or after `LOOK_AGAIN_MILLISECONDS`.
   * False when the watcher was closed.
   */
  async next(): Promise<boolean> {
    if (!this.#woken && !this.#closed) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, LOOK_AGAIN_MILLISECONDS);
        timer.unref();
        this.#release = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.#release = null;
    }
    this.#woken = false;
    return !this.#closed;
  }

  wake(): void {
    this.#woken = true;
    this.#release?.();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#onClose();
    this.#release?.();
  }
}

/** All who watch one experiment, and what they read together. */
interface Topic {
  readonly watchers: Set<ExperimentWatcher>;
  readonly plain: SharedChanges;
  readonly withSteps: SharedChanges;
  readonly scopes: SharedReads<ScopeRead>;
}

function newTopic(experimentId: string): Topic {
  const watchers = new Set<ExperimentWatcher>();
  const shared = (steps: boolean) => new SharedChanges(experimentId, steps, () => watchers.size);
  return { watchers, plain: shared(false), withSteps: shared(true), scopes: new SharedReads() };
}

function wake({ watchers, plain, withSteps, scopes }: Topic): void {
  plain.hint();
  withSteps.hint();
  scopes.hint();
  for (const watcher of watchers) watcher.wake();
}

/** A watcher of one experiment, which reads its changes together with the others who do. */
export class ExperimentWatcher extends Watcher {
  readonly #topic: Topic;
  #joined = false;

  constructor(topic: Topic, onClose: () => void) {
    super(onClose);
    this.#topic = topic;
  }

  /**
   * What changed after the cursor, as `readChanges` tells it: at the first call everything that is committed by
   * then, later everything that it was woken for.
   */
  async changesAfter(
    db: Database,
    cursor: number,
    { steps = false }: ChangesAsked = {},
  ): Promise<Changes | null> {
    const joins = !this.#joined;
    this.#joined = true;
    return await (steps ? this.#topic.withSteps : this.#topic.plain).after(db, cursor, { joins });
  }

  /** Reads what is wanted of the experiment, together with all who ask the same; as fresh as `changesAfter`. */
  async readScope(question: string, read: () => Promise<ScopeRead>): Promise<ScopeRead> {
    if (!this.#joined) this.#topic.scopes.hint();
    this.#joined = true;
    return await this.#topic.scopes.of(question, read);
  }
}

/** A watcher of all experiments, which also keeps which of them changed. */
export class StatusWatcher extends Watcher {
  #changed = new Set<string>();
  #everything = false;

  wakeFor(experimentId: string): void {
    if (this.#changed.size < MOST_NAMED) this.#changed.add(experimentId);
    else this.#everything = true;
    this.wake();
  }

  wakeForAll(): void {
    this.#everything = true;
    this.wake();
  }

  /** The experiments that changed since the last call; null when it may be any. */
  take(): ReadonlySet<string> | null {
    const changed = this.#everything ? null : this.#changed;
    this.#changed = new Set();
    this.#everything = false;
    return changed;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
