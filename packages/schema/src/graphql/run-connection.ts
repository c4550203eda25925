import { countsOf, NO_OWNER, pagesOf } from '../store/keyset.ts';
import { type RUN_ORDERS, type RunFilter, runListing, runSorting } from '../store/list-runs.ts';
import { builder } from './builder.ts';
import { connectionOf, PAGING, windowOf } from './connection.ts';
import { Event } from './event.ts';
import { RunOrigin } from './exchange.ts';
import { OrderDirection } from './experiment-connection.ts';
import { boundsOf, checkFilter, MetricBoundRef } from './list-filter.ts';
import { Run, RunStatus } from './run.ts';

const RunFilterRef = builder.inputType('RunFilter', {
  description: 'What a run must be to be listed: all of what is given.',
  fields: (t) => ({
    status: t.field({ type: [RunStatus], description: 'Any of these.' }),
    optimizer: t.stringList({ description: 'Names of optimizers: any of these.' }),
    experiment: t.idList({ description: 'Ids of experiments: any of these.' }),
    contender: t.idList({ description: 'Ids of contenders: any of these.' }),
    seed: t.intList({ description: 'Any of these.' }),
    origin: t.field({ type: [RunOrigin], description: 'Any of these.' }),
    author: t.idList({ description: 'Ids of members: made by any of these.' }),
    dataset: t.stringList({ description: 'Ids or labels of data sets: any of these.' }),
    tag: t.stringList({ description: 'Its experiment has all of these.' }),
    startedAfter: t.field({ type: 'DateTime', description: 'At this time or later.' }),
    startedBefore: t.field({ type: 'DateTime' }),
    finishedAfter: t.field({ type: 'DateTime', description: 'At this time or later.' }),
    finishedBefore: t.field({ type: 'DateTime' }),
    metric: t.field({ type: [MetricBoundRef], description: 'All of these, each in any epoch.' }),
  }),
});

const RunOrderRef = builder.inputType('RunOrder', {
  fields: (t) => ({
    by: t.field({
      type: builder.enumType('RunOrderField', {
        values: {
          CREATED: {},
          STARTED: { description: 'What has not begun counts as latest.' },
          FINISHED: { description: 'What has not ended counts as latest.' },
          BEST_VAL_ACCURACY: { description: 'Without any epoch it counts as lowest.' },
          BEST_VAL_LOSS: { description: 'Without any epoch it counts as highest.' },
          LAST_EPOCH: {},
          STATUS: { description: 'In the order of the enum: queued first.' },
        } satisfies Record<(typeof RUN_ORDERS)[number], object>,
      }),
      required: true,
    }),
    direction: t.field({ type: OrderDirection, required: true, defaultValue: 'ASCENDING' }),
  }),
});

builder.queryField('runs', (t) =>
  t.field({
    type: connectionOf('Run', Run),
    description: `Runs of all experiments that are not deleted, the newest first where no order is given. ${PAGING}`,
    args: {
      first: t.arg.int(),
      after: t.arg.string(),
      last: t.arg.int(),
      before: t.arg.string(),
      filter: t.arg({ type: RunFilterRef }),
      order: t.arg({ type: RunOrderRef }),
    },
    resolve: async (_root, { filter, order, ...asked }, { db }) => {
      const sorting = runSorting(order?.by ?? 'CREATED');
      const rises = order == null ? false : order.direction === 'ASCENDING';
      const listing = runListing(filterOf(filter ?? {}), sorting, rises);
      const pages = await pagesOf(db, listing, [NO_OWNER], windowOf(asked, sorting));
      return {
        page: pages.get(NO_OWNER)!,
        total: async () => (await countsOf(db, listing, [NO_OWNER])).get(NO_OWNER) ?? 0,
      };
    },
  }),
);

builder.objectField(Event, 'run', (t) =>
  t.field({
    type: Run,
    resolve: async ({ runId }, _args, { load }) => (await load.run(runId))!,
  }),
);

function filterOf(given: typeof RunFilterRef.$inferInput): RunFilter {
  const { status, optimizer, experiment, contender, seed, origin, author, dataset, tag, metric } = given;
  checkFilter({ status, optimizer, experiment, contender, seed, origin, author, dataset, tag, metric });
  return {
    status: status ?? null,
    optimizer: optimizer ?? null,
    experiment: experiment ?? null,
    contender: contender ?? null,
    seed: seed ?? null,
    origin: origin ?? null,
    author: author ?? null,
    dataset: dataset ?? null,
    tags: tag ?? null,
    startedAfter: given.startedAfter ?? null,
    startedBefore: given.startedBefore ?? null,
    finishedAfter: given.finishedAfter ?? null,
    finishedBefore: given.finishedBefore ?? null,
    metrics: boundsOf(metric),
  };
}
