import { asc, eq, sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import type { Database } from '../src/database/database.ts';
import { cancelRun } from '../src/store/cancel.ts';
import { changeExperiment } from '../src/store/change.ts';
import type { ClaimedRun } from '../src/store/claim-run.ts';
import { recordEpoch } from '../src/store/record-epoch.ts';
import { stepBatch } from '../src/store/step-batch.ts';
import { type EpochRow, epochs } from '../src/tables/epoch.ts';
import { events } from '../src/tables/event.ts';
import { experiments } from '../src/tables/experiment.ts';
import { runs } from '../src/tables/run.ts';
import { describeOnBoth } from './databases.ts';
import { anExperiment, claimed, epochReport } from './fixtures.ts';

async function claims(
  db: Database,
  count: number,
  contenders: number,
): Promise<{ experimentIds: string[]; all: ClaimedRun[] }> {
  const experimentIds: string[] = [];
  const all: ClaimedRun[] = [];
  for (let index = 0; index < count; index++) {
    const made = await anExperiment(db, { contenders });
    experimentIds.push(made.experiment.id);
    for (const run of made.runs) all.push(await claimed(db, run));
  }
  return { experimentIds, all };
}

async function epochsOf(db: Database, experimentId: string): Promise<EpochRow[]> {
  return await db
    .select()
    .from(epochs)
    .where(eq(epochs.experimentId, experimentId))
    .orderBy(asc(epochs.version), asc(epochs.runId), asc(epochs.epoch));
}

async function versionOf(db: Database, experimentId: string): Promise<number> {
  const [row] = await db.select().from(experiments).where(eq(experiments.id, experimentId));
  return row!.version;
}

/** Counts the transactions that a database handle begins. */
function counting(db: Database): { db: Database; transactions: () => number } {
  let begun = 0;
  const counted = new Proxy(db, {
    get: (target, name, receiver) => {
      if (name === 'transaction') begun++;
      return Reflect.get(target, name, receiver);
    },
  });
  return { db: counted, transactions: () => begun };
}

const steps = (from: number, loss: number) => [
  stepBatch(from, [{ loss, gradientNorm: 1, learningRate: 0.1, seconds: 0.01 }]),
];

describeOnBoth('epochs that are reported together', (opened) => {
  test('are recorded each as it was reported, many in one transaction', async (context) => {
    const opening = opened(context);
    const { db, transactions } = counting(opening.db);
    const { experimentIds, all } = await claims(opening.db, 3, 4);
    const before = transactions();
    const reported = all.flatMap((claim, index) =>
      [1, 2, 3].map(async (epoch) => {
        const over = { loss: index + epoch / 8, gradientNorm: -0, updateRatio: 5e-324 };
        const odd = index === 0 ? { valLoss: Number.NaN, accuracy: Number.NEGATIVE_INFINITY } : {};
        const report = epochReport(epoch, { ...over, ...odd });
        return await recordEpoch(db, claim, { ...report, steps: steps(epoch, index + epoch) });
      }),
    );
    expect(new Set(await Promise.all(reported))).toEqual(new Set(['RECORDED']));
    // The first goes alone; then all runs together, an epoch of each.
    expect(transactions() - before).toBe(4);
    for (const [place, id] of experimentIds.entries()) {
      const rows = await epochsOf(opening.db, id);
      expect(rows).toHaveLength(12);
      for (const { runId } of all.slice(4 * place, 4 * place + 4)) {
        const index = all.findIndex((claim) => claim.runId === runId);
        const ofRun = rows.filter((row) => row.runId === runId);
        expect(ofRun.map(({ epoch, loss }) => [epoch, loss])).toEqual(
          [1, 2, 3].map((epoch) => [epoch, index + epoch / 8]),
        );
        for (const row of ofRun) expect(Object.is(row.gradientNorm, -0)).toBe(true);
        for (const row of ofRun) expect(row.updateRatio).toBe(5e-324);
      }
      const [run] = await opening.db.select().from(runs).where(eq(runs.experimentId, id));
      expect(run).toMatchObject({ lastEpoch: 3, failures: 0 });
      const told = await opening.db.select().from(events).where(eq(events.experimentId, id));
      expect(told.filter(({ kind }) => kind === 'CHECKPOINT')).toHaveLength(12);
      expect(Math.max(...rows.map(({ version }) => version))).toBe(await versionOf(opening.db, id));
    }
    const odd = await epochsOf(opening.db, experimentIds[0]!);
    expect(odd.find(({ runId }) => runId === all[0]!.runId)).toMatchObject({
      valLoss: Number.NaN,
      accuracy: Number.NEGATIVE_INFINITY,
    });
  });

  test('do not stand or fall with one another: what is refused, at odds or unfit changes nothing for the others', async (context) => {
    const { db } = opened(context);
    const { experimentIds, all } = await claims(db, 2, 3);
    const [good, over, odd, oddStep, unfit, last] = all as [
      ClaimedRun,
      ClaimedRun,
      ClaimedRun,
      ClaimedRun,
      ClaimedRun,
      ClaimedRun,
    ];
    await recordEpoch(db, odd, epochReport(1));
    await recordEpoch(db, oddStep, { ...epochReport(1), steps: steps(1, 5) });
    await cancelRun(db, over.runId);
    const told = await Promise.allSettled([
      recordEpoch(db, good, epochReport(1)), // the first goes alone, the others together
      recordEpoch(db, over, epochReport(1)),
      recordEpoch(db, odd, epochReport(1, { loss: 0.123 })),
      recordEpoch(db, oddStep, { ...epochReport(2), steps: steps(1, 6) }),
      recordEpoch(db, unfit, epochReport(1, { epoch: 3_000_000_000 })),
      recordEpoch(db, last, epochReport(1)),
      recordEpoch(db, good, epochReport(2)),
      recordEpoch(db, { ...last, token: 7 }, epochReport(2)),
    ]);
    expect(told.map((each) => (each.status === 'fulfilled' ? each.value : 'thrown'))).toEqual([
      'RECORDED',
      'REFUSED',
      'AT_ODDS',
      'thrown',
      'thrown',
      'RECORDED',
      'RECORDED',
      'REFUSED',
    ]);
    expect(told[3]).toMatchObject({ reason: { name: 'StepsAtOddsError', step: 1 } });
    const rows = [...(await epochsOf(db, experimentIds[0]!)), ...(await epochsOf(db, experimentIds[1]!))];
    const found = rows.map(
      ({ runId, epoch }) => `${all.findIndex((claim) => claim.runId === runId)}/${epoch}`,
    );
    expect(found.toSorted()).toEqual(['0/1', '0/2', '2/1', '3/1', '5/1']);
  });

  test('of an experiment that somebody else is changing wait for it, and those of others do not', async (context) => {
    const opening = opened(context);
    const { db } = opening;
    const { experimentIds, all } = await claims(db, 2, 1);
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let holds = (): void => undefined;
    const locked = new Promise<void>((resolve) => {
      holds = resolve;
    });
    const other = changeExperiment(db, experimentIds[0]!, async () => {
      holds();
      await held;
      return true;
    });
    await locked;
    let isRecorded = false;
    const waiting = recordEpoch(db, all[0]!, epochReport(1)).then((outcome) => {
      isRecorded = true;
      return outcome;
    });
    // The embedded database has one connection: there everyone waits.
    const others = opening.kind === 'pglite' ? 0 : 5;
    for (let epoch = 1; epoch <= others; epoch++)
      expect(await recordEpoch(db, all[1]!, epochReport(epoch))).toBe('RECORDED');
    expect(isRecorded).toBe(false);
    release();
    expect(await waiting).toBe('RECORDED');
    await other;
    const [row] = await epochsOf(db, experimentIds[0]!);
    expect(row!.version).toBe(await versionOf(db, experimentIds[0]!));
  });

  test('are all told when the transaction fails for a reason of none of them, and can be reported again', async (context) => {
    const { db } = opened(context);
    const { experimentIds, all } = await claims(db, 1, 4);
    let transactions = 0;
    const breaking = new Proxy(db, {
      get: (target, name, receiver) => {
        if (name !== 'transaction' || ++transactions > 2) return Reflect.get(target, name, receiver);
        return async () => {
          throw new Error('the connection broke');
        };
      },
    });
    const report = (): Promise<PromiseSettledResult<string>[]> =>
      Promise.allSettled(all.map((claim) => recordEpoch(breaking, claim, epochReport(1))));
    for (const told of await report()) expect(told).toMatchObject({ status: 'rejected' });
    expect(transactions).toBe(2); // the first alone, the others together
    for (const told of await report()) expect(told).toMatchObject({ value: 'RECORDED' });
    expect(await epochsOf(db, experimentIds[0]!)).toHaveLength(4);
  });

  test('are announced once for each experiment and transaction', async (context) => {
    const opening = opened(context);
    const { db } = opening;
    const { experimentIds, all } = await claims(db, 1, 6);
    const heard: string[] = [];
    const listener = await opening.listen(
      'optiscope_changes',
      (payload) => heard.push(payload),
      () => undefined,
    );
    const from = await versionOf(db, experimentIds[0]!);
    await Promise.all(all.map((claim) => recordEpoch(db, claim, epochReport(1))));
    const versions = (await versionOf(db, experimentIds[0]!)) - from;
    await db.execute(sql`select pg_notify('optiscope_changes', 'the end')`);
    await expect.poll(() => heard.at(-1)).toBe('the end');
    expect(versions).toBeLessThan(all.length);
    expect(heard.slice(0, -1).map((payload) => JSON.parse(payload))).toEqual(
      Array.from({ length: versions }, () => ({ experimentId: experimentIds[0], status: false })),
    );
    await listener.close();
  });
});
