import { closeSync, fdatasync, fdatasyncSync, fsyncSync, openSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { PGlite } from '@electric-sql/pglite';
import { NodeFS } from '@electric-sql/pglite/nodefs';
import { syncTree } from './sync-tree.ts';

/** Makes what was written to a file last through a power cut. */
export type SyncFile = (descriptor: number) => Promise<void>;

export interface DurableFilesOptions {
  /** In place of fdatasync. */
  readonly sync?: SyncFile | undefined;
  readonly building?: boolean;
  /** Makes room for the log on a disk that has none; false where it cannot. */
  readonly makeRoom?: (() => boolean) | undefined;
}

/** The disk did not take what was to be kept. From then on nothing is acknowledged any more. */
export class DurabilityError extends Error {
  override readonly name = 'DurabilityError';
  constructor(cause: unknown) {
    super(
      `The disk did not keep what the database wrote (${cause instanceof Error ? cause.message : cause}). ` +
        'What was acknowledged before is safe. Look at the disk of the data directory, then start the server again.',
      { cause },
    );
  }
}

/** What is used of Emscripten's file system over Node's `fs`; PGlite's types name it without its operations. */
interface NodeFileSystem {
  realPath(node: unknown): string;
  stream_ops: Record<'setattr', (...given: unknown[]) => unknown> & {
    write(
      stream: Stream,
      buffer: unknown,
      offset: number,
      length: number,
      position: number | undefined,
    ): number;
    fsync?(stream: Stream): number;
  };
  node_ops: Record<(typeof NODE_CHANGES)[number], (...given: unknown[]) => unknown>;
}

/** What changes files other than by writing to them. */
const NODE_CHANGES = ['setattr', 'rename', 'unlink'] as const;

interface Stream {
  readonly node: { readonly mode: number };
  /** The operating system's descriptor. */
  readonly nfd: number;
}

/** A segment of the write-ahead log, kept open here for as long as it is the current one. */
interface Segment {
  readonly path: string;
  readonly descriptor: number;
}

const DIRECTORY_MODE = 0o040000;
const KIND_MODE = 0o170000;

/**
 * The files of an embedded database that outlast a power cut. PGlite's own file system drops every fsync; here
 * they happen, so PostgreSQL's own order holds: the log before the pages, the pages before the checkpoint.
 *
 * One is put off: that of the log at a commit, which would hold up the whole process for as long as the disk
 * takes (1 to 8 ms on an SSD, more on others). PostgreSQL is told at once that it is done, and whoever asked gets
 * the answer only after `settled`: one sync serves every transaction that was committed before it began. Should
 * PostgreSQL meanwhile write anything but the log, the sync is done first, on the spot.
 */
export class DurableFiles extends NodeFS {
  readonly #sync: SyncFile;
  readonly #makeRoom: () => boolean;
  #building: boolean;
  /** Where the log was written and not yet synced. */
  #unsynced: Segment | null = null;
  /** What the sync under way is about. */
  #syncing: Segment | null = null;
  #running: Promise<void> | null = null;
  #next: Promise<void> | null = null;
  #current: Segment | null = null;
  #failure: DurabilityError | null = null;

  /** With `building` nothing is synced until `built`: a thousand files one by one would take seconds. */
  constructor(
    directory: string,
    { sync = syncFile, building = false, makeRoom = () => false }: DurableFilesOptions = {},
  ) {
    super(directory);
    this.#sync = sync;
    this.#makeRoom = makeRoom;
    this.#building = building;
  }

  /** The database was made: everything is synced at once, and from now on as it is written. */
  async built(): Promise<void> {
    this.#building = false;
    await syncTree(this.rootDir);
  }

  override async init(...[pg, options]: Parameters<NodeFS['init']>): ReturnType<NodeFS['init']> {
    const { emscriptenOpts } = await super.init(pg as PGlite, options);
    const hook: NonNullable<typeof emscriptenOpts.preRun>[number] = (module) =>
      this.#hook(module.NODEFS as unknown as NodeFileSystem);
    return { emscriptenOpts: { ...emscriptenOpts, preRun: [hook, ...(emscriptenOpts.preRun ?? [])] } };
  }

  /**
   * Resolves when everything that was committed by now outlasts a power cut, at once when it does already. Rejects
   * with `DurabilityError`, now and ever after, when the disk refused.
   */
  async settled(): Promise<void> {
    if (this.#failure !== null) throw this.#failure;
    if (this.#unsynced === null) return await (this.#running ?? undefined);
    this.#next ??= this.#syncNext();
    await this.#next;
  }

  /** Throws when the disk refused something before: PostgreSQL may not answer any more. */
  assertSound(): void {
    if (this.#failure !== null) throw this.#failure;
  }

  override async closeFs(): Promise<void> {
    await this.settled().finally(() => {
      if (this.#current !== null) closeSync(this.#current.descriptor);
      this.#current = null;
    });
    await super.closeFs();
  }

  async #syncNext(): Promise<void> {
    await this.#running?.catch(() => undefined);
    if (this.#failure !== null) throw this.#failure;
    // From here on a commit needs a sync that begins after it.
    const segment = this.#unsynced;
    this.#syncing = segment;
    this.#unsynced = null;
    this.#running = this.#next;
    this.#next = null;
    try {
      if (segment !== null) await this.#sync(segment.descriptor);
    } catch (error) {
      throw this.#fail(error);
    } finally {
      this.#syncing = null;
      if (this.#next === null) this.#running = null;
      if (segment !== null && segment !== this.#current) closeSync(segment.descriptor);
    }
  }

  #hook(files: NodeFileSystem): void {
    const operations = files.stream_ops;
    const { write } = operations;
    operations.write = (stream, buffer, offset, length, position) => {
      const path = files.realPath(stream.node);
      if (this.#owes && !isLog(path)) this.#syncNow();
      if (!isOfLog(path)) return write(stream, buffer, offset, length, position);
      const written = orNone(() => write(stream, buffer, offset, length, position));
      if (written === length) return written;
      // Without a place for its log PostgreSQL gives up for good, so there is always one more.
      if (!this.#makeRoom()) throw this.#fail(new Error('no space is left for its log'));
      const at = position === undefined ? undefined : position + written;
      const rest = orNone(() => write(stream, buffer, offset + written, length - written, at));
      if (written + rest === length) return length;
      throw this.#fail(new Error('no space is left for its log'));
    };
    const { setattr } = operations;
    operations.setattr = (...given) => {
      this.#syncNow();
      return setattr(...given);
    };
    for (const name of NODE_CHANGES) {
      const change = files.node_ops[name];
      files.node_ops[name] = (...given) => {
        this.#syncNow();
        return change(...given);
      };
    }
    operations.fsync = (stream) => {
      if (this.#building) return 0;
      const path = files.realPath(stream.node);
      if (isLog(path)) this.#putOff(path);
      else {
        this.#syncNow();
        const isDirectory = (stream.node.mode & KIND_MODE) === DIRECTORY_MODE;
        // Windows syncs no directories, and need not.
        if (!isDirectory || process.platform !== 'win32') this.#orFail(() => fsyncSync(stream.nfd));
      }
      return 0;
    };
  }

  /** Notes that a segment needs a sync. A descriptor of its own: PostgreSQL may close its before the sync. */
  #putOff(path: string): void {
    if (this.#current?.path !== path) {
      this.#syncNow();
      // A sync that is under way closes its own segment when it is done with it.
      if (this.#current !== null && this.#current !== this.#syncing) closeSync(this.#current.descriptor);
      this.#current = { path, descriptor: openSync(path, 'r+') };
    }
    this.#unsynced = this.#current;
  }

  /** Whether PostgreSQL was told of a sync that is not done yet. */
  get #owes(): boolean {
    return this.#unsynced !== null || this.#syncing !== null;
  }

  #syncNow(): void {
    for (const segment of new Set([this.#syncing, this.#unsynced])) {
      if (segment !== null) this.#orFail(() => fdatasyncSync(segment.descriptor));
    }
    this.#unsynced = null;
  }

  #orFail(sync: () => void): void {
    try {
      sync();
    } catch (error) {
      throw this.#fail(error);
    }
  }

  #fail(error: unknown): DurabilityError {
    this.#failure ??= new DurabilityError(error);
    return this.#failure;
  }
}

/** Emscripten's number for a full disk. */
const ENOSPC = 51;

/** How much was written; nothing where the disk is full. */
function orNone(write: () => number): number {
  try {
    return write();
  } catch (error) {
    if (typeof error === 'object' && error !== null && 'errno' in error && error.errno === ENOSPC) return 0;
    throw error;
  }
}

/** Whether a file is a segment of the log, or is to become one. */
function isOfLog(path: string): boolean {
  return isLog(path) || (basename(dirname(path)) === 'pg_wal' && basename(path).startsWith('xlogtemp.'));
}

/** Whether a file is a segment of the log: 24 hexadecimal digits in `pg_wal`. */
function isLog(path: string): boolean {
  return basename(dirname(path)) === 'pg_wal' && /^[0-9A-F]{24}$/.test(basename(path));
}

function syncFile(descriptor: number): Promise<void> {
  return new Promise((resolve, reject) =>
    fdatasync(descriptor, (error) => (error === null ? resolve() : reject(error))),
  );
}
