import { sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import type { Database } from '../src/database/database.ts';
import { ChangeFeed } from '../src/feed/change-feed.ts';
import { experimentChanges } from '../src/feed/experiment-changes.ts';
import type { Changes } from '../src/feed/read-changes.ts';
import { runEpochs } from '../src/feed/run-epochs.ts';
import { changesOfScope } from '../src/feed/scope-changes.ts';
import { endRun } from '../src/store/end-run.ts';
import { recordEpoch } from '../src/store/record-epoch.ts';
import { describeOnBoth } from './databases.ts';
import { anExperiment, claimed, epochReport } from './fixtures.ts';

const FINISHED = {
  type: 'finished',
  epochs: 3,
  seconds: 4.2,
  reason: 'epochs',
  bestEpoch: 3,
  restoredEpoch: null,
} as const;

/** A database handle that counts the statements that read. */
function counting(db: Database): { db: Database; reads: () => number } {
  let reads = 0;
  const counted = new Proxy(db, {
    get: (target, name, receiver) => {
      if (name === 'select') reads++;
      return Reflect.get(target, name, receiver);
    },
  });
  return { db: counted, reads: () => reads };
}

/** Adds events to a run, each with a version of its own, in one statement, and announces them once. */
async function burst(db: Database, experimentId: string, runId: string, count: number): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.execute(sql`
      insert into events (id, experiment_id, run_id, attempt, kind, epoch, message, version)
      select gen_random_uuid(), ${experimentId}, ${runId}, 1, 'CHECKPOINT', n, n::text, e.version + n
      from generate_series(1, ${count}::integer) n, experiments e where e.id = ${experimentId}`);
    await tx.execute(
      sql`update experiments set version = version + ${count}::integer where id = ${experimentId}`,
    );
    const hint = JSON.stringify({ experimentId, status: false });
    await tx.execute(sql`select pg_notify('optiscope_changes', ${hint})`);
  });
}

const numbersOf = (pieces: readonly Changes[]): number[] =>
  pieces.flatMap(({ events }) =>
    events.filter(({ kind }) => kind === 'CHECKPOINT').map(({ message }) => Number(message)),
  );
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

/** Reads a subscription until it has so many events. */
async function readUntil(
  changes: AsyncIterator<Changes>,
  count: number,
  { pause = async () => undefined as unknown } = {},
): Promise<Changes[]> {
  const pieces: Changes[] = [];
  while (numbersOf(pieces).length < count) {
    const next = await changes.next();
    if (next.done) break;
    pieces.push(next.value);
    await pause();
  }
  return pieces;
}

