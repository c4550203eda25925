import { isNull, sql } from 'drizzle-orm';
import type { Page } from '../store/keyset.ts';
import { pagesOf } from '../store/keyset.ts';
import {
  type DatasetTold,
  datasetLabel,
  datasetOf,
  datasetsFound,
  datasetsWithIds,
  isSourceId,
  type SourceOf,
  sourceIdOf,
  usedDatasets,
  usedWeights,
  usesOf,
  type WeightsTold,
  weightsLabel,
  weightsOf,
  weightsWithIds,
} from '../store/sources.ts';
import { type ExperimentRow, experiments } from '../tables/experiment.ts';
import { builder } from './builder.ts';
import { badInput, type Connected, connectionOf, PAGING, type PageAsked, windowOf } from './connection.ts';
import type { Context } from './context.ts';
import { Experiment } from './experiment.ts';
import { type Identified, Node, nodesOfType } from './node.ts';
import { DatasetSource, SourceKind, WeightsSource } from './source.ts';

const MOST_EXPERIMENTS = 100;

const EXPERIMENTS =
  'The newest experiments that use it, the newest first, at most 100. `experiments(filter: { dataset: … })` pages through all of a data set.';

const Dataset = builder.objectRef<DatasetTold>('Dataset').implement({
  interfaces: [Node],
  description:
    "Images that experiments train on: told by where they are. How they are split is the experiment's.",
  fields: (t) => ({
    kind: t.expose('kind', { type: SourceKind }),
    label: t.string({ description: 'What to call it on screen.', resolve: datasetLabel }),
    path: t.exposeString('path', {
      nullable: true,
      description: 'Null for the sample, and where it is fetched.',
    }),
    classes: t.int({
      nullable: true,
      description: 'As the newest run found them; null before the first.',
      resolve: async ({ id }, _args, context) => (await foundIn(context, id))?.classes ?? null,
    }),
    images: t.int({
      nullable: true,
      description:
        'For training and validation together, as the newest run found them; null before the first.',
      resolve: async ({ id }, _args, context) => (await foundIn(context, id))?.images ?? null,
    }),
    skippedImages: t.int({
      nullable: true,
      description: 'Images that could not be read, likewise.',
      resolve: async ({ id }, _args, context) => (await foundIn(context, id))?.skippedImages ?? null,
    }),
    experimentCount: t.int({
      description: 'How many experiments use it.',
      resolve: async ({ id }, _args, context) => (await usesFor(context, 'data', id))?.experiments ?? 0,
    }),
    lastUsedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the newest of them was made.',
      resolve: async ({ id }, _args, context) => (await usesFor(context, 'data', id))?.lastUsedAt ?? null,
    }),
    experiments: t.field({
      type: [Experiment],
      description: EXPERIMENTS,
      args: { first: t.arg.int({ required: true, defaultValue: 20 }) },
      resolve: ({ id }, { first }, context) => experimentsWith(context, 'data', id, first),
    }),
  }),
});

const Weights = builder.objectRef<WeightsTold>('Weights').implement({
  interfaces: [Node],
  description: 'Where the backbone that experiments begin with comes from.',
  fields: (t) => ({
    kind: t.expose('kind', { type: SourceKind }),
    label: t.string({ description: 'What to call it on screen.', resolve: weightsLabel }),
    path: t.exposeString('path', {
      nullable: true,
      description: "Null for the sample's backbone, and where it is fetched.",
    }),
    experimentCount: t.int({
      description: 'How many experiments use it.',
      resolve: async ({ id }, _args, context) => (await usesFor(context, 'weights', id))?.experiments ?? 0,
    }),
    lastUsedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the newest of them was made.',
      resolve: async ({ id }, _args, context) => (await usesFor(context, 'weights', id))?.lastUsedAt ?? null,
    }),
    experiments: t.field({
      type: [Experiment],
      description: 'The newest experiments that use it, the newest first, at most 100.',
      args: { first: t.arg.int({ required: true, defaultValue: 20 }) },
      resolve: ({ id }, { first }, context) => experimentsWith(context, 'weights', id, first),
    }),
  }),
});

