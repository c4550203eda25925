import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import type { Database } from '../src/database/database.ts';
import type { Service } from '../src/graphql/context.ts';
import { orderedId } from '../src/ordered-id.ts';
import { createExperiment } from '../src/store/create-experiment.ts';
import { endRun } from '../src/store/end-run.ts';
import { planExperiment } from '../src/store/experiment-plan.ts';
import { failAttempt } from '../src/store/fail-attempt.ts';
import { recordEpoch } from '../src/store/record-epoch.ts';
import { recordStarted } from '../src/store/record-started.ts';
import { tagExperiment } from '../src/store/tag.ts';
import { attempts } from '../src/tables/attempt.ts';
import { experiments } from '../src/tables/experiment.ts';
import { members } from '../src/tables/member.ts';
import { workers } from '../src/tables/worker.ts';
import { ask, serviceOn } from './ask.ts';
import { describeOnBoth } from './databases.ts';
import { anExperiment, claimed, epochReport, runsOf, STARTED } from './fixtures.ts';

interface Page<Node> {
  nodes: Node[];
  totalCount: number;
  pageInfo: { endCursor: string; startCursor: string; hasNextPage: boolean; hasPreviousPage: boolean };
}
const PAGE = 'totalCount pageInfo { endCursor startCursor hasNextPage hasPreviousPage }';
const FINISHED = {
  type: 'finished',
  epochs: 3,
  seconds: 1,
  reason: 'epochs',
  bestEpoch: 3,
  restoredEpoch: null,
} as const;

/** An experiment on a data set of one's own, which no one looks for. */
async function onFolder(db: Database, path: string, weights: string | null): Promise<string> {
  const { experiment } = await anExperiment(db, { contenders: 1 });
  const own = { path, onCorrupt: 'skip', validationFraction: 0.25, splitSeed: 0 } as const;
  await db
    .update(experiments)
    .set({
      data: { kind: 'folder', ...own },
      ...(weights && { weights: { kind: 'keras-h5', path: weights } }),
    })
    .where(eq(experiments.id, experiment.id));
  return experiment.id;
}