describeOnBoth('subscribers of one experiment', (opened) => {
  test('read together: a hundred who are woken together cost hardly more statements than one', async (context) => {
    const database = opened(context);
    const feed = await ChangeFeed.open(database);
    const { db, reads } = counting(database.db);
    const { experiment, runs } = await anExperiment(database.db, { contenders: 1 });
    const claim = await claimed(database.db, runs[0]!);
    const subscribers = Array.from({ length: 100 }, () => experimentChanges(db, feed, experiment.id, 0));
    const first = await Promise.all(subscribers.map((each) => each.next()));
    for (const { value } of first) expect(value).toMatchObject({ cursor: 1, status: 'RUNNING' });
    await new Promise((resolve) => setTimeout(resolve, 100)); // they wait again
    const before = reads();
    const second = subscribers.map((each) => each.next());
    await new Promise((resolve) => setTimeout(resolve, 100)); // each finds nothing yet
    const idle = reads();
    expect(idle - before).toBeLessThan(20);
    await recordEpoch(database.db, claim, epochReport(1));
    const told = await Promise.all(second);
    for (const { value } of told) expect(value).toEqual(told[0]!.value);
    expect(told[0]!.value).toMatchObject({ epochs: [{ epoch: 1 }] });
    expect(reads() - idle).toBeLessThan(20); // alone, each would have taken four
    await Promise.all(subscribers.map((each) => each.return?.()));
    expect(feed.watching).toBe(0);
    await feed.close();
  });

  test('who wait for something rare, as for notes, look together whether there is some', async (context) => {
    const database = opened(context);
    const feed = await ChangeFeed.open(database);
    const { db, reads } = counting(database.db);
    const { experiment, runs } = await anExperiment(database.db, { contenders: 1 });
    const claim = await claimed(database.db, runs[0]!);
    const asked = { types: new Set(['EVENTS'] as const), endless: true };
    const scope = { experimentId: experiment.id };
    const subscribers = Array.from({ length: 50 }, () => changesOfScope(db, feed, scope, '1', asked));
    const next = subscribers.map((each) => each.next());
    await expect.poll(() => feed.watching).toBe(50);
    await new Promise((resolve) => setTimeout(resolve, 200)); // they have found nothing, and wait
    const before = reads();
    for (let epoch = 1; epoch <= 3; epoch++) {
      await recordEpoch(database.db, claim, { ...epochReport(epoch), checkpoint: null });
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
    await recordEpoch(database.db, claim, epochReport(4));
    for (const { value } of await Promise.all(next)) {
      expect(value).toMatchObject({ cursor: '5', rows: { events: [{ kind: 'CHECKPOINT', epoch: 4 }] } });
    }
    expect(reads() - before).toBeLessThan(50);
    await Promise.all(subscribers.map((each) => each.return?.()));
    await feed.close();
  });

  test('get a burst of 10,000 events once and in order, also one who is slow and one who joins in the middle', async (context) => {
    const database = opened(context);
    const { db } = database;
    const feed = await ChangeFeed.open(database);
    const { experiment, runs } = await anExperiment(db, { contenders: 1 });
    await claimed(db, runs[0]!);
    const subscribe = () => experimentChanges(db, feed, experiment.id, 0);
    const quick = [subscribe(), subscribe(), subscribe()];
    const slow = subscribe();
    for (const each of [...quick, slow]) await each.next(); // where the experiment stands
    const reading = quick.map((each) => readUntil(each, 10_020));
    const readingSlowly = readUntil(slow, 10_020, {
      pause: () => new Promise((resolve) => setTimeout(resolve, 15)),
    });
    await burst(db, experiment.id, runs[0]!.id, 10_000);
    const late = subscribe();
    const readingLate = readUntil(late, 10_020);
    for (let more = 10_001; more <= 10_020; more++) await oneEvent(db, experiment.id, runs[0]!.id, more);
    for (const pieces of await Promise.all([...reading, readingSlowly, readingLate])) {
      expect(numbersOf(pieces)).toEqual(upTo(10_020));
      // Each piece goes on where the one before it ended, whoever read it.
      expect(pieces.slice(1).map(({ after }) => after)).toEqual(
        pieces.slice(0, -1).map(({ cursor }) => cursor),
      );
      expect(Math.max(...pieces.map(({ events }) => events.length))).toBeLessThan(1_000);
    }
    for (const each of [...quick, slow, late]) await each.return?.();
    await feed.close();
  });

  test('miss nothing that is committed when they join, whether or not it was announced', async (context) => {
    const database = opened(context);
    const { db } = database;
    const feed = new ChangeFeed(); // hears nothing
    const { experiment, runs } = await anExperiment(db, { contenders: 1 });
    const claim = await claimed(db, runs[0]!);
    const first = experimentChanges(db, feed, experiment.id, 0);
    expect((await first.next()).value).toMatchObject({ cursor: 1 });
    await recordEpoch(db, claim, epochReport(1));
    const second = experimentChanges(db, feed, experiment.id, 0);
    expect((await second.next()).value).toMatchObject({ cursor: 2, epochs: [{ epoch: 1 }] });
    await recordEpoch(db, claim, epochReport(2));
    // It has read elsewhere how far the experiment is, which those who are here have not heard of.
    await recordEpoch(db, claim, epochReport(3));
    const third = experimentChanges(db, feed, experiment.id, 3);
    expect((await third.next()).value).toMatchObject({ cursor: 4, epochs: [{ epoch: 3 }] });
    await endRun(db, claim, FINISHED);
    const fourth = experimentChanges(db, feed, experiment.id, 5);
    expect(await fourth.next()).toMatchObject({ done: true }); // everything was told, and the experiment is over
    for (const each of [first, second, third]) await each.return?.();
  });

  test('go on from their cursors at another server', async (context) => {
    const database = opened(context);
    const { db } = database;
    const { experiment, runs } = await anExperiment(db, { contenders: 1 });
    await claimed(db, runs[0]!);
    const pieces: Changes[][] = [[], [], []];
    for (let restart = 0; restart < 3; restart++) {
      const feed = await ChangeFeed.open(database);
      const following = pieces.map(async (before) => {
        const cursor = before.at(-1)?.cursor ?? 0;
        const changes = experimentChanges(db, feed, experiment.id, cursor);
        const wanted = 40 * (restart + 1) - numbersOf(before).length;
        before.push(...(await readUntil(changes, wanted)));
        await changes.return?.();
      });
      for (let count = 1; count <= 40; count++)
        await oneEvent(db, experiment.id, runs[0]!.id, 40 * restart + count);
      await Promise.all(following);
      await feed.close();
    }
    for (const each of pieces) expect(numbersOf(each)).toEqual(upTo(120));
  });

  test('of one run get its epochs and no others, and complete with it', async (context) => {
    const database = opened(context);
    const feed = await ChangeFeed.open(database);
    const { db, reads } = counting(database.db);
    const { runs } = await anExperiment(database.db, { contenders: 2 });
    const [one, other] = [await claimed(database.db, runs[0]!), await claimed(database.db, runs[1]!)];
    await recordEpoch(database.db, one, epochReport(1));
    const told = Array.from({ length: 20 }, async () => {
      const got: number[] = [];
      for await (const { epoch, runId } of runEpochs(db, feed, runs[0]!.id, 0)) {
        expect(runId).toBe(runs[0]!.id);
        got.push(epoch);
      }
      return got;
    });
    await expect.poll(() => feed.watching).toBe(20);
    const before = reads();
    for (let epoch = 1; epoch <= 10; epoch++) {
      if (epoch > 1) await recordEpoch(database.db, one, epochReport(epoch));
      await recordEpoch(database.db, other, epochReport(epoch));
    }
    await endRun(database.db, one, FINISHED);
    expect(await Promise.all(told)).toEqual(told.map(() => upTo(10)));
    expect(reads() - before).toBeLessThan(20 * 10);
    expect(feed.watching).toBe(0);
    await feed.close();
  });
});

async function oneEvent(db: Database, experimentId: string, runId: string, number: number): Promise<void> {
  await db.execute(sql`
    with changed as (update experiments set version = version + 1 where id = ${experimentId} returning version),
    added as (insert into events (id, experiment_id, run_id, attempt, kind, message, version)
      select gen_random_uuid(), ${experimentId}, ${runId}, 1, 'CHECKPOINT', ${String(number)}, version from changed)
    select pg_notify('optiscope_changes', ${JSON.stringify({ experimentId, status: false })})`);
}
