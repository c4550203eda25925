import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { readChanges } from '../src/feed/read-changes.ts';
import { orderedId } from '../src/ordered-id.ts';
import { claimRun } from '../src/store/claim-run.ts';
import { endRun } from '../src/store/end-run.ts';
import { heldRuns, overClaims } from '../src/store/held-run.ts';
import { recordEpoch } from '../src/store/record-epoch.ts';
import { releaseOrphans } from '../src/store/release-run.ts';
import { experiments } from '../src/tables/experiment.ts';
import { mutationKeys } from '../src/tables/mutation-key.ts';
import { ask, ID, mutate, serviceOn } from './ask.ts';
import { describeOnBoth } from './databases.ts';
import { anExperiment, claimed, epochReport, runsOf } from './fixtures.ts';

function finished(epochs: number) {
  return {
    type: 'finished',
    epochs,
    seconds: 1,
    reason: 'epochs',
    bestEpoch: epochs,
    restoredEpoch: null,
  } as const;
}

describeOnBoth('a mutation', (opened) => {
  test('pauses runs, which nobody takes up until they are resumed, and a restart leaves them paused', async (context) => {
    const database = opened(context);
    const { service, queued } = serviceOn(database);
    const { db } = database;
    const { experiment, runs: made } = await anExperiment(db, { contenders: 2 });
    const claim = await claimed(db, made[0]!);
    await recordEpoch(db, claim, epochReport(1));

    const paused = await mutate(service, 'pauseExperiment', ID, { id: experiment.id });
    expect(paused).toMatchObject({ __typename: 'Experiment', status: 'PAUSED' });
    expect((await runsOf(db, experiment.id)).map(({ status }) => status)).toEqual(['PAUSED', 'PAUSED']);
    // Its worker is to stop, and to keep where it stands.
    expect(await heldRuns(db, [claim])).toEqual([]);
    expect(await overClaims(db, [claim])).toEqual([]);
    expect(await recordEpoch(db, claim, epochReport(2))).toBe('REFUSED');
    for (const { id } of made) {
      expect(await claimRun(db, id, { jobId: orderedId(), host: 'here', pid: 1 })).toBeNull();
    }
    await releaseOrphans(db, { host: 'here', pid: 99, sole: true });
    expect((await runsOf(db, experiment.id)).map(({ status }) => status)).toEqual(['PAUSED', 'PAUSED']);
    expect(queued).toEqual([]);

    expect(await mutate(service, 'pauseRun', ID, { id: made[0]!.id })).toMatchObject({ status: 'PAUSED' });
    expect(await mutate(service, 'resumeRun', ID, { id: made[0]!.id })).toMatchObject({ status: 'QUEUED' });
    expect(await mutate(service, 'resumeRun', ID, { id: made[0]!.id })).toMatchObject({ status: 'QUEUED' });
    expect(queued).toEqual([made[0]!.id]);
    const again = await claimed(db, made[0]!);
    expect(again).toMatchObject({ token: 2, failures: 0 });
    expect(await mutate(service, 'resumeExperiment', ID, { id: experiment.id })).toMatchObject({
      status: 'RUNNING',
    });
    expect(queued).toEqual(made.map(({ id }) => id));
    const changes = await readChanges(db, experiment.id, 0);
    expect(changes?.events.filter(({ kind }) => kind === 'PAUSED').map(({ message }) => message)).toEqual([
      'Paused after epoch 1.',
      'Paused before its first epoch.',
    ]);
  });

  test('refuses to pause or resume what has ended, and names the state and what helps', async (context) => {
    const database = opened(context);
    const { service } = serviceOn(database);
    const { experiment, runs: made } = await anExperiment(database.db, { contenders: 1 });
    await endRun(database.db, await claimed(database.db, made[0]!), finished(3));
    for (const field of ['pauseRun', 'resumeRun']) {
      expect(await mutate(service, field, ID, { id: made[0]!.id })).toMatchObject({
        __typename: 'Conflict',
        code: 'RUN_ENDED',
        message: expect.stringContaining('FINISHED'),
      });
    }
    for (const field of ['pauseExperiment', 'resumeExperiment']) {
      expect(await mutate(service, field, ID, { id: experiment.id })).toMatchObject({
        code: 'EXPERIMENT_ENDED',
      });
    }
  });

  test('cancels a paused run as any other that has not ended', async (context) => {
    const database = opened(context);
    const { service } = serviceOn(database);
    const { experiment, runs: made } = await anExperiment(database.db, { contenders: 1 });
    await mutate(service, 'pauseRun', ID, { id: made[0]!.id });
    await ask(service, 'mutation ($id: ID!) { cancelExperiment(id: $id) { __typename } }', {
      id: experiment.id,
    });
    expect((await runsOf(database.db, experiment.id))[0]).toMatchObject({ status: 'CANCELLED' });
  });

  test('cancels once with a key: what was cancelled stays as it is, and the key is for nothing else', async (context) => {
    const database = opened(context);
    const { service } = serviceOn(database);
    const { experiment, runs: made } = await anExperiment(database.db, { contenders: 2 });
    const cancel = (field: string, id: string) =>
      ask<Record<string, { __typename: string; code?: string }>>(
        service,
        `mutation ($id: ID!, $key: String) { ${field}(id: $id, idempotencyKey: $key) { __typename ... on Refusal { code } } }`,
        { id, key: `cancel ${experiment.id}` },
      );
    const statuses = async () => (await runsOf(database.db, experiment.id)).map(({ status }) => status);
    expect(await cancel('cancelRun', made[0]!.id)).toEqual({ cancelRun: { __typename: 'Experiment' } });
    expect(await statuses()).toEqual(['CANCELLED', 'QUEUED']);
    expect(await cancel('cancelRun', made[0]!.id)).toEqual({ cancelRun: { __typename: 'Experiment' } });
    expect(await cancel('cancelRun', made[1]!.id)).toEqual({
      cancelRun: { __typename: 'Conflict', code: 'KEY_USED_OTHERWISE' },
    });
    expect(await statuses()).toEqual(['CANCELLED', 'QUEUED']);
    for (let times = 0; times < 2; times++) await cancel('cancelExperiment', experiment.id);
    expect(await statuses()).toEqual(['CANCELLED', 'CANCELLED']);
  });

  test('does what it is asked with a key once, however often and however late it is asked again', async (context) => {
    const database = opened(context);
    const { service, queued } = serviceOn(database);
    const { experiment, runs: made } = await anExperiment(database.db, { contenders: 1 });
    const run = { runId: made[0]!.id, idempotencyKey: `again ${made[0]!.id}` };
    const RERUN = '$runId: ID!, $idempotencyKey: String';
    const answers = await Promise.all([1, 2, 3, 4].map(() => mutate(service, 'rerun', RERUN, run)));
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
    expect(answers[0]).toMatchObject({ __typename: 'Run', status: 'QUEUED' });
    expect(answers[0]!.id).not.toBe(made[0]!.id);
    expect(queued).toEqual([answers[0]!.id]);
    expect(await runsOf(database.db, experiment.id)).toHaveLength(2);

    // A pause that arrives late, after it was undone, does not pause again.
    const pause = { id: made[0]!.id, idempotencyKey: `pause ${made[0]!.id}` };
    await mutate(service, 'pauseRun', ID, pause);
    await mutate(service, 'resumeRun', ID, { id: made[0]!.id });
    expect(await mutate(service, 'pauseRun', ID, pause)).toMatchObject({ status: 'QUEUED' });
  });

  test('refuses a key that was used for something else, and keeps none for what it refused', async (context) => {
    const database = opened(context);
    const { service } = serviceOn(database);
    const [one, two] = [await anExperiment(database.db), await anExperiment(database.db)];
    const key = `shared ${one.experiment.id}`;
    const NAME = `${ID}, $name: String!`;
    const given = [one, two].map(({ experiment: { id } }) => ({ id, name: 'New', idempotencyKey: key }));
    const answers = await Promise.all(
      given.map((variables) => mutate(service, 'renameExperiment', NAME, variables)),
    );
    expect(answers.map(({ __typename }) => __typename).sort()).toEqual(['Conflict', 'Experiment']);
    expect(answers.find((answer) => answer.code)).toMatchObject({ code: 'KEY_USED_OTHERWISE' });
    const names = [one, two].map(
      async ({ experiment: { id } }) =>
        (await database.db.select().from(experiments).where(eq(experiments.id, id)))[0]!.name,
    );
    expect((await Promise.all(names)).filter((name) => name === 'New')).toHaveLength(1);

    const late = { id: one.experiment.id, idempotencyKey: `late ${one.experiment.id}` };
    expect(await mutate(service, 'deleteExperiment', ID, late)).toMatchObject({
      code: 'EXPERIMENT_UNDER_WAY',
    });
    const kept = await database.db
      .select()
      .from(mutationKeys)
      .where(eq(mutationKeys.key, late.idempotencyKey));
    expect(kept).toEqual([]);
    const long = { id: one.experiment.id, idempotencyKey: 'x'.repeat(201) };
    expect(await mutate(service, 'pauseExperiment', ID, long)).toMatchObject({ code: 'INVALID_INPUT' });
  });
});
