import { isId } from '../ordered-id.ts';
import { countsOf, pagesOf } from '../store/keyset.ts';
import {
  type AnnotationFilter,
  type AnnotationOrder,
  annotationListing,
  annotationSorting,
} from '../store/list-annotations.ts';
import { AnnotatedMetric, Annotation, AnnotationAxis } from './annotation.ts';
import { builder } from './builder.ts';
import { badInput, connectionOf, PAGING, windowOf } from './connection.ts';
import { Experiment } from './experiment.ts';
import { OrderDirection } from './experiment-connection.ts';
import { checkFilter } from './list-filter.ts';

const AnnotationConnection = connectionOf('Annotation', Annotation);

const AnnotationFilterRef = builder.inputType('AnnotationFilter', {
  description: 'What an annotation must be to be listed: all of what is given.',
  fields: (t) => ({
    resolved: t.boolean({ description: 'True: dealt with; false: open.' }),
    author: t.idList({ description: 'Ids of members: by any of these.' }),
    metric: t.field({ type: [AnnotatedMetric], description: 'About any of these.' }),
    axis: t.field({ type: AnnotationAxis }),
    from: t.float({ description: 'Reaches to this place or beyond it.' }),
    to: t.float({ description: 'Begins at this place or before it.' }),
    contender: t.id({ description: 'About this contender, or about all.' }),
    seed: t.int({ description: 'About this seed, or about all.' }),
    text: t.string({ description: 'Part of what it says, whatever the case.' }),
    deleted: t.boolean({ description: 'True lists deleted ones, and no others.' }),
  }),
});

const AnnotationOrderRef = builder.inputType('AnnotationOrder', {
  fields: (t) => ({
    by: t.field({
      type: builder.enumType('AnnotationOrderField', {
        values: {
          CREATED: {},
          PLACE: { description: 'Where it stands; what stands nowhere comes last.' },
        } satisfies Record<AnnotationOrder, object>,
      }),
      required: true,
    }),
    direction: t.field({ type: OrderDirection, required: true, defaultValue: 'ASCENDING' }),
  }),
});

builder.objectField(Experiment, 'annotations', (t) =>
  t.field({
    type: AnnotationConnection,
    description: `What the team noted on it, the oldest first where no order is given. ${PAGING}`,
    args: {
      first: t.arg.int(),
      after: t.arg.string(),
      last: t.arg.int(),
      before: t.arg.string(),
      filter: t.arg({ type: AnnotationFilterRef }),
      order: t.arg({ type: AnnotationOrderRef }),
    },
    resolve: async ({ id }, { filter: given, order, ...asked }, { db, load }) => {
      const sorting = annotationSorting(order?.by ?? 'CREATED');
      const listing = annotationListing(filterOf(given ?? {}), sorting, order?.direction !== 'DESCENDING');
      const window = windowOf(asked, sorting);
      const name = JSON.stringify(['annotations', given, order, window]);
      const page = await load.like(name, id, (ids) => pagesOf(db, listing, ids, window));
      return {
        page: page!,
        total: async () => (await load.like(`count ${name}`, id, (ids) => countsOf(db, listing, ids))) ?? 0,
      };
    },
  }),
);

function filterOf(given: typeof AnnotationFilterRef.$inferInput): AnnotationFilter {
  checkFilter({ author: given.author, metric: given.metric }, [given.text, given.contender]);
  if (given.contender != null && !isId(given.contender)) {
    throw badInput(`filter.contender is ${given.contender}, which is no id.`);
  }
  return {
    resolved: given.resolved ?? null,
    author: given.author?.map((id) => id.toLowerCase()) ?? null,
    metric: given.metric ?? null,
    axis: given.axis ?? null,
    from: given.from ?? null,
    to: given.to ?? null,
    contenderId: given.contender ?? null,
    seed: given.seed ?? null,
    text: given.text ?? null,
    deleted: given.deleted ?? false,
  };
}
