import {
  type Cursor,
  countExperiments,
  cursorFrom,
  cursorText,
  type Filter,
  type Listed,
  listExperiments,
  type ORDERS,
  type Order,
  type Page,
} from '../store/list-experiments.ts';
import { builder } from './builder.ts';
import { badInput } from './connection.ts';
import { Experiment, ExperimentStatus } from './experiment.ts';
import { boundsOf, checkFilter, MetricBoundRef } from './list-filter.ts';
import { PageInfo } from './page-info.ts';
import { DatasetKind } from './source.ts';

const MOST_EXPERIMENTS = 100;
const DEFAULT_LENGTH = 20;

const ExperimentEdge = builder.objectRef<Listed>('ExperimentEdge').implement({
  fields: (t) => ({
    cursor: t.string({
      description: 'Of this order; stays good when the experiment changes or is deleted.',
      resolve: ({ cursor }) => cursorText(cursor),
    }),
    node: t.field({ type: Experiment, resolve: ({ experiment }) => experiment }),
  }),
});

const ExperimentConnection = builder
  .objectRef<{ page: Page; filter: Filter }>('ExperimentConnection')
  .implement({
    fields: (t) => ({
      edges: t.field({ type: [ExperimentEdge], resolve: ({ page }) => [...page.listed] }),
      nodes: t.field({
        type: [Experiment],
        resolve: ({ page }) => page.listed.map(({ experiment }) => experiment),
      }),
      pageInfo: t.field({
        type: PageInfo,
        resolve: ({ page }) => ({
          ...page,
          startCursor: cursorOf(page.listed.at(0)),
          endCursor: cursorOf(page.listed.at(-1)),
        }),
      }),
      totalCount: t.int({
        description: 'How many pass the filter, on all pages.',
        resolve: ({ filter }, _args, { db }) => countExperiments(db, filter),
      }),
    }),
  });

const ExperimentFilter = builder.inputType('ExperimentFilter', {
  description: 'What an experiment must be to be listed: all of what is given.',
  fields: (t) => ({
    status: t.field({ type: [ExperimentStatus], description: 'Any of these.' }),
    optimizer: t.stringList({ description: 'Names of optimizers: it has a contender with any of these.' }),
    datasetKind: t.field({ type: [DatasetKind], description: 'Any of these.' }),
    dataset: t.stringList({ description: 'Ids or labels of data sets: any of these.' }),
    tag: t.stringList({ description: 'All of these.' }),
    author: t.idList({ description: 'Ids of members: made by any of these.' }),
    createdAfter: t.field({ type: 'DateTime', description: 'At this time or later.' }),
    createdBefore: t.field({ type: 'DateTime', description: 'Before this time.' }),
    text: t.string({
      description: "Part of the name, of a contender's label or of a tag, whatever the case.",
    }),
    valAccuracyAtLeast: t.float({ description: '0 to 1: reached in any epoch of any run.' }),
    metric: t.field({ type: [MetricBoundRef], description: 'All of these, each in any epoch of any run.' }),
    deleted: t.boolean({ description: 'True lists deleted experiments, and no others.' }),
  }),
});

const ExperimentOrderField = builder.enumType('ExperimentOrderField', {
  values: {
    CREATED: {},
    NAME: {},
    BEST_VAL_ACCURACY: { description: 'Without any epoch it counts as lowest.' },
    BEST_VAL_LOSS: { description: 'Without any epoch it counts as highest.' },
    STATUS: { description: 'In the order of the enum: queued first.' },
  } satisfies Record<(typeof ORDERS)[number], object>,
});
export const OrderDirection = builder.enumType('OrderDirection', {
  values: ['ASCENDING', 'DESCENDING'] as const,
});

const ExperimentOrder = builder.inputType('ExperimentOrder', {
  fields: (t) => ({
    by: t.field({ type: ExperimentOrderField, required: true }),
    direction: t.field({ type: OrderDirection, required: true, defaultValue: 'ASCENDING' }),
  }),
});

builder.queryField('experiments', (t) =>
  t.field({
    type: ExperimentConnection,
    description:
      'Newest first where no order is given. At most 100 at once: the `first` after a cursor, or the `last` before one; 20 where neither is given.',
    args: {
      first: t.arg.int(),
      after: t.arg.string({ description: 'A cursor of the same order, such as the last `endCursor`.' }),
      last: t.arg.int(),
      before: t.arg.string({ description: 'A cursor of the same order, such as the last `startCursor`.' }),
      filter: t.arg({ type: ExperimentFilter }),
      order: t.arg({ type: ExperimentOrder }),
    },
    resolve: async (_root, { first, after, last, before, filter: given, order: asked }, { db }) => {
      if (first != null && last != null) {
        throw badInput('Both first and last are given; give one: first pages forwards, last backwards.');
      }
      const limit = first ?? last ?? DEFAULT_LENGTH;
      if (limit < 1 || limit > MOST_EXPERIMENTS) {
        const name = last == null ? 'first' : 'last';
        throw badInput(`${name} is ${limit}; wanted 1 to ${MOST_EXPERIMENTS}.`);
      }
      const order: Order = asked ?? { by: 'CREATED', direction: 'DESCENDING' };
      const filter = checkedFilter(given ?? {});
      const window = {
        limit,
        after: cursorAt('after', after, order),
        before: cursorAt('before', before, order),
        fromEnd: last != null,
      };
      return { filter, page: await listExperiments(db, filter, order, window) };
    },
  }),
);

function cursorOf(listed: Listed | undefined): string | null {
  return listed === undefined ? null : cursorText(listed.cursor);
}

function cursorAt(name: string, text: string | null | undefined, { by }: Order): Cursor | null {
  if (text == null) return null;
  const cursor = cursorFrom(text, by);
  if (cursor !== null) return cursor;
  throw badInput(`${name} is not a cursor of this order; pass one of a page that was ordered by ${by}.`);
}

function checkedFilter(given: typeof ExperimentFilter.$inferInput): Filter {
  const { status, optimizer, datasetKind, dataset, tag, author, metric, text } = given;
  checkFilter({ status, optimizer, datasetKind, dataset, tag, author, metric }, [text]);
  return {
    status: status ?? null,
    optimizer: optimizer ?? null,
    datasetKind: datasetKind ?? null,
    dataset: dataset ?? null,
    tags: tag ?? null,
    author: author ?? null,
    createdAfter: given.createdAfter ?? null,
    createdBefore: given.createdBefore ?? null,
    text: text ?? null,
    valAccuracyAtLeast: given.valAccuracyAtLeast ?? null,
    metrics: boundsOf(metric),
    deleted: given.deleted ?? false,
  };
}
