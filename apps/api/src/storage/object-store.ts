/** Objects by name, outside this machine. A name has an object whole or not at all. */
export interface ObjectStore {
  /** What to call it in messages. */
  readonly label: string;
  /** Puts an object, in place of one with this name. Its name is used by nothing else, or for equal bytes only. */
  put(name: string, bytes: Uint8Array): Promise<void>;
  /** Null where there is none. Whether the bytes are what was put, the caller checks. */
  get(name: string): Promise<Buffer | null>;
  /** All whose names begin so, in no order. */
  list(prefix: string): Promise<StoredObject[]>;
  /** Those that are not there are no error. */
  remove(names: readonly string[]): Promise<void>;
}

export interface StoredObject {
  readonly name: string;
  readonly bytes: number;
  readonly putAt: Date;
}

/** The storage did not do what it was asked, after several tries. It may later. */
export class StorageError extends Error {
  override readonly name = 'StorageError';
  /** Whether it answered, and refused: someone has to change something. */
  readonly refused: boolean;
  constructor(message: string, refused: boolean) {
    super(message);
    this.refused = refused;
  }
}
