import { beatWorker, claimRun, type Database, type OpenDatabase, orderedId } from '@optiscope/schema';
import { describeOnBoth } from '@optiscope/schema/test-databases';
import { type SQL, sql } from 'drizzle-orm';
import { fromPglite, PgBoss } from 'pg-boss';
import { afterAll, expect, type TestContext, test } from 'vitest';
import { z } from 'zod';
import { createLog } from '../src/log.ts';
import { type RunJob, RunQueue } from '../src/queue/run-queue.ts';
import { startTestService, type TestService } from './test-service.ts';

describeOnBoth('the schedule', (opened) => {
  let started: TestService | null = null;
  afterAll(() => started?.close());
  /** An empty queue, and what can be done to it. Runs are named by their contenders' labels: a1, a2, b1. */
  const bench = async (context: TestContext) => {
    const database = opened(context);
    started ??= await startTestService(database);
    await database.db.execute(sql`delete from pgboss.job`);
    await database.db.execute(sql`truncate experiments, members cascade`);
    return benchOn(database, started);
  };

  test('gives experiments of one priority equal shares, each in the order of its contenders', async (given) => {
    const { create, take } = await bench(given);
    await create('a', 4);
    await create('b', 1);
    await create('c', 4);
    expect(await take(6)).toEqual(['a1', 'b1', 'c1', 'a2', 'c2', 'a3']);
  });

  test('gives the next turn to whoever has the fewest under way', async (given) => {
    const { create, take, done } = await bench(given);
    await create('a', 4);
    expect(await take(3)).toEqual(['a1', 'a2', 'a3']);
    await create('b', 5);
    await done('a1');
    expect(await take(4)).toEqual(['b1', 'b2', 'b3', 'a4']);
  });

  test('lets experiments have their turns one after the other where there is room for one run only', async (given) => {
    const { create, take, done } = await bench(given);
    for (const name of ['a', 'b', 'c']) await create(name, 2);
    const order: string[] = [];
    for (let turn = 0; turn < 6; turn++) {
      const [label] = await take(1);
      order.push(label!);
      await done(label!);
    }
    expect(order).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'c2']);
    expect(await take(1)).toEqual([]);
  });

  test('takes a higher priority first, whenever it was set', async (given) => {
    const { create, take, change } = await bench(given);
    const a = await create('a', 2);
    await create('b', 2, { priority: 5 });
    const c = await create('c', 1, { priority: -1 });
    expect(await take(1)).toEqual(['b1']);
    await change('setExperimentPriority', a, 'priority: 6');
    expect(await take(3)).toEqual(['a1', 'a2', 'b2']);
    await change('setExperimentPriority', c, 'priority: 100');
    expect(await take(3)).toEqual(['c1']);
  });

  test('leaves what asks for a label to whoever has it', async (given) => {
    const { create, take, change } = await bench(given);
    const both = await create('a', 2, { workerLabels: ['GPU', 'big'] });
    await create('b', 1, { workerLabels: ['gpu'] });
    await create('c', 1);
    expect(await take(9)).toEqual(['c1']);
    expect(await take(9, ['gpu'])).toEqual(['b1']);
    expect(await take(1, ['big', 'gpu', 'near'])).toEqual(['a1']);
    await change('setWorkerLabels', both, 'workerLabels: []');
    expect(await take(9)).toEqual(['a2']);
  });

  test('keeps to what a member may have under way, also where all take at once', async (given) => {
    const { create, take, done, db } = await bench(given);
    const author = await memberWith(db, 2);
    for (const name of ['a', 'b']) {
      const id = await create(name, 3);
      await db.execute(sql`update experiments set author_id = ${author} where id = ${id}`);
    }
    await create('c', 2);
    expect(await take(9)).toEqual(['a1', 'b1', 'c1', 'c2']);
    expect(await take(9)).toEqual([]);
    await done('a1');
    expect(await take(9)).toEqual(['a2']);

    // The claim is the last word, for those who were told at the same moment that there is room.
    await db.execute(sql`delete from pgboss.job`);
    const rows = await read(
      db,
      sql`select r.id from runs r join experiments e on e.id = r.experiment_id where e.author_id = ${author}`,
    );
    const claims = await Promise.all(
      rows.map(({ id }) => claimRun(db, String(id), { jobId: orderedId(), host: 'here', pid: 1 })),
    );
    expect(claims.filter((claim) => claim === 'LIMITED')).toHaveLength(4);
    expect(claims.filter((claim) => claim !== null && claim !== 'LIMITED')).toHaveLength(2);
  });

  test('hands each job out once, however many take at the same time', async (given) => {
    const { create, service } = await bench(given);
    for (let index = 0; index < 4; index++) await create(`x${index}`, 50);
    const taken: RunJob[] = [];
    await Promise.all(
      Array.from({ length: 50 }, async () => {
        for (;;) {
          const jobs = await service.queue.fetch(3);
          if (jobs.length === 0) return;
          taken.push(...jobs);
        }
      }),
    );
    expect(taken).toHaveLength(200);
    expect(new Set(taken.map(({ runId }) => runId)).size).toBe(200);
  });

  test('tells places that are those in which jobs are handed out, and what the rest wait for', async (given) => {
    const { create, take, db, ask } = await bench(given);
    const waits = async () => {
      const { experiments } = await ask<{ experiments: { nodes: { runs: Waits[] }[] } }>(
        '{ experiments(order: { by: CREATED }) { nodes { runs { label queuePlace waitsFor { reason } } } } }',
      );
      return experiments.nodes.flatMap(({ runs }) => runs);
    };
    await create('a', 3);
    expect(await waits()).toMatchObject([1, 2, 3].map(() => ({ waitsFor: { reason: 'NO_WORKER' } })));
    const worker = { id: orderedId(), host: 'here', pid: 1, version: '1', labels: [], concurrency: 1 };
    const self = { ...worker, processes: 1, memoryLimit: null };
    await beatWorker(db, self, { memoryUsed: null, engines: [], draining: false });
    await create('b', 2, { priority: 1 });
    await create('c', 2);
    await create('d', 1, { workerLabels: ['gpu'] });
    const author = await memberWith(db, 1);
    const limited = await create('e', 2);
    await db.execute(sql`update experiments set author_id = ${author} where id = ${limited}`);

    const told = await waits();
    const placed = told.filter(({ queuePlace }) => queuePlace !== null);
    expect(told.filter(({ queuePlace }) => queuePlace === null)).toEqual([
      { label: 'd1', queuePlace: null, waitsFor: { reason: 'LABELS' } },
      { label: 'e2', queuePlace: null, waitsFor: { reason: 'MEMBER_LIMIT' } },
    ]);
    const inOrder = placed.toSorted((a, b) => a.queuePlace! - b.queuePlace!);
    expect(inOrder.map(({ queuePlace }) => queuePlace)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(await take(8)).toEqual(inOrder.map(({ label }) => label));
    await db.execute(sql`delete from workers`);
  });

  test("leaves a job as pg-boss' own fetch leaves it", async (given) => {
    const { create, service, db, database } = await bench(given);
    await create('a', 1);
    await create('b', 1);
    const [ours] = await service.queue.fetch(1);
    const boss = await plainBoss(database);
    const [theirs] = await boss.fetch('runs');
    const rows = () =>
      read(
        db,
        sql`select state, retry_count, completed_on, blocked, start_after <= now() as due,
                   started_on is not null as started, heartbeat_on = started_on as heard
            from pgboss.job where id in (${ours!.id}, ${theirs!.id})`,
      );
    const [one, other] = await rows();
    expect(one).toEqual(other);
    // A second time, after both failed.
    await service.queue.putBack(ours!);
    await boss.fail('runs', { id: theirs!.id, retryCount: theirs!.retryCount });
    await db.execute(sql`update pgboss.job set start_after = now()`);
    const [again] = await service.queue.fetch(1);
    expect(again).toMatchObject({ id: ours!.id, retryCount: 1 });
    expect(await boss.fetch('runs')).toMatchObject([{ id: theirs!.id, retryCount: 1 }]);
    const [first, second] = await rows();
    expect(first).toEqual(second);
    await boss.stop({ graceful: false });
  });

  test('gives a job back to its holder who was not heard of, unless another has it', async (given) => {
    const { create, service, db } = await bench(given);
    await create('a', 2);
    const [kept, lost] = await service.queue.fetch(2);
    expect(await service.queue.touch([kept!, lost!])).toBe(true);
    await service.queue.putBackOrphans([kept!.id, lost!.id]); // what the queue does when it hears nothing
    await db.execute(
      sql`update pgboss.job set start_after = now() + interval '1 hour' where id = ${kept!.id}`,
    );
    expect(await service.queue.fetch(2)).toMatchObject([{ id: lost!.id }]);
    expect(await service.queue.touch([kept!, lost!])).toBe(false);
    const back = await service.queue.takeBack([kept!, lost!]);
    expect(back).toEqual([{ ...kept, retryCount: 1 }]);
    expect(await service.queue.touch(back)).toBe(true);
    await service.queue.complete(lost!); // by the one who no longer has it: nothing happens
    expect(await service.queue.length(db)).toMatchObject({ waiting: 0, active: 2 });
  });

  test('drops jobs of runs that wait no more, and takes over those of an earlier version', async (given) => {
    const { create, service, db, database, change, take } = await bench(given);
    const a = await create('a', 2);
    await create('b', 1);
    await change('cancelExperiment', a);
    await service.queue.dropIdle();
    expect(await service.queue.length(db)).toMatchObject({ waiting: 1, active: 0 });
    await db.execute(sql`update pgboss.job set singleton_key = null, group_id = null`);
    expect(await take(5)).toEqual([]);
    const reopened = await RunQueue.open(database, createLog('warn'));
    expect(await take(5)).toEqual(['b1']);
    await reopened.close();
  });
});

