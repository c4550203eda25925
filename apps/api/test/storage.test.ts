import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OpenDatabase } from '@optiscope/schema';
import { openTestDatabase } from '@optiscope/schema/test-database';
import { RunConfig } from '@optiscope/trainer';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readSettings, SettingsError, storageSettings } from '../src/env.ts';
import { createLog } from '../src/log.ts';
import { removeExpiredObjects } from '../src/retention/stored-retention.ts';
import { StartError } from '../src/start-error.ts';
import { FeatureSets } from '../src/storage/feature-sets.ts';
import { type ObjectStore, StorageError } from '../src/storage/object-store.ts';
import { openStorage } from '../src/storage/open-storage.ts';
import { RunFiles } from '../src/storage/run-files.ts';
import { S3ObjectStore } from '../src/storage/s3-object-store.ts';
import { readStorageUrl } from '../src/storage/storage-place.ts';
import { StoredRun } from '../src/storage/stored-run.ts';
import { type StorageServer, startStorageServer } from './storage-server.ts';
import { startTestService, type TestService } from './test-service.ts';

let root: string;
let server: StorageServer;
let store: ObjectStore;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'optiscope-objects-'));
  server = await startStorageServer();
  store = server.store;
});
afterAll(async () => {
  await server.close();
  await rm(root, { recursive: true, force: true });
});

async function directoryWith(files: Readonly<Record<string, string>>): Promise<string> {
  const directory = await mkdtemp(join(root, 'machine-'));
  for (const [name, content] of Object.entries(files)) await writeFile(join(directory, name), content);
  return directory;
}

test('an address names bucket, prefix and service; what is no such address is refused, and keys are never repeated', () => {
  expect(
    readStorageUrl('s3://lab-data/teams/a?endpoint=https://host.example:9000&region=eu-1&pathStyle=false'),
  ).toEqual({
    endpoint: 'https://host.example:9000',
    bucket: 'lab-data',
    prefix: 'teams/a/',
    region: 'eu-1',
    pathStyle: false,
  });
  expect(readStorageUrl('s3://lab-data')).toMatchObject({
    endpoint: 'https://s3.us-east-1.amazonaws.com',
    prefix: '',
    pathStyle: false,
  });
  expect(readStorageUrl('s3://lab-data?endpoint=http://127.0.0.1:9000')).toMatchObject({ pathStyle: true });
  for (const wrong of [
    'https://lab-data',
    's3://',
    's3://x',
    's3://KEY:SECRET@lab-data',
    's3://lab-data/two words',
    's3://lab-data?endpoint=ftp://host',
    's3://lab-data?endpoint=https://key:secret@host',
    's3://lab-data?pathStyle=perhaps',
    's3://lab-data?secret=x',
  ])
    expect(readStorageUrl(wrong), wrong).toBeNull();

  const wrong = () => readSettings({ STORAGE_URL: 's3://KEY:CANARY@lab-data' });
  expect(wrong).toThrow(SettingsError);
  expect(wrong).not.toThrow(/CANARY/);
  expect(() => readSettings({ STORAGE_URL: 's3://lab-data' })).toThrow(/S3_ACCESS_KEY_ID/);
  const settings = readSettings({
    STORAGE_URL: 's3://lab-data',
    AWS_ACCESS_KEY_ID: 'id',
    AWS_SECRET_ACCESS_KEY: 'secret',
  });
  expect(storageSettings(settings)).toMatchObject({ accessKeyId: 'id', secretAccessKey: 'secret' });
  expect(storageSettings(readSettings({}))).toBeNull();
});

test('objects are put whole, in parts where they are large, with a signature that the server checks', async () => {
  const strict = await startStorageServer({ strict: true });
  try {
    const large = Buffer.alloc(33 * 1024 ** 2, 'large');
    await strict.store.put('large', large);
    await strict.store.put('empty', new Uint8Array());
    expect((await strict.store.get('large'))?.equals(large)).toBe(true);
    expect(await strict.store.get('empty')).toHaveLength(0);
    expect(await strict.store.get('none')).toBeNull();
    const forged = new S3ObjectStore({ ...strict.settings, secretAccessKey: 'CANARY' });
    const refused = await forged.put('forged', Buffer.from('x')).catch((error: unknown) => error);
    expect(refused).toMatchObject({
      refused: true,
      message: expect.stringContaining('S3_SECRET_ACCESS_KEY'),
    });
    expect(JSON.stringify(refused)).not.toContain('CANARY');
  } finally {
    await strict.close();
  }
});

