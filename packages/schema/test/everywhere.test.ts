import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { LOCAL_OWNER } from '../src/access/viewer.ts';
import { restoreBackup } from '../src/backup/restore-backup.ts';
import { writeBackup } from '../src/backup/write-backup.ts';
import type { Database } from '../src/database/database.ts';
import { ChangeFeed } from '../src/feed/change-feed.ts';
import { changesEverywhere, type Told } from '../src/feed/everywhere.ts';
import { CHANGE_TYPES, type ChangeType } from '../src/feed/read-spans.ts';
import { newStates } from '../src/feed/run-states.ts';
import { changesOfScope } from '../src/feed/scope-changes.ts';
import { annotate } from '../src/store/annotations.ts';
import { changeExperiment } from '../src/store/change.ts';
import { comment } from '../src/store/comments.ts';
import { endRun } from '../src/store/end-run.ts';
import { recordEpoch } from '../src/store/record-epoch.ts';
import { recordEvents } from '../src/store/record-event.ts';
import { recordProgress } from '../src/store/record-progress.ts';
import { isRefusal } from '../src/store/refusal.ts';
import { renameExperiment } from '../src/store/rename.ts';
import { epochs } from '../src/tables/epoch.ts';
import { events } from '../src/tables/event.ts';
import type { RunRow } from '../src/tables/run.ts';
import { describeOnBoth } from './databases.ts';
import { anExperiment, claimed, epochReport } from './fixtures.ts';
import { openTestDatabase } from './test-database.ts';

const ALL: ReadonlySet<ChangeType> = new Set(CHANGE_TYPES);
const NOWHERE = { metric: null, axis: null, from: null, to: null, contenderId: null, seed: null };
const FINISHED = {
  type: 'finished',
  epochs: 3,
  seconds: 1,
  reason: 'epochs',
  bestEpoch: 3,
  restoredEpoch: null,
} as const;

/** What was told of what is told once, as texts. */
const once = ({ rows }: Pick<Told, 'rows'>): string[] => [
  ...rows.epochs.map((row) => `epoch ${row.runId} ${row.epoch}`),
  ...rows.events.map((row) => `event ${row.id}`),
  ...rows.annotations.map((row) => `note ${row.id} ${row.version}`),
  ...rows.comments.map((row) => `comment ${row.id} ${row.version}`),
];

/** The cursor from which everything that happens from now on is told. */
async function cursorNow(db: Database, feed: ChangeFeed): Promise<string> {
  const told = changesEverywhere(db, feed, null, ALL);
  const first = await told.next();
  await told.return?.();
  return (first.value as Told).cursor;
}

/** Everything that is told after a cursor, until `enough` of it is there or nothing comes for a while. */
async function tellFrom(
  db: Database,
  feed: ChangeFeed,
  cursor: string,
  enough: number,
  { messages = Number.POSITIVE_INFINITY, types = ALL } = {},
): Promise<Told[]> {
  const told = changesEverywhere(db, feed, cursor, types);
  const found: Told[] = [];
  let count = 0;
  while (count < enough && found.length < messages) {
    const step = await told.next();
    if (step.done) break;
    found.push(step.value);
    count += once(step.value).length;
  }
  await told.return?.();
  return found;
}

/** Many events of a run in one change, as an import writes them. */
async function writeEvents(db: Database, run: RunRow, count: number): Promise<void> {
  await changeExperiment(db, run.experimentId, async (change) => {
    const message = 'It happened.';
    const one = { runId: run.id, attempt: 1, kind: 'CHECKPOINT', message } as const;
    await recordEvents(change, ...Array.from({ length: count }, () => one));
    return true;
  });
}