nodesOfType('Dataset', ({ db }, ids) => datasetsWithIds(db, ids));
nodesOfType('Weights', ({ db }, ids) => weightsWithIds(db, ids));

builder.objectField(DatasetSource, 'node', (t) =>
  t.field({ type: Dataset, description: 'The data set itself, whoever uses it.', resolve: datasetOf }),
);
builder.objectField(WeightsSource, 'node', (t) =>
  t.field({ type: Weights, description: 'The weights themselves, whoever uses them.', resolve: weightsOf }),
);

const ARGS = 'In the order of their labels. ';

builder.queryField('datasets', (t) =>
  t.field({
    type: connectionOf('Dataset', Dataset),
    description: `The data sets that experiments use. ${ARGS}${PAGING}`,
    args: { first: t.arg.int(), after: t.arg.string(), last: t.arg.int(), before: t.arg.string() },
    resolve: async (_root, asked, { db }) => inLabelOrder(await usedDatasets(db), datasetLabel, asked),
  }),
);

builder.queryField('weights', (t) =>
  t.field({
    type: connectionOf('Weights', Weights),
    description: `The weights that experiments begin with. ${ARGS}${PAGING}`,
    args: { first: t.arg.int(), after: t.arg.string(), last: t.arg.int(), before: t.arg.string() },
    resolve: async (_root, asked, { db }) => inLabelOrder(await usedWeights(db), weightsLabel, asked),
  }),
);

/** A page of what is few enough to be sorted here. */
function inLabelOrder<Row extends Identified>(
  rows: readonly Row[],
  labelOf: (row: Row) => string,
  asked: PageAsked,
): Connected<Row> {
  const sorting = { by: 'LABEL', key: sql`label`, type: 'text', isId: isSourceId } as const;
  const { limit, after, before, fromEnd } = windowOf(asked, sorting);
  const keyOf = (value: string | number | null, id: string): string =>
    `${String(value).toLowerCase()}\0${id}`;
  const within = rows
    .map((row) => ({ row, place: { by: sorting.by, value: labelOf(row), id: row.id } }))
    .map((placed) => ({ placed, key: keyOf(placed.place.value, placed.place.id) }))
    .filter(
      ({ key }) =>
        (after === null || key > keyOf(after.value, after.id)) &&
        (before === null || key < keyOf(before.value, before.id)),
    )
    .sort((one, other) => (one.key < other.key ? -1 : 1))
    .map(({ placed }) => placed);
  const more = within.length > limit;
  const page: Page<Row> = {
    rows: fromEnd ? within.slice(-limit) : within.slice(0, limit),
    hasNextPage: fromEnd ? before !== null : more,
    hasPreviousPage: fromEnd ? more : after !== null,
  };
  return { page, total: async () => rows.length };
}

async function foundIn({ db, load }: Context, id: string) {
  return await load.like('data sets found', id, (ids) => datasetsFound(db, ids));
}

async function usesFor({ db, load }: Context, of: SourceOf, id: string) {
  return await load.like(`uses of ${of}`, id, (ids) => usesOf(db, of, ids));
}

async function experimentsWith(
  { db, load }: Context,
  of: SourceOf,
  id: string,
  first: number,
): Promise<ExperimentRow[]> {
  if (first < 1 || first > MOST_EXPERIMENTS) {
    throw badInput(`first is ${first}; wanted 1 to ${MOST_EXPERIMENTS}.`);
  }
  const page = await load.like(`experiments with ${of} ${first}`, id, (ids) =>
    pagesOf(
      db,
      {
        table: experiments,
        owner: sourceIdOf(of),
        conditions: [isNull(experiments.deletedAt)],
        sorting: { by: 'CREATED', key: null, type: 'text' },
        rises: false,
      },
      ids,
      { limit: first, after: null, before: null, fromEnd: false },
    ),
  );
  return page?.rows.map(({ row }) => row) ?? [];
}
