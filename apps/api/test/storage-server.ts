import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import S3rver from '@20minutes/s3rver';
import { z } from 'zod';
import { S3ObjectStore } from '../src/storage/s3-object-store.ts';
import type { StorageSettings } from '../src/storage/storage-place.ts';

export const BUCKET = 'optiscope';

export interface StorageServer {
  readonly settings: StorageSettings;
  /** As `STORAGE_URL` and the keys. */
  readonly environment: Readonly<Record<string, string>>;
  readonly store: S3ObjectStore;
  /** Answers nothing until it is started again. */
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

/**
 * An S3 server of this process, its objects in a folder of their own. It drops the slash at the end of a bucket's
 * address when it computes a list's signature, so signatures are compared only where `strict` asks for it.
 */
export async function startStorageServer({ strict = false } = {}): Promise<StorageServer> {
  const directory = await mkdtemp(join(tmpdir(), 'optiscope-storage-'));
  let port = 0;
  let server: S3rver;
  const start = async (): Promise<void> => {
    server = new S3rver({
      address: '127.0.0.1',
      port,
      silent: true,
      directory,
      allowMismatchedSignatures: !strict,
      configureBuckets: [{ name: BUCKET, configs: [] }],
    });
    ({ port } = z.object({ port: z.int() }).parse(await server.run()));
  };
  const stop = async (): Promise<void> => {
    const closed = server.close();
    server.httpServer.closeAllConnections();
    await closed;
  };
  await start();
  const settings: StorageSettings = {
    endpoint: `http://127.0.0.1:${port}`,
    bucket: BUCKET,
    prefix: 'lab/',
    region: 'us-east-1',
    pathStyle: true,
    accessKeyId: 'S3RVER',
    secretAccessKey: 'S3RVER',
  };
  return {
    settings,
    environment: {
      STORAGE_URL: `s3://${BUCKET}/lab?endpoint=${settings.endpoint}&region=us-east-1&pathStyle=true`,
      S3_ACCESS_KEY_ID: settings.accessKeyId,
      S3_SECRET_ACCESS_KEY: settings.secretAccessKey,
    },
    store: new S3ObjectStore(settings),
    stop,
    start,
    close: async () => {
      await stop().catch(() => undefined);
      await rm(directory, { recursive: true, force: true });
    },
  };
}
