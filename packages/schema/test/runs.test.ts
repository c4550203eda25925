import type { StartedEvent } from '@optiscope/trainer';
import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { orderedId } from '../src/ordered-id.ts';
import { cancelExperiment, cancelRun } from '../src/store/cancel.ts';
import { experimentStatusOf } from '../src/store/change.ts';
import { claimRun } from '../src/store/claim-run.ts';
import { endRun } from '../src/store/end-run.ts';
import { failAttempt } from '../src/store/fail-attempt.ts';
import type { Claim } from '../src/store/held-run.ts';
import { recordEpoch } from '../src/store/record-epoch.ts';
import { recordProgress } from '../src/store/record-progress.ts';
import { recordStarted } from '../src/store/record-started.ts';
import { releaseOrphans, releaseRun } from '../src/store/release-run.ts';
import { attempts } from '../src/tables/attempt.ts';
import { epochs } from '../src/tables/epoch.ts';
import { events } from '../src/tables/event.ts';
import { experiments } from '../src/tables/experiment.ts';
import { runs } from '../src/tables/run.ts';
import { ask, serviceOn } from './ask.ts';
import { describeOnBoth } from './databases.ts';
import { anExperiment, claimed, epochReport, runsOf, STARTED } from './fixtures.ts';

const FINISHED = {
  type: 'finished',
  epochs: 3,
  seconds: 4.2,
  reason: 'epochs',
  bestEpoch: 3,
  restoredEpoch: null,
} as const;
const DIVERGED = {
  type: 'diverged',
  optimizer: 'sgd',
  epoch: 1,
  step: 4,
  loss: 'NAN',
  weight: null,
  lastFiniteLoss: 80,
  suggestion: null,
  message: 'The loss became NaN.',
} as const;
const PROGRESS = {
  phase: 'TRAINING',
  phaseDone: 5,
  phaseTotal: 57,
  imagesPerSecond: 400,
  secondsLeft: 9,
} as const;

