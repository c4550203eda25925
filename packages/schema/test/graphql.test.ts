import type { EpochMetrics } from '@optiscope/trainer';
import { type ExecutionResult, graphql } from 'graphql';
import { expect, test } from 'vitest';
import { LOCAL_CALLER } from '../src/access/viewer.ts';
import type { OpenDatabase } from '../src/database/database.ts';
import { ChangeFeed } from '../src/feed/change-feed.ts';
import { operationContext, type Service } from '../src/graphql/context.ts';
import { schema } from '../src/graphql/schema.ts';
import { recordEpoch } from '../src/store/record-epoch.ts';
import { describeOnBoth } from './databases.ts';
import { anExperiment, claimed, epochReport } from './fixtures.ts';

async function serviceOn({ db }: OpenDatabase, enqueued: string[] = []): Promise<Service> {
  return {
    db,
    feed: new ChangeFeed(),
    enqueue: async (_tx, runIds) => {
      enqueued.push(...runIds);
    },
    server: { version: '1', database: 'pglite', workers: 2 },
  };
}

async function ask<Answer = unknown>(
  service: Service,
  source: string,
  variableValues: Record<string, unknown> = {},
): Promise<Answer> {
  const result: ExecutionResult = await graphql({
    schema,
    source,
    variableValues,
    contextValue: operationContext(service),
  });
  if (result.errors) throw new AggregateError(result.errors, result.errors.join('\n'));
  return JSON.parse(JSON.stringify(result.data));
}

const CREATE = `
  mutation ($input: CreateExperimentInput!) {
    createExperiment(input: $input) {
      ... on Experiment { id cursor status runs { id contender { label learningRate } } }
      ... on InvalidInput { problems { field message } }
    }
  }`;

interface Created {
  createExperiment: { id: string; runs: { id: string }[] };
}

interface Page {
  experiments: { nodes: { id: string }[]; pageInfo: { endCursor: string } };
}