test('a server whose storage refuses does not start and says what to change; one that is not reached is waited for', async () => {
  const log = createLog('silent');
  const unknown = { ...server.settings, bucket: 'elsewhere' };
  await expect(openStorage(unknown, log)).rejects.toThrow(StartError);
  await expect(openStorage(unknown, log)).rejects.toThrow(/no such bucket/);
  const said: string[] = [];
  const away = { ...server.settings, endpoint: 'http://127.0.0.1:9' };
  expect(
    await openStorage(
      away,
      createLog('warn', (line) => said.push(line)),
    ),
  ).not.toBeNull();
  expect(said.join()).toContain('cannot be reached');
  expect(await openStorage(null, log)).toBeNull();
});

test('an attempt that was thought dead takes nothing from its successor', async () => {
  const here = await directoryWith({ '000001-000000-aa.checkpoint': 'one', 'best.checkpoint': 'one' });
  const zombie = new RunFiles(store, { runId: 'fenced', attempt: 1, directory: here });
  await zombie.put();

  const there = await directoryWith({});
  const successor = new RunFiles(store, { runId: 'fenced', attempt: 2, directory: there });
  expect((await successor.bring()).fetched).toEqual(['000001-000000-aa.checkpoint', 'best.checkpoint']);
  await writeFile(join(there, '000002-000000-aa.checkpoint'), 'two');
  await successor.put();

  await writeFile(join(here, '000003-000000-aa.checkpoint'), 'three');
  await rm(join(here, '000001-000000-aa.checkpoint'));
  await rm(join(here, 'best.checkpoint'));
  await zombie.put();

  const third = await directoryWith({});
  const brought = await new RunFiles(store, { runId: 'fenced', attempt: 3, directory: third }).bring();
  expect(brought).toEqual({
    fetched: ['000001-000000-aa.checkpoint', '000002-000000-aa.checkpoint', 'best.checkpoint'],
    damaged: [],
  });
  expect(await readFile(join(third, 'best.checkpoint'), 'utf8')).toBe('one');
});

test('a run that leaves a machine before its checkpoints came, or without any, takes none from storage', async () => {
  const here = await directoryWith({ '000001-000000-aa.checkpoint': 'one' });
  await new RunFiles(store, { runId: 'left', attempt: 1, directory: here }).put();
  const there = await directoryWith({});
  const away: ObjectStore = {
    label: 'away',
    list: () => Promise.reject(new StorageError('It is away.', false)),
    put: (name, bytes) => store.put(name, bytes),
    get: (name) => store.get(name),
    remove: (names) => store.remove(names),
  };
  const controller = new AbortController();
  const said: (string | null)[] = [];
  const run = new StoredRun({
    files: new RunFiles(away, { runId: 'left', attempt: 2, directory: there }),
    features: new FeatureSets(store, there),
    config: RunConfig.parse({
      data: { kind: 'sample' },
      weights: { kind: 'sample' },
      epochs: 1,
      optimizer: { name: 'sgd' },
    }),
    engine: 'onnx',
    onAway: (why) => said.push(why),
  });
  const bringing = run.bring(controller.signal);
  await expect.poll(() => said).toEqual(['It is away.']);
  controller.abort();
  await expect(bringing).rejects.toThrow();
  await run.leave();
  await new RunFiles(store, { runId: 'left', attempt: 3, directory: there }).put();
  const brought = await new RunFiles(store, { runId: 'left', attempt: 4, directory: there }).bring();
  expect(brought.fetched).toEqual(['000001-000000-aa.checkpoint']);
});

