import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EmbeddedDatabase } from '../src/database/database.ts';
import { DiskFullError, isDiskFull } from '../src/database/disk-reserve.ts';
import { openEmbedded } from '../src/database/pglite.ts';

/** Stands for a disk that answers when the test says so. */
class Disk {
  readonly waiting: { resolve: () => void; reject: (error: Error) => void }[] = [];
  held = false;
  free = 1e9;
  syncs = 0;

  sync = async (): Promise<void> => {
    this.syncs++;
    if (this.held) await new Promise<void>((resolve, reject) => this.waiting.push({ resolve, reject }));
  };

  async release(): Promise<void> {
    await expect.poll(() => this.waiting.length).toBeGreaterThan(0);
    this.waiting.shift()!.resolve();
  }
}

let directory: string;
let database: EmbeddedDatabase;
const disk = new Disk();

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'optiscope-durable-'));
  // What a start that was killed half-way leaves: a directory that PostgreSQL cannot open, and the mark beside it.
  await mkdir(join(directory, 'db'));
  await writeFile(join(directory, 'db', 'PG_VERSION'), '17\n');
  await writeFile(join(directory, 'db.unfinished'), '');
  database = await openEmbedded(directory, { sync: disk.sync, freeBytes: () => disk.free });
  await database.db.execute(sql`create table kept (value integer)`);
});

afterAll(async () => {
  await database.close().catch(() => undefined);
  await rm(directory, { recursive: true, force: true });
});

const insert = (value: number): Promise<unknown> =>
  database.db.transaction((tx) => tx.execute(sql`insert into kept values (${value})`));

/** Whether a promise has settled once everything that needs no disk has happened. */
async function answered(promise: Promise<unknown>): Promise<boolean> {
  let done = false;
  promise.then(
    () => {
      done = true;
    },
    () => undefined,
  );
  await new Promise((resolve) => setTimeout(resolve, 100));
  return done;
}

test('a first start that was killed half-way is begun anew', async () => {
  expect(await database.client.query('select 1 as one')).toMatchObject({ rows: [{ one: 1 }] });
});

test('every acknowledged transaction was synced to the disk before, and reading costs no sync', async () => {
  for (let value = 0; value < 20; value++) {
    const before = disk.syncs;
    await insert(value);
    expect(disk.syncs).toBe(before + 1);
  }
  const before = disk.syncs;
  await database.client.query('select count(*) from kept');
  expect(disk.syncs).toBe(before);
});

test('nobody is answered while the disk has not, and one sync serves all that were committed before it began', async () => {
  disk.held = true;
  const before = disk.syncs;
  const first = insert(100);
  await expect.poll(() => disk.waiting.length).toBe(1);
  const others = Array.from({ length: 30 }, (_, index) => insert(101 + index));
  expect(await answered(Promise.race([first, ...others]))).toBe(false);

  await disk.release();
  await first;
  expect(await answered(Promise.race(others))).toBe(false); // committed after that sync began
  await disk.release();
  await Promise.all(others);
  expect(disk.syncs).toBe(before + 2);
  disk.held = false;
});

test('a reader is not shown what a power cut could still take back', async () => {
  disk.held = true;
  const written = insert(500);
  await expect.poll(() => disk.waiting.length).toBe(1);
  const read = database.client.query<{ n: number }>('select count(*)::int as n from kept where value = 500');
  expect(await answered(read)).toBe(false);
  await disk.release();
  await written;
  expect((await read).rows).toEqual([{ n: 1 }]);
  disk.held = false;
});

test('a disk with little space is read and not written to, and says so; with space again all is as before', async () => {
  const kept = async () =>
    (await database.client.query<{ value: number }>('select value from kept where value < 0')).rows.map(
      ({ value }) => value,
    );
  await insert(-1);
  disk.free = 1e6;
  // It is looked at now and then, not for every statement.
  await expect
    .poll(() =>
      insert(-2).then(
        () => false,
        (error: unknown) => isDiskFull(error),
      ),
    )
    .toBe(true);
  await expect(database.client.query('insert into kept values (-3)')).rejects.toThrow(DiskFullError);
  await expect(insert(-3)).rejects.toThrow(/nothing was changed/);
  expect(await kept()).toContain(-1);
  expect(await kept()).not.toContain(-3);
  disk.free = 1e9;
  await expect
    .poll(() =>
      insert(-4).then(
        () => true,
        () => false,
      ),
    )
    .toBe(true);
  expect(await kept()).toContain(-4);
});

test('a disk that refuses: the caller is told, and nothing is acknowledged ever after', async () => {
  disk.held = true;
  const written = insert(900);
  await expect.poll(() => disk.waiting.length).toBe(1);
  disk.waiting.shift()!.reject(new Error('EIO: i/o error, fdatasync'));
  await expect(written).rejects.toThrow(/did not keep what the database wrote \(EIO.*Look at the disk/);
  disk.held = false;
  await expect(insert(901)).rejects.toThrow(/did not keep/);
  await expect(database.client.query('select 1')).rejects.toThrow(/did not keep/);
});