describeOnBoth('a run', (opened) => {
  test('tells how each attempt goes on: exactly, elsewhere, or anew and why', async (context) => {
    const database = opened(context);
    const { db } = database;
    const { service } = serviceOn(database);
    const { experiment, runs: made } = await anExperiment(db, { contenders: 1 });
    const run = made[0]!;
    const continuity = async () =>
      (
        await ask<{ run: { continuity: { kind: string; note: string } | null } }>(
          service,
          'query ($id: ID!) { run(id: $id) { continuity { kind note } } }',
          { id: run.id },
        )
      ).run.continuity;
    expect(await continuity()).toBeNull();

    const begin = async (started: Partial<StartedEvent>, host: string) => {
      const claim = await claimRun(db, run.id, { jobId: orderedId(), host, pid: 1 });
      if (claim === null || claim === 'LIMITED') throw new Error('it could not be claimed');
      await recordStarted(db, claim, { ...STARTED, ...started });
      return claim;
    };
    const end = (claim: Claim) => releaseRun(db, claim, 'STOPPED', 'The server was stopped.');

    let claim = await begin({}, 'one');
    expect(await continuity()).toEqual({ kind: 'FIRST', note: 'Begins at the first step.' });
    for (const epoch of [1, 2]) await recordEpoch(db, claim, epochReport(epoch));
    await end(claim);

    claim = await begin({ resumedAfterEpoch: 2, resumedAfterStep: 4 }, 'one');
    expect(await continuity()).toEqual({
      kind: 'EXACT',
      note: 'Goes on exactly after step 4 of epoch 3 from its checkpoint.',
    });
    await end(claim);

    claim = await begin({ resumedAfterEpoch: 1, passedOver: { damaged: 1, foreign: 0 } }, 'two');
    expect(await continuity()).toMatchObject({ kind: 'ELSEWHERE' });
    expect((await continuity())!.note).toBe(
      'Goes on after epoch 1 from its checkpoint. A checkpoint after that is damaged. Epoch 2 is measured again and must come out as recorded. It computes on another machine (two): the last bits of its numbers may differ.',
    );
    await end(claim);

    claim = await begin(
      { passedOver: { damaged: 0, foreign: 2 }, engine: { ...STARTED.engine, device: 'webgpu' } },
      'two',
    );
    expect(await continuity()).toMatchObject({
      kind: 'ANEW',
      note: expect.stringMatching(
        /^Begins anew: its checkpoints are of another engine .* Epochs 1 to 2 are measured again/,
      ),
    });
    await end(claim);
    await begin({ engine: { ...STARTED.engine, device: 'webgpu' } }, 'two');
    expect((await continuity())!.note).toContain('its checkpoint is not here');

    const told = await db.select().from(events).where(eq(events.runId, run.id)).orderBy(events.id);
    expect(told.filter(({ kind }) => kind === 'STARTED').at(-1)!.message).toContain('Begins anew');
    expect((await runsOf(db, experiment.id))[0]!.status).toBe('RUNNING');
  });

  test('keeps the sign of minus zero from its worker to the answer', async (context) => {
    const database = opened(context);
    const { service } = serviceOn(database);
    const { runs: made } = await anExperiment(database.db, { contenders: 1 });
    const claim = await claimed(database.db, made[0]!);
    const report = epochReport(1);
    await recordEpoch(database.db, claim, {
      ...report,
      metrics: { ...report.metrics, loss: -0, valLoss: 0 },
    });
    const { run } = await ask<{ run: unknown }>(
      service,
      `query ($id: ID!) { run(id: $id) {
        epochs { loss negativeZeros nonFinite { metric } }
        series(metrics: [LOSS, VAL_LOSS]) { metric values negativeZeros }
      } }`,
      { id: made[0]!.id },
    );
    expect(run).toEqual({
      epochs: [{ loss: 0, negativeZeros: ['LOSS'], nonFinite: [] }],
      series: [
        { metric: 'LOSS', values: [0], negativeZeros: [1] },
        { metric: 'VAL_LOSS', values: [0], negativeZeros: [] },
      ],
    });
  });

  test('goes from the queue through its epochs to its end, and its experiment with it', async (context) => {
    const { db } = opened(context);
    const { experiment, runs: made } = await anExperiment(db, { contenders: 2 });
    const status = async () =>
      (await db.select().from(experiments).where(eq(experiments.id, experiment.id)))[0]!.status;
    expect(await status()).toBe('QUEUED');

    const first = await claimed(db, made[0]!);
    expect(first).toMatchObject({ token: 1, failures: 0, config: { epochs: 3, optimizer: { name: 'sgd' } } });
    expect(await status()).toBe('RUNNING');
    expect(await recordStarted(db, first, STARTED)).toBe(true);
    for (const epoch of [1, 2, 3]) expect(await recordEpoch(db, first, epochReport(epoch))).toBe('RECORDED');
    expect(await endRun(db, first, FINISHED)).toBe(true);
    expect(await status()).toBe('RUNNING');

    const second = await claimed(db, made[1]!);
    expect(await endRun(db, second, DIVERGED)).toBe(true);
    expect(await status()).toBe('FINISHED');

    const [one, two] = await runsOf(db, experiment.id);
    expect(one).toMatchObject({ status: 'FINISHED', lastEpoch: 3, attempt: 1, engine: STARTED.engine });
    expect(two).toMatchObject({ status: 'DIVERGED', reason: 'The loss became NaN.' });
    const told = await db.select().from(events).where(eq(events.runId, made[0]!.id)).orderBy(events.id);
    expect(told.map(({ kind }) => kind)).toEqual([
      'STARTED',
      'CHECKPOINT',
      'CHECKPOINT',
      'CHECKPOINT',
      'FINISHED',
    ]);
    expect(told[0]!.message).toContain('rose/7.jpg (it is cut off)');
  });

  test('refuses every write of an attempt after the next one began', async (context) => {
    const { db } = opened(context);
    const { runs: made } = await anExperiment(db);
    const job = orderedId();
    const old = await claimed(db, made[0]!, job);
    await recordEpoch(db, old, epochReport(1));
    const next = await claimed(db, made[0]!, job); // the queue gave its job to another, the old one fell silent
    expect(next.token).toBe(2);

    expect(await recordEpoch(db, old, epochReport(2))).toBe('REFUSED');
    expect(await recordStarted(db, old, STARTED)).toBe(false);
    expect(await recordProgress(db, old.experimentId, [{ ...old, progress: PROGRESS }])).toHaveLength(1);
    expect(await endRun(db, old, FINISHED)).toBe(false);
    expect(await failAttempt(db, old, 'too late')).toBe('REFUSED');
    expect(await releaseRun(db, old, 'STOPPED', 'too late')).toBe(false);

    expect(await recordEpoch(db, next, epochReport(2))).toBe('RECORDED');
    const rows = await db.select().from(epochs).where(eq(epochs.runId, made[0]!.id)).orderBy(epochs.epoch);
    expect(rows.map(({ epoch, attempt }) => [epoch, attempt])).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });

  test('that runs is not taken up under another job, nor is one that has ended', async (context) => {
    const { db } = opened(context);
    const { runs: made } = await anExperiment(db);
    const first = await claimed(db, made[0]!);
    const claimant = { jobId: orderedId(), host: 'elsewhere', pid: 2 };
    expect(await claimRun(db, made[0]!.id, claimant)).toBeNull();
    await endRun(db, first, FINISHED);
    expect(await claimRun(db, made[0]!.id, claimant)).toBeNull();
    expect(await claimRun(db, orderedId(), claimant)).toBeNull();
  });

  test('has one owner per token when many claim it at once', async (context) => {
    const { db } = opened(context);
    const { runs: made } = await anExperiment(db);
    const claims = await Promise.all(
      Array.from({ length: 20 }, (_, pid) =>
        claimRun(db, made[0]!.id, { jobId: orderedId(), host: 'here', pid: pid + 1 }),
      ),
    );
    expect(claims.filter((claim) => claim !== null)).toHaveLength(1);
  });

  test('keeps an epoch as it was first recorded, however often it is reported, and notices when it comes out otherwise', async (context) => {
    const { db } = opened(context);
    const { experiment, runs: made } = await anExperiment(db);
    const claim = await claimed(db, made[0]!);
    const report = { loss: 0.5, valLoss: Number.NaN, trainSeconds: 1 };
    expect(await recordEpoch(db, claim, epochReport(1, report))).toBe('RECORDED');
    const version = async () =>
      (await db.select().from(experiments).where(eq(experiments.id, experiment.id)))[0]!.version;
    const before = await version();
    expect(await recordEpoch(db, claim, epochReport(1, { ...report, trainSeconds: 2 }))).toBe('RECORDED');
    expect(await recordEpoch(db, claim, epochReport(1, { ...report, loss: 0.7 }))).toBe('AT_ODDS');
    expect(await version()).toBe(before);
    const rows = await db.select().from(epochs).where(eq(epochs.runId, made[0]!.id));
    expect(rows.map(({ loss, trainSeconds }) => [loss, trainSeconds])).toEqual([[0.5, 1]]);
  });

  test('fails after three attempts in a row without a new epoch, and not after many with one', async (context) => {
    const { db } = opened(context);
    const { runs: made } = await anExperiment(db);
    const [lucky, poison] = made as [(typeof made)[0], (typeof made)[0]];
    for (let epoch = 1; epoch <= 5; epoch++) {
      const claim = await claimed(db, lucky);
      await recordEpoch(db, claim, epochReport(epoch));
      expect(await failAttempt(db, claim, 'The worker was killed.')).toBe('QUEUED');
    }
    const outcomes = [];
    for (let attempt = 1; attempt <= 3; attempt++) {
      outcomes.push(await failAttempt(db, await claimed(db, poison), 'It throws.'));
    }
    expect(outcomes).toEqual(['QUEUED', 'QUEUED', 'FAILED']);
    const [row] = await db.select().from(runs).where(eq(runs.id, poison.id));
    expect(row).toMatchObject({
      status: 'FAILED',
      reason: 'It throws. (The last of 3 attempts without a new epoch.)',
    });
    const tried = await db.select().from(attempts).where(eq(attempts.runId, poison.id));
    expect(tried.map(({ outcome, reason }) => [outcome, reason])).toEqual(
      Array.from({ length: 3 }, () => ['FAILED', 'It throws.']),
    );
  });

  test('that is cancelled refuses what its worker still writes; ended ones keep their result', async (context) => {
    const { db } = opened(context);
    const { experiment, runs: made } = await anExperiment(db, { contenders: 3 });
    const [done, running] = [await claimed(db, made[0]!), await claimed(db, made[1]!)];
    await endRun(db, done, FINISHED);
    expect(await cancelExperiment(db, experiment.id)).toMatchObject({ experimentId: experiment.id });
    expect(await recordEpoch(db, running, epochReport(1))).toBe('REFUSED');
    expect((await runsOf(db, experiment.id)).map(({ status }) => status)).toEqual([
      'FINISHED',
      'CANCELLED',
      'CANCELLED',
    ]);
    expect(await cancelRun(db, orderedId())).toMatchObject({ code: 'NOT_FOUND' });
    expect(await cancelExperiment(db, 'not an id')).toMatchObject({ code: 'NOT_FOUND' });
  });

  test('that was running when its server died goes back to the queue without counting as a failure', async (context) => {
    const { db } = opened(context);
    const { runs: made } = await anExperiment(db);
    const job = orderedId();
    const claim = await claimed(db, made[0]!, job);
    // Process 1 lives: the run is left alone. On the embedded database nobody else can hold it.
    expect(await releaseOrphans(db, { host: 'here', pid: 99, sole: false })).not.toContain(job);
    expect(await releaseOrphans(db, { host: 'here', pid: 99, sole: true })).toContain(job);
    expect(await recordEpoch(db, claim, epochReport(1))).toBe('REFUSED');
    const again = await claimed(db, made[0]!);
    expect(again).toMatchObject({ token: 2, failures: 0 });
  });
});

test('an experiment is what its runs are', () => {
  expect(experimentStatusOf(['QUEUED', 'QUEUED'], false)).toBe('QUEUED');
  expect(experimentStatusOf(['FINISHED', 'QUEUED'], false)).toBe('RUNNING');
  expect(experimentStatusOf(['FINISHED', 'DIVERGED', 'FAILED'], false)).toBe('FINISHED');
  expect(experimentStatusOf(['FINISHED', 'CANCELLED'], false)).toBe('FINISHED');
  expect(experimentStatusOf(['FINISHED', 'CANCELLED'], true)).toBe('CANCELLED');
  expect(experimentStatusOf(['FINISHED', 'FINISHED'], true)).toBe('FINISHED');
  expect(experimentStatusOf(['FAILED', 'FAILED'], false)).toBe('FAILED');
  expect(experimentStatusOf(['CANCELLED'], false)).toBe('CANCELLED');
  expect(experimentStatusOf(['FINISHED', 'PAUSED', 'PAUSED'], false)).toBe('PAUSED');
  expect(experimentStatusOf(['RUNNING', 'PAUSED'], false)).toBe('RUNNING');
});