test('the journal of steps comes along, and a manifest that names other places writes nothing there', async () => {
  const here = await directoryWith({ '000001-000000-aa.checkpoint': 'one', 'steps-1.journal': 'journal' });
  await new RunFiles(store, { runId: 'journal', attempt: 1, directory: here }).put();
  const there = await directoryWith({});
  await new RunFiles(store, { runId: 'journal', attempt: 2, directory: there }).bring();
  expect(await readFile(join(there, 'steps-1.journal'), 'utf8')).toBe('journal');

  const evil = {
    version: 1,
    attempt: 9,
    checkpoints: [],
    journals: [{ name: '../steps-1.journal', base64: 'eA==' }],
  };
  await store.put('runs/journal/manifest-000000009.json', Buffer.from(JSON.stringify(evil)));
  const third = await directoryWith({});
  const brought = await new RunFiles(store, { runId: 'journal', attempt: 10, directory: third }).bring();
  expect(brought.damaged).toEqual(['runs/journal/manifest-000000009.json']);
  expect(brought.fetched).toEqual(['000001-000000-aa.checkpoint']);
});

test('features are put once and come whole to another machine; a torn pack only costs computing them', async () => {
  const hash = 'f'.repeat(64);
  const keys = ['a1', 'b2', 'c3'];
  const here = await directoryWith({});
  await mkdir(join(here, 'features', 'sets'), { recursive: true });
  await writeFile(
    join(here, 'features', 'sets', `${hash}.json`),
    JSON.stringify({ modelKey: 'model', keys }),
  );
  for (const key of keys) {
    await mkdir(join(here, 'features', 'model', key), { recursive: true });
    await writeFile(join(here, 'features', 'model', key, `${key}.f32`), `features of ${key}`);
  }
  await new FeatureSets(store, here).put('preparation', hash);
  const before = await store.list('features/');
  await new FeatureSets(store, here).put('preparation', hash);
  expect((await store.list('features/')).length).toBe(before.length);

  const there = await directoryWith({});
  expect(await new FeatureSets(store, there).bring('preparation')).toBe(4);
  expect(await readdir(join(there, 'features', 'model'))).toEqual(keys);
  expect(await readFile(join(there, 'features', 'model', 'b2', 'b2.f32'), 'utf8')).toBe('features of b2');
  expect(await new FeatureSets(store, there).bring('another')).toBe(0);

  const pack = before.find(({ name }) => /\/[0-9a-f]{64}$/.test(name) && name.startsWith('features/sets/'))!;
  await store.put(pack.name, Buffer.from('torn'));
  expect(await new FeatureSets(store, await directoryWith({})).bring('preparation')).toBe(0);
});

let database: OpenDatabase;
let service: TestService;

test('storage is pruned as the disk is: of runs that ended too long ago or were deleted, and features nobody asked for', async () => {
  database = await openTestDatabase();
  service = await startTestService(database);
  try {
    const { createExperiment: made } = await service.ask<{ createExperiment: { runs: { id: string }[] } }>(
      'mutation { createExperiment(input: { contenders: [{ optimizer: "sgd" }, { optimizer: "adam" }] }) { ... on Experiment { runs { id } } } }',
    );
    const [old, waiting] = made.runs.map(({ id }) => id) as [string, string];
    const foreign = '019a0000-0000-7000-8000-000000000000';
    for (const id of [old, waiting, foreign]) await store.put(`runs/${id}/files/x`, Buffer.from('x'));
    await database.db.execute(
      sql`update runs set status = 'FINISHED', finished_at = now() - interval '40 days' where id = ${old}`,
    );
    const left = async (prefix: string) => (await store.list(prefix)).map(({ name }) => name);
    const limits = { days: 30, bytes: 1e6 };
    await removeExpiredObjects(database.db, store, limits);
    expect(await left(`runs/${old}/`)).toEqual([]);
    expect(await left(`runs/${waiting}/`)).toHaveLength(1);
    expect(await left(`runs/${foreign}/`)).toHaveLength(1);
    expect(await left('features/')).not.toEqual([]);
    await removeExpiredObjects(database.db, store, limits, new Date(Date.now() + 31 * 24 * 3_600_000));
    expect(await left('features/')).toEqual([]);
    expect(await left(`runs/${foreign}/`)).toHaveLength(1);
  } finally {
    await service.close();
    await database.close();
  }
});