describeOnBoth('GraphQL', (opened) => {
  test('creates once for one key, also when both requests come at once, and queues each run once', async (context) => {
    const enqueued: string[] = [];
    const service = await serviceOn(opened(context), enqueued);
    const input = { idempotencyKey: 'key of this test', epochs: 2 };
    const created = await Promise.all([1, 2, 3].map(() => ask<Created>(service, CREATE, { input })));
    const again = await ask(service, CREATE, { input: { ...input, datasetPath: '/gone/by/now' } });
    const [first] = created;
    expect([...created, again]).toEqual(Array.from({ length: 4 }, () => first));
    expect(first!.createExperiment.runs).toHaveLength(6);
    expect(enqueued).toEqual(first!.createExperiment.runs.map(({ id }) => id));
  });

  test('answers wrong input with all problems as data, and makes nothing', async (context) => {
    const enqueued: string[] = [];
    const service = await serviceOn(opened(context), enqueued);
    const input = { epochs: 0, batchSize: 5000, contenders: [{ optimizer: 'newton' }] };
    expect(await ask(service, CREATE, { input })).toMatchObject({
      createExperiment: {
        problems: [{ field: 'contenders.0.optimizer' }, { field: 'batchSize' }, { field: 'epochs' }],
      },
    });
    expect(enqueued).toEqual([]);
  });

  test('keeps NaN and both infinities apart from epoch row to answer, in epochs and in series', async (context) => {
    const database = opened(context);
    const service = await serviceOn(database);
    const { runs } = await anExperiment(database.db);
    const claim = await claimed(database.db, runs[0]!);
    const odd: Partial<EpochMetrics>[] = [
      { loss: Number.NaN, valLoss: Number.POSITIVE_INFINITY },
      { loss: Number.NEGATIVE_INFINITY, valLoss: 5e-324 },
      { loss: 0.1, valLoss: 1.7976931348623157e308 },
    ];
    for (const [index, over] of odd.entries())
      await recordEpoch(database.db, claim, epochReport(index + 1, over));
    const answer = await ask(
      service,
      `query ($id: ID!) {
        run(id: $id) {
          epochs { epoch loss valLoss nonFinite { metric kind } }
          series(metrics: [VAL_LOSS, LOSS]) { metric epochs values nonFinite { epoch kind } }
          after: series(metrics: [LOSS], after: 2) { epochs values }
        }
      }`,
      { id: runs[0]!.id },
    );
    expect(answer).toEqual({
      run: {
        epochs: [
          {
            epoch: 1,
            loss: null,
            valLoss: null,
            nonFinite: [
              { metric: 'LOSS', kind: 'NAN' },
              { metric: 'VAL_LOSS', kind: 'POS_INF' },
            ],
          },
          { epoch: 2, loss: null, valLoss: 5e-324, nonFinite: [{ metric: 'LOSS', kind: 'NEG_INF' }] },
          { epoch: 3, loss: 0.1, valLoss: 1.7976931348623157e308, nonFinite: [] },
        ],
        series: [
          {
            metric: 'VAL_LOSS',
            epochs: [1, 2, 3],
            values: [null, 5e-324, 1.7976931348623157e308],
            nonFinite: [{ epoch: 1, kind: 'POS_INF' }],
          },
          {
            metric: 'LOSS',
            epochs: [1, 2, 3],
            values: [null, null, 0.1],
            nonFinite: [
              { epoch: 1, kind: 'NAN' },
              { epoch: 2, kind: 'NEG_INF' },
            ],
          },
        ],
        after: [{ epochs: [3], values: [0.1] }],
      },
    });
  });

  test('lists experiments newest first, page by page, each once', async (context) => {
    const database = opened(context);
    const service = await serviceOn(database);
    const made: string[] = [];
    for (let index = 0; index < 5; index++) made.push((await anExperiment(database.db)).experiment.id);
    const listed: string[] = [];
    for (let after: string | null = null; listed.length < 5; ) {
      const { experiments }: Page = await ask<Page>(
        service,
        'query ($after: String) { experiments(first: 2, after: $after) { nodes { id } pageInfo { endCursor hasNextPage } totalCount } }',
        { after },
      );
      listed.push(...experiments.nodes.map(({ id }) => id));
      after = experiments.pageInfo.endCursor;
    }
    expect(listed.slice(0, 5)).toEqual(made.toReversed());
    await expect(ask(service, '{ experiments(first: 101) { totalCount } }')).rejects.toThrow(
      /wanted 1 to 100/,
    );
    await expect(ask(service, '{ experiments(after: "x") { totalCount } }')).rejects.toThrow(/not a cursor/);
  });

  test('reads a page of experiments with their runs, contenders, epochs and events in as many statements as for one', async (context) => {
    const database = opened(context);
    const service = await serviceOn(database);
    for (let index = 0; index < 3; index++) {
      const { runs } = await anExperiment(database.db);
      for (const run of runs) await recordEpoch(database.db, await claimed(database.db, run), epochReport(1));
    }
    const page = (first: number) =>
      `{ experiments(first: ${first}) { nodes {
        contenders { label optimizer { label } }
        runs { contender { label } experiment { name } epochs { loss } series(metrics: [LOSS]) { values } events { kind } }
        events { kind }
      } } }`;
    const count = async (first: number) => {
      let statements = 0;
      const counting = new Proxy(database.db, {
        get: (target, name, receiver) => {
          if (name === 'select' || name === 'execute') statements++;
          return Reflect.get(target, name, receiver);
        },
      });
      await ask({ ...service, db: counting }, page(first));
      return statements;
    };
    expect(await count(3)).toBe(await count(1));
  });

  test('answers null for a run or an experiment that does not exist', async (context) => {
    const service = await serviceOn(opened(context));
    expect(await ask(service, '{ run(id: "x") { id } experiment(id: "1; drop table runs") { id } }')).toEqual(
      {
        run: null,
        experiment: null,
      },
    );
  });
});

test('offers every optimizer and preset with its ranges and defaults, without a database', async () => {
  const answer = await graphql({
    schema,
    source: `{
      optimizers { name label summary hyperparameters { name default min exclusiveMin max exclusiveMax integer } }
      presets { id contenders { optimizer { name } learningRate hyperparameters { name value } } }
    }`,
    contextValue: LOCAL_CALLER,
  });
  expect(answer.errors).toBeUndefined();
  expect(answer.data).toMatchObject({
    presets: expect.arrayContaining([expect.objectContaining({ id: 'six-optimizers' })]),
  });
});
