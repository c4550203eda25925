'use client';

import { useCallback, useEffect, useState } from 'react';
import { useClient } from 'urql';
import { type ComparisonPage, PAGE_SIZE, pageFrom, withNextPage } from '../comparison/comparison-page.ts';
import { ExperimentsDocument } from '../graphql/generated/graphql.ts';
import { filterOf, isSearching, orderOf, type Search } from '../home/search.ts';

export interface Found {
  /** What was found last; null before the first answer. */
  readonly page: ComparisonPage | null;
  readonly request: 'idle' | 'loading' | 'failed';
  loadMore(): Promise<void>;
}

/** Whoever types is asked for once they pause. */
const TYPING_MS = 200;

/** What a search finds; what was found before stays in sight until then. */
export function useFound(search: Search): Found {
  const client = useClient();
  const [page, setPage] = useState<ComparisonPage | null>(null);
  const [request, setRequest] = useState<Found['request']>('idle');
  const { text, status, order } = search;

  const load = useCallback(
    async (after: string | null) => {
      const asked = { text, status, order };
      const variables = { first: PAGE_SIZE, after, filter: filterOf(asked), order: orderOf(asked) };
      const { data } = await client.query(ExperimentsDocument, variables, { requestPolicy: 'network-only' });
      return data ? pageFrom(data.experiments) : null;
    },
    [client, text, status, order],
  );

  useEffect(() => {
    if (!isSearching({ text, status, order })) {
      setPage(null);
      return;
    }
    let left = false;
    setRequest('loading');
    const timer = setTimeout(async () => {
      const found = await load(null);
      if (left) return;
      if (found) setPage(found);
      setRequest(found ? 'idle' : 'failed');
    }, TYPING_MS);
    return () => {
      left = true;
      clearTimeout(timer);
    };
  }, [load, text, status, order]);

  const loadMore = useCallback(async () => {
    setRequest('loading');
    const next = await load(page?.endCursor ?? null);
    if (next) setPage((before) => (before ? withNextPage(before, next) : next));
    setRequest(next ? 'idle' : 'failed');
  }, [load, page?.endCursor]);

  return { page, request, loadMore };
}