function benchOn(database: OpenDatabase, service: TestService) {
  const { db } = database;
  const labels = new Map<string, string>();
  const jobs = new Map<string, RunJob>();
  return {
    database,
    db,
    service,
    ask: service.ask,
    create: async (name: string, contenders: number, input: object = {}): Promise<string> => {
      const given = Array.from({ length: contenders }, (_, index) => ({
        optimizer: 'sgd',
        learningRate: 0.01 * (index + 1),
        label: `${name}${index + 1}`,
      }));
      const { createExperiment: made } = await service.ask<{ createExperiment: Made }>(
        `mutation ($input: CreateExperimentInput!) { createExperiment(input: $input) {
          ... on Experiment { id runs { id label } } ... on Refusal { message }
        } }`,
        { input: { name, contenders: given, ...input } },
      );
      for (const { id, label } of made.runs) labels.set(id, label);
      return made.id;
    },
    change: (mutation: string, id: string, rest = ''): Promise<unknown> =>
      service.ask(`mutation { ${mutation}(id: "${id}" ${rest}) { __typename } }`),
    /** Takes jobs and tells of which runs they are. */
    take: async (most: number, taker: string[] = []): Promise<string[]> => {
      const taken = await service.queue.fetch(most, taker);
      return taken.map((job) => {
        const label = labels.get(job.runId)!;
        jobs.set(label, job);
        return label;
      });
    },
    done: (label: string): Promise<void> => service.queue.complete(jobs.get(label)!),
  };
}

const Rows = z.object({ rows: z.array(z.record(z.string(), z.unknown())) });

async function read(db: Database, statement: SQL): Promise<Record<string, unknown>[]> {
  return Rows.parse(await db.execute(statement)).rows;
}

async function plainBoss(database: OpenDatabase): Promise<PgBoss> {
  const on =
    database.kind === 'pglite'
      ? { db: fromPglite(database.client), backend: 'pglite' as const }
      : { connectionString: database.url, max: 1 };
  const boss = new PgBoss({ ...on, supervise: false, schedule: false, registerInstance: false });
  await boss.start();
  return boss;
}

interface Made {
  id: string;
  runs: { id: string; label: string }[];
}

interface Waits {
  label: string;
  queuePlace: number | null;
  waitsFor: { reason: string } | null;
}

async function memberWith(db: Database, runLimit: number): Promise<string> {
  const id = orderedId();
  await db.execute(
    sql`insert into members (id, name, email, run_limit) values (${id}, 'Somebody', ${`${id}@example.org`}, ${runLimit})`,
  );
  return id;
}