describeOnBoth('the nouns', (opened) => {
  test('an attempt is a node: who tried a run, from where, and how it ended', async (context) => {
    const database = opened(context);
    const { db } = database;
    const { service } = serviceOn(database);
    const { runs: of } = await anExperiment(db, { contenders: 1 });
    const first = await claimed(db, of[0]!);
    const worker = orderedId();
    await db
      .insert(workers)
      .values({ id: worker, host: 'there', pid: 7, version: '1', labels: [], concurrency: 1, processes: 1 });
    await db.update(attempts).set({ workerId: worker }).where(eq(attempts.runId, of[0]!.id));
    await failAttempt(db, first, 'The worker process was killed.');
    await recordStarted(db, await claimed(db, of[0]!), {
      ...STARTED,
      resumedAfterEpoch: 0,
      resumedAfterStep: 4,
    });
    const asked =
      'id number outcome reason host pid resumedAfterEpoch resumedAfterStep endedAt run { id } worker { host }';
    const { run } = await ask<{ run: { attempts: { id: string }[] } }>(
      service,
      `query ($id: ID!) { run(id: $id) { attempts { ${asked} } } }`,
      { id: of[0]!.id },
    );
    const common = { host: 'here', pid: 1, run: { id: of[0]!.id } };
    expect(run.attempts).toEqual([
      {
        ...common,
        id: `${of[0]!.id}.1`,
        number: 1,
        outcome: 'FAILED',
        reason: 'The worker process was killed.',
        resumedAfterEpoch: null,
        resumedAfterStep: null,
        endedAt: expect.any(String),
        worker: { host: 'there' },
      },
      {
        ...common,
        id: `${of[0]!.id}.2`,
        number: 2,
        outcome: null,
        reason: null,
        resumedAfterEpoch: 0,
        resumedAfterStep: 4,
        endedAt: null,
        worker: null,
      },
    ]);
    const ids = [run.attempts[1]!.id.toUpperCase(), `${of[0]!.id}.3`, `${of[0]!.id}.x`, 'x.1', worker];
    const { nodes } = await ask<{ nodes: unknown[] }>(
      service,
      'query ($ids: [ID!]!) { nodes(ids: $ids) { __typename ... on Attempt { number } } }',
      { ids },
    );
    expect(nodes).toEqual([{ __typename: 'Attempt', number: 2 }, null, null, null, { __typename: 'Worker' }]);
  });

  test('data sets and weights are nodes over what experiments use, whatever their split', async (context) => {
    const database = opened(context);
    const { db } = database;
    const { service } = serviceOn(database);
    const one = await onFolder(db, '/pictures/Roses', '/weights/mine.h5');
    const two = await onFolder(db, '/pictures/Roses', null);
    await db
      .update(experiments)
      .set({
        data: {
          kind: 'folder',
          path: '/pictures/Roses',
          onCorrupt: 'refuse',
          validationFraction: 0.5,
          splitSeed: 1,
        },
      })
      .where(eq(experiments.id, two));
    await onFolder(db, '/other/tulips', null);
    const [run] = await runsOf(db, one);
    await recordStarted(db, await claimed(db, run!), STARTED);
    const FIELDS = 'id kind label path classes images skippedImages experimentCount experiments { id }';
    const { experiment } = await ask<{
      experiment: { dataset: { node: { id: string } }; weights: { node: { id: string } } };
    }>(
      service,
      `query ($id: ID!) { experiment(id: $id) { dataset { node { ${FIELDS} } } weights { node { id label path experimentCount experiments { id } } } } }`,
      { id: one },
    );
    expect(experiment.dataset.node).toEqual({
      id: expect.stringMatching(/^data-[0-9a-f]{20}$/),
      kind: 'FOLDER',
      label: 'Roses',
      path: '/pictures/Roses',
      classes: 2,
      images: 900,
      skippedImages: 1,
      experimentCount: 2,
      experiments: [{ id: two }, { id: one }],
    });
    expect(experiment.weights.node).toMatchObject({
      label: 'mine.h5',
      experimentCount: 1,
      experiments: [{ id: one }],
    });
    const ids = [experiment.weights.node.id, experiment.dataset.node.id, 'data-00000000000000000000'];
    const { nodes } = await ask<{ nodes: unknown[] }>(
      service,
      'query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id ... on Dataset { label } ... on Weights { label } } }',
      { ids },
    );
    expect(nodes).toEqual([
      { __typename: 'Weights', id: ids[0], label: 'mine.h5' },
      { __typename: 'Dataset', id: ids[1], label: 'Roses' },
      null,
    ]);

    await anExperiment(db, { contenders: 1 });
    const list = async (field: string, given: Record<string, unknown>) => {
      const answer = await ask<Record<string, Page<{ label: string }>>>(
        service,
        `query ($first: Int, $after: String, $last: Int, $before: String) { ${field}(first: $first, after: $after, last: $last, before: $before) { nodes { label } ${PAGE} } }`,
        given,
      );
      return answer[field]!;
    };
    const all = await list('datasets', {});
    const labels = all.nodes.map(({ label }) => label);
    expect(labels).toEqual(labels.toSorted((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1)));
    expect(labels).toEqual(expect.arrayContaining(['Built-in sample', 'Roses', 'tulips']));
    const paged: string[] = [];
    for (let after: string | null = null, more = true; more; ) {
      const page: Page<{ label: string }> = await list('datasets', { first: 1, after });
      paged.push(...page.nodes.map(({ label }) => label));
      after = page.pageInfo.endCursor;
      more = page.pageInfo.hasNextPage;
    }
    expect(paged).toEqual(labels);
    expect((await list('datasets', { last: 1 })).nodes).toEqual([{ label: labels.at(-1) }]);
    expect((await list('weights', {})).nodes.map(({ label }) => label)).toContain('mine.h5');
    await expect(list('datasets', { after: 'x' })).rejects.toThrow(/not a cursor/);

    const found = async (filter: object) => {
      const { experiments: page } = await ask<{ experiments: Page<{ id: string }> }>(
        service,
        'query ($filter: ExperimentFilter) { experiments(filter: $filter) { nodes { id } } }',
        { filter },
      );
      return page.nodes.map(({ id }) => id);
    };
    expect(await found({ dataset: [experiment.dataset.node.id] })).toEqual([two, one]);
    expect(await found({ dataset: ['ROSES', 'nothing'] })).toEqual([two, one]);
    expect(await found({ dataset: ['pictures'] })).toEqual([]);
  });

  test('runs of all experiments are found by what they are and came to, in every order, each once', async (context) => {
    const database = opened(context);
    const { db } = database;
    const { service } = serviceOn(database);
    const planned = await planExperiment({
      epochs: 3,
      seeds: [1, 2],
      contenders: [{ optimizer: 'sgd' }, { optimizer: 'adam' }],
    });
    if ('problems' in planned) throw new Error('it cannot be planned');
    const experiment = await createExperiment(db, planned.plan, null, async () => undefined);
    await tagExperiment(db, experiment.id, { add: ['listed'], remove: [] });
    const author = orderedId();
    await db.insert(members).values({ id: author, name: 'Ada', email: `${author}@example.org` });
    await db.update(experiments).set({ authorId: author }).where(eq(experiments.id, experiment.id));
    // In their places: SGD 1, Adam 1, SGD 2, Adam 2.
    const [a, b, c] = await runsOf(db, experiment.id);
    const claimA = await claimed(db, a!);
    await recordEpoch(db, claimA, epochReport(1, { valAccuracy: 0.9, valLoss: 0.2 }));
    await endRun(db, claimA, FINISHED);
    const claimB = await claimed(db, b!);
    await recordEpoch(db, claimB, epochReport(1, { valAccuracy: Number.NaN, valLoss: Number.NaN }));
    await recordEpoch(db, claimB, epochReport(2, { valAccuracy: 0.4, valLoss: 3 }));
    await claimed(db, c!);
    const names = new Map((await runsOf(db, experiment.id)).map(({ id }, place) => [id, 'abcd'[place]!]));
    const list = async (given: { filter?: object; [name: string]: unknown }) => {
      const { runs: page } = await ask<{ runs: Page<{ id: string }> }>(
        service,
        `query ($first: Int, $after: String, $last: Int, $before: String, $filter: RunFilter, $order: RunOrder) {
          runs(first: $first, after: $after, last: $last, before: $before, filter: $filter, order: $order) { nodes { id } ${PAGE} } }`,
        { ...given, filter: { experiment: [experiment.id], ...given.filter } },
      );
      return { ...page, text: page.nodes.map(({ id }) => names.get(id)).join('') };
    };
    for (const [by, wanted] of Object.entries({
      CREATED: 'abcd',
      STARTED: 'abcd',
      FINISHED: 'abcd',
      BEST_VAL_ACCURACY: 'cdba',
      BEST_VAL_LOSS: 'abcd',
      LAST_EPOCH: 'cdab',
      STATUS: 'dbca',
    })) {
      for (const direction of ['ASCENDING', 'DESCENDING'] as const) {
        const order = { by, direction };
        let forwards = '';
        for (let after: string | null = null, more = true; more; ) {
          const page: Awaited<ReturnType<typeof list>> = await list({ first: 3, after, order });
          forwards += page.text;
          expect(page.totalCount).toBe(4);
          after = page.pageInfo.endCursor;
          more = page.pageInfo.hasNextPage;
        }
        expect(forwards, by).toBe(direction === 'ASCENDING' ? wanted : [...wanted].reverse().join(''));
        const { text, pageInfo } = await list({ last: 3, order });
        expect(text, by).toBe(forwards.slice(1));
        expect((await list({ last: 3, before: pageInfo.startCursor, order })).text).toBe(forwards[0]);
      }
    }
    const found = async (filter: object) => (await list({ filter, order: { by: 'CREATED' } })).text;
    expect(await found({ status: ['FINISHED', 'QUEUED'] })).toBe('ad');
    expect(await found({ optimizer: ['adam'] })).toBe('bd');
    expect(await found({ seed: [2] })).toBe('cd');
    expect(await found({ contender: [a!.contenderId], origin: ['TRAINED'] })).toBe('ac');
    expect(await found({ author: [author] })).toBe('abcd');
    expect(await found({ author: [orderedId(), 'x'] })).toBe('');
    expect(await found({ tag: ['LISTED'], dataset: ['built-in sample'] })).toBe('abcd');
    expect(await found({ startedAfter: '2000-01-01T00:00:00Z' })).toBe('abc');
    expect(await found({ finishedBefore: '2000-01-01T00:00:00Z' })).toBe('');
    const metric = (...bounds: object[]) => found({ metric: bounds });
    expect(await metric({ metric: 'VAL_ACCURACY', atLeast: 0.9 })).toBe('a');
    expect(await metric({ metric: 'VAL_LOSS', atMost: 3 })).toBe('ab');
    expect(await metric({ metric: 'VAL_LOSS', atLeast: 1, atMost: 3 })).toBe('b');
    expect(await metric({ metric: 'VAL_LOSS', atMost: 1 }, { metric: 'VAL_ACCURACY', atMost: 0.5 })).toBe('');
    await expect(metric({ metric: 'LOSS' })).rejects.toThrow(/filter.metric.0 has no side/);
    await expect(found({ status: [] })).rejects.toThrow(/filter.status has 0 entries/);
    await expect(list({ after: Buffer.from('["STATUS",1e99,"x"]').toString('base64url') })).rejects.toThrow(
      /not a cursor/,
    );
    const { experiments: page } = await ask<{ experiments: Page<{ id: string }> }>(
      service,
      '{ experiments(filter: { metric: [{ metric: VAL_LOSS, atLeast: 2.9, atMost: 3 }] }) { nodes { id } } }',
    );
    expect(page.nodes).toEqual([{ id: experiment.id }]);
    await db.update(experiments).set({ deletedAt: new Date() }).where(eq(experiments.id, experiment.id));
    expect(await found({})).toBe('');
  });

  test('events are read page by page, of a run, of an experiment and of everything', async (context) => {
    const database = opened(context);
    const { db } = database;
    const { service } = serviceOn(database);
    const { experiment, runs: of } = await anExperiment(db);
    for (const run of of) {
      const claim = await claimed(db, run);
      await recordStarted(db, claim, STARTED);
      for (let epoch = 1; epoch <= 2; epoch++) await recordEpoch(db, claim, epochReport(epoch));
      await endRun(db, claim, FINISHED);
    }
    type Events = Page<{ kind: string; runId: string }>;
    const list = async (service: Service, where: string, given: object): Promise<Events> => {
      const [before, after] = where.split('|') as [string, string];
      const answer = await ask<{ events?: Events } & Record<string, unknown>>(
        service,
        `query ($first: Int, $after: String, $filter: EventFilter, $direction: OrderDirection!) {
          ${before}(first: $first, after: $after, filter: $filter, direction: $direction) { nodes { kind runId run { id } } ${PAGE} } ${after} }`,
        { direction: 'ASCENDING', ...given },
      );
      const [owner] = Object.values(answer) as [{ eventsConnection: Events }];
      return answer.events ?? owner.eventsConnection;
    };
    const ofRun = `run(id: "${of[1]!.id}") { eventsConnection|}`;
    const kinds: string[] = [];
    for (let after: string | null = null, more = true; more; ) {
      const page: Events = await list(service, ofRun, { first: 2, after });
      expect(page.totalCount).toBe(4);
      kinds.push(...page.nodes.map(({ kind }) => kind));
      after = page.pageInfo.endCursor;
      more = page.pageInfo.hasNextPage;
    }
    expect(kinds).toEqual(['STARTED', 'CHECKPOINT', 'CHECKPOINT', 'FINISHED']);
    const ofExperiment = `experiment(id: "${experiment.id}") { eventsConnection|}`;
    const finished = await list(service, ofExperiment, {
      filter: { kind: ['FINISHED'] },
      direction: 'DESCENDING',
    });
    expect(finished.nodes.map(({ runId }) => runId)).toEqual([of[1]!.id, of[0]!.id]);
    expect((await list(service, ofExperiment, { filter: { text: 'TRAINS ON 600' } })).totalCount).toBe(2);
    const newest = await list(service, 'events|', { first: 1, direction: 'DESCENDING' });
    expect(newest.nodes).toEqual([{ kind: 'FINISHED', runId: of[1]!.id, run: { id: of[1]!.id } }]);
    expect((await list(service, 'events|', { filter: { before: '2000-01-01T00:00:00Z' } })).nodes).toEqual(
      [],
    );
  });
});
