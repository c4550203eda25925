import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { S3mini, S3ServiceError } from 's3mini';
import { type ObjectStore, StorageError, type StoredObject } from './object-store.ts';
import type { StorageSettings } from './storage-place.ts';

/** Larger objects are put in parts of this size, each of which is tried again by itself. */
const PART_BYTES = 32 * 1024 ** 2;
/** Pauses between tries; what fails after the last is the caller's to try again later. */
const PAUSES_MILLISECONDS = [200, 600, 1_200];
/** A request may take this long, and what its bytes take at a megabit a second. */
const REQUEST_MILLISECONDS = 15_000;
const BYTES_PER_MILLISECOND = 125;

/** What a service's refusals mean, and what to do. */
const REFUSALS: Readonly<Record<string, string>> = {
  InvalidAccessKeyId: 'it does not know the access key; set S3_ACCESS_KEY_ID to one of its own',
  SignatureDoesNotMatch: 'the secret does not belong to the access key; set S3_SECRET_ACCESS_KEY',
  AccessDenied: 'the access key may not do this; permit it to list, get, put and delete objects there',
  NoSuchBucket: 'there is no such bucket; create it',
};

/** Objects in a bucket of S3-compatible storage. What fails is tried again a few times within two seconds. */
export class S3ObjectStore implements ObjectStore {
  readonly label: string;
  readonly #client: S3mini;
  readonly #prefix: string;

  constructor(settings: StorageSettings) {
    const { endpoint, bucket, prefix, region, pathStyle, accessKeyId, secretAccessKey } = settings;
    const { protocol, host } = new URL(endpoint);
    this.label = `${host}, bucket ${bucket}`;
    this.#prefix = prefix;
    this.#client = new S3mini({
      endpoint: pathStyle ? `${protocol}//${host}/${bucket}` : `${protocol}//${bucket}.${host}`,
      region,
      accessKeyId,
      secretAccessKey,
      minPartSize: PART_BYTES,
      fetch: (input, init) => fetch(input, { ...init, signal: AbortSignal.timeout(longest(init?.body)) }),
    });
  }

  async put(name: string, bytes: Uint8Array): Promise<void> {
    const key = this.#prefix + name;
    // The service compares what arrived with the checksum, and keeps nothing that differs.
    const checksum = { 'x-amz-checksum-sha256': createHash('sha256').update(bytes).digest('base64') };
    await this.#trying(`${name} could not be put`, async () =>
      bytes.length <= PART_BYTES
        ? this.#client.putObject(key, bytes, undefined, undefined, checksum)
        : this.#client.putAnyObject(key, bytes),
    );
  }

  async get(name: string): Promise<Buffer | null> {
    const bytes = await this.#trying(`${name} could not be fetched`, () =>
      this.#client.getObjectArrayBuffer(this.#prefix + name),
    );
    return bytes === null ? null : Buffer.from(bytes);
  }

  async list(prefix: string): Promise<StoredObject[]> {
    const found = await this.#trying('the objects could not be listed', async () => {
      const listed = await this.#client.listObjects('/', this.#prefix + prefix);
      if (listed === null) throw new StorageError(REFUSALS.NoSuchBucket!, true);
      return listed;
    });
    return found.map(({ Key, Size, LastModified }) => ({
      name: Key.slice(this.#prefix.length),
      bytes: Number(Size),
      putAt: new Date(LastModified),
    }));
  }

  async remove(names: readonly string[]): Promise<void> {
    if (names.length === 0) return;
    await this.#trying('objects could not be removed', () =>
      this.#client.deleteObjects(names.map((name) => this.#prefix + name)),
    );
  }

  async #trying<T>(what: string, act: () => Promise<T>): Promise<T> {
    for (let tries = 0; ; tries++) {
      try {
        return await act();
      } catch (error) {
        const { why, refused } = explained(error);
        const pause = PAUSES_MILLISECONDS[tries];
        if (pause === undefined || refused) {
          throw new StorageError(`The storage (${this.label}): ${what}: ${why}.`, refused);
        }
        await sleep(pause);
      }
    }
  }
}

function longest(body: BodyInit | null | undefined): number {
  // Of what is fetched the size is not known; what is put here is no larger than a part, nor is much that is fetched.
  const bytes = body instanceof Uint8Array ? body.length : PART_BYTES;
  return REQUEST_MILLISECONDS + Math.ceil(bytes / BYTES_PER_MILLISECOND);
}

/** Why it failed, for people, and without what a request carried. */
function explained(error: unknown): { why: string; refused: boolean } {
  if (error instanceof StorageError) return { why: error.message, refused: error.refused };
  if (error instanceof S3ServiceError) {
    const { status, serviceCode = '' } = error;
    const code = serviceCode === 'Unknown' || serviceCode === '' ? `status ${status}` : serviceCode;
    const passing = status >= 500 || status === 408 || status === 429;
    return { why: REFUSALS[serviceCode] ?? `it answers with ${code}`, refused: !passing };
  }
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if (cause.name === 'TimeoutError') return { why: 'it does not answer in time', refused: false };
    if ('code' in cause && typeof cause.code === 'string' && !cause.code.startsWith('ERR_'))
      return { why: `it cannot be reached (${cause.code})`, refused: false };
  }
  if (error instanceof TypeError && error.message === 'fetch failed')
    return { why: 'it cannot be reached', refused: false };
  throw error;
}