describeOnBoth('following everything', (opened) => {
  test('many write at once and the reader is cut off again and again: nothing is missed and nothing comes twice', async (context) => {
    const database = opened(context);
    const { db } = database;
    const feed = await ChangeFeed.open(database);
    const made = await Promise.all(Array.from({ length: 4 }, () => anExperiment(db)));
    let cursor = await cursorNow(db, feed);
    const written = { done: false };
    const reading = { done: false };
    const writing = Promise.all(
      made.flatMap(({ runs: of }, place) =>
        of.map(async (run, second) => {
          const claim = await claimed(db, run);
          for (let epoch = 1; epoch <= 12; epoch++) {
            await recordEpoch(db, claim, epochReport(epoch));
            if (epoch % 4 === 0) await writeEvents(db, run, place === 0 && second === 0 ? 600 : 3);
          }
        }),
      ),
    ).finally(async () => {
      written.done = true;
      // A reader that waits for one message more than there is would wait for ever.
      while (!reading.done) {
        await writeEvents(db, made[0]!.runs[0]!, 1);
        await sleep(20);
      }
    });
    const told: string[] = [];
    const wantedRows = async (): Promise<string[]> => {
      const ids = made.map(({ experiment }) => experiment.id);
      const of = async (id: string) => [
        ...(await db.select().from(epochs).where(eq(epochs.experimentId, id))).map(
          (row) => `epoch ${row.runId} ${row.epoch}`,
        ),
        ...(await db.select().from(events).where(eq(events.experimentId, id))).map(
          (row) => `event ${row.id}`,
        ),
      ];
      return (await Promise.all(ids.map(of))).flat().sort();
    };
    for (let turn = 1; !written.done; turn++) {
      for (const message of await tellFrom(db, feed, cursor, 1_000, { messages: 1 + (turn % 3) })) {
        told.push(...once(message));
        cursor = message.cursor;
      }
    }
    reading.done = true;
    await writing;
    const wanted = await wantedRows();
    for (const message of await tellFrom(db, feed, cursor, wanted.length - told.length)) {
      told.push(...once(message));
    }
    expect(told.toSorted()).toEqual(wanted);
    await feed.close();
  });

  test('goes on from any cursor that it told, also half-way through what fits no single message', async (context) => {
    const database = opened(context);
    const { db } = database;
    const feed = await ChangeFeed.open(database);
    const made = await Promise.all(Array.from({ length: 3 }, () => anExperiment(db, { contenders: 1 })));
    const start = await cursorNow(db, feed);
    for (const { experiment, runs: of } of made) {
      for (let change = 0; change < 3; change++) await writeEvents(db, of[0]!, 220);
      const answer = await annotate(db, LOCAL_OWNER, experiment.id, { ...NOWHERE, body: 'Here' });
      if (isRefusal(answer)) throw new Error(answer.message);
      await comment(db, LOCAL_OWNER, answer.noteId!, 'There');
    }
    const total = 3 * (660 + 2);
    const whole = await tellFrom(db, feed, start, total);
    expect(whole.flatMap(once)).toHaveLength(total);
    expect(whole.length).toBeGreaterThan(3);
    // Meanwhile something else happens: a round that is gone on with must not take it for its own.
    await writeEvents(db, made[1]!.runs[0]!, 5);
    await renameExperiment(db, made[0]!.experiment.id, 'Another name');
    const later = (await tellFrom(db, feed, whole.at(-1)!.cursor, 5)).flatMap(once);
    expect(later).toHaveLength(5);
    for (const [place, { cursor }] of whole.entries()) {
      const left = [...whole.slice(place + 1).flatMap(once), ...later];
      const rest = await tellFrom(db, feed, cursor, left.length);
      expect(rest.flatMap(once).sort()).toEqual(left.toSorted());
      expect(rest.flatMap(({ experimentIds }) => experimentIds)).toContain(made[0]!.experiment.id);
    }
    await feed.close();
  });

  test('tells what began before the cursor and was committed after it, and what was committed before never again', async (context) => {
    const database = opened(context);
    const { db } = database;
    if (database.kind === 'pglite')
      context.skip('the embedded database does one transaction after the other');
    const feed = await ChangeFeed.open(database);
    const [slow, quick] = [await anExperiment(db), await anExperiment(db)];
    const start = await cursorNow(db, feed);
    const held = Promise.withResolvers<void>();
    const began = Promise.withResolvers<void>();
    const writing = changeExperiment(db, slow.experiment.id, async (change) => {
      await recordEvents(change, {
        runId: slow.runs[0]!.id,
        attempt: 1,
        kind: 'CHECKPOINT',
        message: 'Began first.',
      });
      began.resolve();
      await held.promise;
      return true;
    });
    await began.promise;
    await writeEvents(db, quick.runs[0]!, 1);
    const [first] = await tellFrom(db, feed, start, 1);
    expect(first!.rows.events.map((row) => row.experimentId)).toEqual([quick.experiment.id]);
    held.resolve();
    await writing;
    await writeEvents(db, quick.runs[0]!, 1);
    const rest = (await tellFrom(db, feed, first!.cursor, 2)).flatMap(({ rows }) => rows.events);
    expect(rest.map((row) => row.experimentId).sort()).toEqual(
      [slow.experiment.id, quick.experiment.id].sort(),
    );
    await feed.close();
  });

  test('tells new experiments and new names, only of the types that are wanted, and leaves nobody behind', async (context) => {
    const database = opened(context);
    const { db } = database;
    const feed = await ChangeFeed.open(database);
    const told = changesEverywhere(db, feed, null, new Set<ChangeType>(['EXPERIMENTS']));
    await told.next();
    const next = told.next();
    const { experiment, runs: of } = await anExperiment(db);
    expect(((await next).value as Told).experimentIds).toEqual([experiment.id]);
    await renameExperiment(db, experiment.id, 'Renamed');
    const renamed = (await told.next()).value as Told;
    expect(renamed).toMatchObject({ experimentIds: [experiment.id], rows: { runs: [], epochs: [] } });
    await recordEpoch(db, await claimed(db, of[0]!), epochReport(1));
    expect(((await told.next()).value as Told).rows.epochs).toEqual([]);
    const waiting = told.next();
    await told.return?.();
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(feed.watching).toBe(0);
    await feed.close();
  });

  test('gathers what happens while a reader does not look into one message, and holds nothing up for it', async (context) => {
    const database = opened(context);
    const { db } = database;
    const feed = await ChangeFeed.open(database);
    const { runs: of } = await anExperiment(db, { contenders: 1 });
    const [slow, quick] = [0, 1].map(() =>
      changesEverywhere(db, feed, null, new Set<ChangeType>(['EVENTS'])),
    );
    await Promise.all([slow!.next(), quick!.next()]);
    for (let change = 0; change < 40; change++) await writeEvents(db, of[0]!, 2);
    expect(once((await quick!.next()).value as Told)).toHaveLength(80);
    await writeEvents(db, of[0]!, 1);
    expect(once((await quick!.next()).value as Told)).toHaveLength(1);
    expect(once((await slow!.next()).value as Told)).toHaveLength(81);
    await Promise.all([slow!.return?.(), quick!.return?.()]);
    expect(feed.watching).toBe(0);
    await feed.close();
  });

  test('refuses what is no cursor, and a cursor of another or of a restored database', async (context) => {
    const database = opened(context);
    const { db } = database;
    const feed = await ChangeFeed.open(database);
    await anExperiment(db);
    const cursor = await cursorNow(db, feed);
    const refusal = async (of: Database, after: string) =>
      await changesEverywhere(of, feed, after, ALL)
        .next()
        .then(
          () => null,
          (error: { extensions?: { code?: string } }) => error.extensions?.code,
        );
    const parts = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    const text = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    for (const wrong of ['x', '', text([1, parts[1], 'x:1:', null]), text([1, parts[1], "1:2:3'", null])]) {
      expect(await refusal(db, wrong)).toBe('BAD_USER_INPUT');
    }
    expect(await refusal(db, text([1, parts[1], '1:999999999999:', null]))).toBe('CURSOR_AHEAD');
    const folder = await mkdtemp(join(tmpdir(), 'optiscope-cursor-'));
    const other = await openTestDatabase();
    try {
      await writeBackup(db, join(folder, 'backup'));
      await restoreBackup(other.db, join(folder, 'backup'));
      expect(await refusal(other.db, cursor)).toBe('CURSOR_OF_ANOTHER_DATABASE');
      expect(await refusal(db, cursor.slice(0, -2))).toBe('BAD_USER_INPUT');
    } finally {
      await other.close();
      await rm(folder, { recursive: true });
    }
    expect(feed.watching).toBe(0);
    await feed.close();
  });

  test('tells run states and not mere progress, and of one run or experiment until it has ended', async (context) => {
    const database = opened(context);
    const { db } = database;
    const feed = await ChangeFeed.open(database);
    const { experiment, runs: of } = await anExperiment(db);
    const [run, other] = of;
    const asked = (type: ChangeType) => ({ types: new Set([type]), endless: false });
    const states = newStates(changesOfScope(db, feed, { runId: run!.id }, null, asked('RUNS')));
    expect((await states.next()).value).toMatchObject({ rows: { runs: [{ status: 'QUEUED' }] } });
    const claim = await claimed(db, run!);
    expect((await states.next()).value).toMatchObject({
      rows: { runs: [{ status: 'RUNNING', attempt: 1 }] },
    });
    const third = states.next();
    const progress = {
      phase: 'TRAINING',
      phaseDone: 1,
      phaseTotal: 9,
      imagesPerSecond: 1,
      secondsLeft: 1,
    } as const;
    await recordProgress(db, experiment.id, [{ ...claim, progress }]);
    await recordEpoch(db, claim, epochReport(1));
    await writeEvents(db, other!, 2);
    await endRun(db, claim, FINISHED);
    expect((await third).value).toMatchObject({ rows: { runs: [{ status: 'FINISHED' }] } });
    expect((await states.next()).done).toBe(true);

    const ofRun: string[] = [];
    for await (const { rows } of changesOfScope(db, feed, { runId: run!.id }, null, asked('EVENTS'))) {
      ofRun.push(...rows.events.map(({ kind }) => kind));
    }
    expect(ofRun).toEqual(['CHECKPOINT', 'FINISHED']);
    await endRun(db, await claimed(db, other!), FINISHED);
    let seen = 0;
    let cursor = '0';
    for await (const told of changesOfScope(
      db,
      feed,
      { experimentId: experiment.id },
      null,
      asked('EVENTS'),
    )) {
      seen += told.rows.events.length;
      cursor = told.cursor;
    }
    expect(seen).toBe(5);
    const after = changesOfScope(db, feed, { experimentId: experiment.id }, cursor, asked('EVENTS'));
    expect((await after.next()).done).toBe(true);
    const ahead = changesOfScope(db, feed, { experimentId: experiment.id }, '999', asked('EVENTS'));
    await expect(ahead.next()).rejects.toThrow(/999 lies ahead/);
    await expect(changesOfScope(db, feed, { runId: 'x' }, null, asked('RUNS')).next()).rejects.toThrow(
      /no run x/,
    );
    expect(feed.watching).toBe(0);
    await feed.close();
  });

  test('tells notes of an experiment that has long ended, and of a run those that are about it', async (context) => {
    const database = opened(context);
    const { db } = database;
    const feed = await ChangeFeed.open(database);
    const { experiment, runs: of } = await anExperiment(db);
    const endless = { types: new Set<ChangeType>(['ANNOTATIONS']), endless: true };
    for (const run of of) await endRun(db, await claimed(db, run), FINISHED);
    const told = changesOfScope(db, feed, { runId: of[0]!.id }, null, endless);
    const first = told.next();
    const about = (contenderId: string | null, body: string) =>
      annotate(db, LOCAL_OWNER, experiment.id, { ...NOWHERE, contenderId, body });
    await about(of[1]!.contenderId, 'the other');
    await about(of[0]!.contenderId, 'this one');
    expect(((await first).value as Told).rows.annotations.map(({ body }) => body)).toEqual(['this one']);
    const second = told.next();
    const answer = await about(null, 'all');
    expect(((await second).value as Told).rows.annotations.map(({ body }) => body)).toEqual(['all']);
    const third = told.next();
    if (!isRefusal(answer)) await comment(db, LOCAL_OWNER, answer.noteId!, 'an answer');
    expect(((await third).value as Told).rows.comments.map(({ body }) => body)).toEqual(['an answer']);
    await told.return?.();
    expect(feed.watching).toBe(0);
    await feed.close();
  });
});

test('the store makes no savepoint: what is written in one has a number that no snapshot knows', async () => {
  const folder = new URL('../src/store/', import.meta.url);
  const files = await readdir(folder);
  expect(files.length).toBeGreaterThan(30);
  for (const file of files) {
    expect(await readFile(new URL(file, folder), 'utf8'), file).not.toMatch(/\btx\.transaction\(|savepoint/i);
  }
});
