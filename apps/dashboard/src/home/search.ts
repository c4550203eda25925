import type { ExperimentFilter, ExperimentOrder } from '../graphql/generated/graphql.ts';

/** What a reader looks for in the list, as it stands in the page's address. */
export interface Search {
  /** Part of a name, of a contender's label or of a tag. */
  readonly text: string;
  readonly status: keyof typeof STATUS_TEXT;
  readonly order: keyof typeof ORDER_TEXT;
}

export const STATUS_TEXT = {
  any: 'Any state',
  open: 'Under way',
  finished: 'Finished',
  stopped: 'Cancelled or failed',
  deleted: 'Deleted',
} as const;

export const ORDER_TEXT = {
  newest: 'Newest first',
  oldest: 'Oldest first',
  best: 'Best val_accuracy first',
  name: 'By name',
} as const;

export const NO_SEARCH: Search = { text: '', status: 'any', order: 'newest' };

export function isSearching({ text, status, order }: Search): boolean {
  return text.trim() !== '' || status !== 'any' || order !== 'newest';
}

export function filterOf({ text, status }: Search): ExperimentFilter {
  return {
    ...(text.trim() !== '' && { text: text.trim() }),
    ...(status === 'open' && { status: ['QUEUED', 'RUNNING', 'PAUSED'] }),
    ...(status === 'finished' && { status: ['FINISHED'] }),
    ...(status === 'stopped' && { status: ['CANCELLED', 'FAILED'] }),
    ...(status === 'deleted' && { deleted: true }),
  };
}

const ORDERS: Readonly<Record<Search['order'], ExperimentOrder>> = {
  newest: { by: 'CREATED', direction: 'DESCENDING' },
  oldest: { by: 'CREATED', direction: 'ASCENDING' },
  best: { by: 'BEST_VAL_ACCURACY', direction: 'DESCENDING' },
  name: { by: 'NAME', direction: 'ASCENDING' },
};

export function orderOf({ order }: Search): ExperimentOrder {
  return ORDERS[order];
}

/** What an address asks for; what it does not name, or names wrongly, is not asked for. */
export function searchFrom(parameters: { get(name: string): string | null }): Search {
  const status = parameters.get('status') ?? '';
  const order = parameters.get('order') ?? '';
  return {
    text: (parameters.get('find') ?? '').slice(0, 200),
    status: isKey(STATUS_TEXT, status) ? status : NO_SEARCH.status,
    order: isKey(ORDER_TEXT, order) ? order : NO_SEARCH.order,
  };
}

export function addressOfSearch({ text, status, order }: Search): string {
  const parameters = new URLSearchParams();
  if (text !== '') parameters.set('find', text);
  if (status !== NO_SEARCH.status) parameters.set('status', status);
  if (order !== NO_SEARCH.order) parameters.set('order', order);
  const query = parameters.toString();
  return query === '' ? '' : `?${query}`;
}

function isKey<Keys extends object>(of: Keys, key: string | number | symbol): key is keyof Keys {
  return Object.hasOwn(of, key);
}
