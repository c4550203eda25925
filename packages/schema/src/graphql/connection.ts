import { GraphQLError } from 'graphql';
import { type Page, type Place, placeFrom, placeText, type Sorting, type Window } from '../store/keyset.ts';
import { builder } from './builder.ts';
import { PageInfo } from './page-info.ts';

const MOST_ROWS = 100;
const DEFAULT_LENGTH = 20;

/** A page and how many rows there are on all pages, which is counted only for whoever asks. */
export interface Connected<Row> {
  readonly page: Page<Row>;
  readonly total: () => Promise<number>;
}

interface Edge<Row> {
  readonly row: Row;
  readonly place: Place;
}

type ObjectRef<Row extends object> = ReturnType<ReturnType<typeof builder.objectRef<Row>>['implement']>;

/** The connection type of a node type, and its edges. */
export function connectionOf<Row extends object>(name: string, node: ObjectRef<Row>) {
  const edge = builder.objectRef<Edge<Row>>(`${name}Edge`).implement({
    fields: (t) => ({
      cursor: t.string({
        description: 'Of this order; stays good when its node changes or is deleted.',
        resolve: ({ place }) => placeText(place),
      }),
      node: t.field({ type: node, resolve: ({ row }) => row as never }),
    }),
  });
  return builder.objectRef<Connected<Row>>(`${name}Connection`).implement({
    fields: (t) => ({
      edges: t.field({ type: [edge], resolve: ({ page }) => [...page.rows] }),
      nodes: t.field({ type: [node], resolve: ({ page }) => page.rows.map(({ row }) => row) as never }),
      pageInfo: t.field({
        type: PageInfo,
        resolve: ({ page: { rows, hasNextPage, hasPreviousPage } }) => ({
          hasNextPage,
          hasPreviousPage,
          startCursor: textOf(rows.at(0)),
          endCursor: textOf(rows.at(-1)),
        }),
      }),
      totalCount: t.int({
        description: 'How many pass the filter, on all pages.',
        resolve: ({ total }) => total(),
      }),
    }),
  });
}

function textOf(row: { readonly place: Place } | undefined): string | null {
  return row === undefined ? null : placeText(row.place);
}

/** What a list is asked for by, besides its filter and order. */
export interface PageAsked {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly last?: number | null | undefined;
  readonly before?: string | null | undefined;
}

/** For the descriptions of lists. */
export const PAGING =
  'At most 100 at once: the `first` after a cursor, or the `last` before one; 20 where neither is given.';

/** The arguments as a part of the list; throws what can be mended by whoever asks. */
export function windowOf({ first, after, last, before }: PageAsked, sorting: Sorting): Window {
  if (first != null && last != null) {
    throw badInput('Both first and last are given; give one: first pages forwards, last backwards.');
  }
  const limit = first ?? last ?? DEFAULT_LENGTH;
  if (limit < 1 || limit > MOST_ROWS) {
    throw badInput(`${last == null ? 'first' : 'last'} is ${limit}; wanted 1 to ${MOST_ROWS}.`);
  }
  const place = (name: string, text: string | null | undefined): Place | null => {
    if (text == null) return null;
    const found = placeFrom(text, sorting);
    if (found !== null) return found;
    throw badInput(
      `${name} is not a cursor of this order; pass one of a page that was ordered by ${sorting.by}.`,
    );
  };
  return {
    limit,
    after: place('after', after),
    before: place('before', before),
    fromEnd: last != null,
  };
}

export function badInput(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });
}
