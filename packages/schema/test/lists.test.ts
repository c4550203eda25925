import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import type { OpenDatabase } from '../src/database/database.ts';
import type { Service } from '../src/graphql/context.ts';
import { orderedId } from '../src/ordered-id.ts';
import { recordEpoch } from '../src/store/record-epoch.ts';
import { renameExperiment } from '../src/store/rename.ts';
import { tagExperiment } from '../src/store/tag.ts';
import { type ExperimentStatus, experiments } from '../src/tables/experiment.ts';
import { ask, serviceOn } from './ask.ts';
import { describeOnBoth } from './databases.ts';
import { anExperiment, claimed, epochReport, runsOf } from './fixtures.ts';

interface Connection {
  edges: { cursor: string; node: { name: string } }[];
  nodes: { name: string }[];
  pageInfo: {
    hasNextPage: boolean;
    hasPreviousPage: boolean;
    startCursor: string | null;
    endCursor: string | null;
  };
  totalCount: number;
}

async function list(service: Service, variables: Record<string, unknown>): Promise<Connection> {
  const { experiments: connection } = await ask<{ experiments: Connection }>(
    service,
    `query ($first: Int, $after: String, $last: Int, $before: String, $filter: ExperimentFilter, $order: ExperimentOrder) {
      experiments(first: $first, after: $after, last: $last, before: $before, filter: $filter, order: $order) {
        edges { cursor node { name } }
        nodes { name }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
        totalCount
      }
    }`,
    variables,
  );
  return connection;
}

/** Experiments with these names, all of them with the word in it that the test filters by. */
async function named(
  { db }: OpenDatabase,
  word: string,
  names: readonly string[],
): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  for (const name of names) {
    const { experiment } = await anExperiment(db, { contenders: 1 });
    await renameExperiment(db, experiment.id, `${name} ${word}`);
    ids.set(name, experiment.id);
  }
  return ids;
}

const first = ({ nodes }: Connection): string[] => nodes.map(({ name }) => name.split(' ')[0]!);

describeOnBoth('the list of experiments', (opened) => {
  test('is read page by page in both directions, in every order, each experiment once', async (context) => {
    const database = opened(context);
    const { service } = serviceOn(database);
    const ids = await named(database, 'paged', ['d', 'B', 'a', 'C', 'e']);
    const statuses: ExperimentStatus[] = ['RUNNING', 'QUEUED', 'FAILED', 'RUNNING', 'PAUSED'];
    for (const [index, id] of [...ids.values()].entries()) {
      await database.db.update(experiments).set({ status: statuses[index]! }).where(eq(experiments.id, id));
    }
    for (const [name, accuracy, valLoss] of [
      ['a', 0.25, 3],
      ['B', 0.9, 1],
      ['C', Number.NaN, Number.POSITIVE_INFINITY],
      ['d', 0.25, 2],
    ] as const) {
      const [run] = await runsOf(database.db, ids.get(name)!);
      const claim = await claimed(database.db, run!);
      await recordEpoch(database.db, claim, epochReport(1, { valAccuracy: accuracy, valLoss }));
    }
    // What recording and claiming made of the statuses is put back.
    for (const [index, id] of [...ids.values()].entries()) {
      await database.db.update(experiments).set({ status: statuses[index]! }).where(eq(experiments.id, id));
    }
    const filter = { text: 'PAGED' };
    const orders = {
      CREATED: ['d', 'B', 'a', 'C', 'e'],
      NAME: ['a', 'B', 'C', 'd', 'e'],
      STATUS: ['B', 'd', 'C', 'e', 'a'],
      BEST_VAL_ACCURACY: ['C', 'e', 'd', 'a', 'B'],
      BEST_VAL_LOSS: ['B', 'd', 'a', 'C', 'e'],
    };
    for (const [by, rising] of Object.entries(orders)) {
      for (const direction of ['ASCENDING', 'DESCENDING']) {
        const wanted = direction === 'ASCENDING' ? rising : rising.toReversed();
        const order = { by, direction };
        const forwards: string[] = [];
        for (let after: string | null = null, more = true; more; ) {
          const page: Connection = await list(service, { first: 2, after, filter, order });
          forwards.push(...first(page));
          expect(page.pageInfo.hasPreviousPage).toBe(after !== null);
          expect(page.edges.map(({ cursor }) => cursor).at(-1)).toBe(page.pageInfo.endCursor);
          expect(page.totalCount).toBe(5);
          ({ endCursor: after, hasNextPage: more } = page.pageInfo);
        }
        expect(forwards).toEqual(wanted);
        const backwards: string[] = [];
        for (let before: string | null = null, more = true; more; ) {
          const page: Connection = await list(service, { last: 2, before, filter, order });
          backwards.unshift(...first(page));
          ({ startCursor: before, hasPreviousPage: more } = page.pageInfo);
        }
        expect(backwards).toEqual(wanted);
      }
    }
  });

  test('goes on behind a cursor whose experiment was renamed or deleted meanwhile', async (context) => {
    const database = opened(context);
    const { service } = serviceOn(database);
    const ids = await named(database, 'moving', ['a', 'b', 'c', 'd']);
    const order = { by: 'NAME' };
    const filter = { text: 'moving' };
    const { pageInfo } = await list(service, { first: 2, filter, order });
    await renameExperiment(database.db, ids.get('b')!, 'z moving');
    expect(first(await list(service, { first: 9, after: pageInfo.endCursor, filter, order }))).toEqual([
      'c',
      'd',
      'z',
    ]);
    await database.db
      .update(experiments)
      .set({ deletedAt: new Date() })
      .where(eq(experiments.id, ids.get('b')!));
    expect(first(await list(service, { first: 9, after: pageInfo.endCursor, filter, order }))).toEqual([
      'c',
      'd',
    ]);
  });

  test('holds what passes the whole filter', async (context) => {
    const database = opened(context);
    const { service } = serviceOn(database);
    const { db } = database;
    const ids = await named(database, '50%_off', ['one', 'two', 'three']);
    await named(database, '50x_off', ['other']);
    await tagExperiment(db, ids.get('one')!, { add: ['Night', 'sweep'], remove: [] });
    await tagExperiment(db, ids.get('two')!, { add: ['night'], remove: [] });
    const [run] = await runsOf(db, ids.get('three')!);
    await recordEpoch(db, await claimed(db, run!), epochReport(1, { valAccuracy: 0.8 }));
    const found = async (filter: object) =>
      first(await list(service, { filter: { text: '50%_OFF', ...filter }, order: { by: 'NAME' } }));
    expect(await found({})).toEqual(['one', 'three', 'two']);
    expect(await found({ tag: ['NIGHT'] })).toEqual(['one', 'two']);
    expect(await found({ tag: ['night', 'sweep'] })).toEqual(['one']);
    expect(await found({ status: ['RUNNING', 'FINISHED'] })).toEqual(['three']);
    expect(await found({ valAccuracyAtLeast: 0.8 })).toEqual(['three']);
    expect(await found({ valAccuracyAtLeast: 0.81 })).toEqual([]);
    expect(await found({ optimizer: ['sgd', 'adam'] })).toEqual(['one', 'three', 'two']);
    expect(await found({ optimizer: ['adam'] })).toEqual([]);
    expect(await found({ datasetKind: ['SAMPLE'] })).toHaveLength(3);
    expect(await found({ datasetKind: ['CSV', 'FLOWERS102'] })).toEqual([]);
    const [{ createdAt } = { createdAt: new Date() }] = await db
      .select()
      .from(experiments)
      .where(eq(experiments.id, ids.get('two')!));
    expect(await found({ createdAfter: createdAt.toISOString() })).toEqual(['three', 'two']);
    expect(await found({ createdBefore: createdAt.toISOString() })).toEqual(['one']);
    expect(first(await list(service, { filter: { text: 'sweep' } }))).toEqual(['one']);
  });

  test('refuses what is no page, no cursor of its order and no filter, and says what is', async (context) => {
    const { service } = serviceOn(opened(context));
    const page = await list(service, { first: 1 });
    const cursor = page.pageInfo.endCursor;
    await expect(list(service, { first: 1, last: 1 })).rejects.toThrow(/give one/);
    await expect(list(service, { last: 101 })).rejects.toThrow(/last is 101; wanted 1 to 100/);
    await expect(list(service, { after: cursor, order: { by: 'NAME' } })).rejects.toThrow(/ordered by NAME/);
    for (const value of [['CREATED', 'yesterday', orderedId()], ['CREATED', 1, 'x'], [], 'x', null]) {
      const after = Buffer.from(JSON.stringify(value)).toString('base64url');
      await expect(list(service, { after })).rejects.toThrow(/not a cursor/);
    }
    const after = Buffer.from(JSON.stringify(['STATUS', 'DONE', orderedId()])).toString('base64url');
    await expect(list(service, { after, order: { by: 'STATUS' } })).rejects.toThrow(/not a cursor/);
    await expect(list(service, { filter: { tag: [] } })).rejects.toThrow(/filter.tag has 0 entries/);
    await expect(list(service, { filter: { text: 'a\0b' } })).rejects.toThrow(/NUL/);
  });

  test('reads a page with its tags, seeds and labels in as many statements as one experiment', async (context) => {
    const database = opened(context);
    for (let index = 0; index < 3; index++) await anExperiment(database.db);
    const count = async (length: number) => {
      let statements = 0;
      const db = new Proxy(database.db, {
        get: (target, name, receiver) => {
          if (name === 'select' || name === 'execute') statements++;
          return Reflect.get(target, name, receiver);
        },
      });
      await ask(
        { ...serviceOn(database).service, db },
        `{ experiments(first: ${length}) { totalCount edges { cursor node { tags seeds settings { dropout } runs { label } } } } }`,
      );
      return statements;
    };
    // The page, the count, tags, runs (for seeds and for the runs, and again for labels) and contenders.
    expect(await count(3)).toBe(await count(1));
    expect(await count(3)).toBeLessThanOrEqual(6);
  });

  test('finds experiments, runs, contenders and events by their ids alone, in the order asked', async (context) => {
    const database = opened(context);
    const { service } = serviceOn(database);
    const { experiment, runs } = await anExperiment(database.db, { contenders: 1 });
    await recordEpoch(database.db, await claimed(database.db, runs[0]!), epochReport(1));
    const { run } = await ask<{ run: { events: { id: string }[]; contender: { id: string } } }>(
      service,
      'query ($id: ID!) { run(id: $id) { events { id } contender { id } } }',
      { id: runs[0]!.id },
    );
    const ids = [
      run.events[0]!.id,
      run.contender.id,
      orderedId(),
      runs[0]!.id.toUpperCase(),
      'x',
      experiment.id,
    ];
    const { nodes, node } = await ask<{ nodes: unknown[]; node: unknown }>(
      service,
      `query ($ids: [ID!]!, $id: ID!) {
        nodes(ids: $ids) { __typename ... on Experiment { epochs } ... on Contender { label } ... on Run { seed } ... on Event { kind } }
        node(id: $id) { __typename id }
      }`,
      { ids, id: experiment.id },
    );
    expect(nodes).toEqual([
      { __typename: 'Event', kind: 'CHECKPOINT' },
      { __typename: 'Contender', label: 'SGD' },
      null,
      { __typename: 'Run', seed: 1 },
      null,
      { __typename: 'Experiment', epochs: 3 },
    ]);
    expect(node).toEqual({ __typename: 'Experiment', id: experiment.id });
  });
});
