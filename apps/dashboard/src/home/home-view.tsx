'use client';

import { usePathname, useSearchParams } from 'next/navigation';
import { useMemo } from 'react';
import type { ComparisonPage } from '../comparison/comparison-page.ts';
import { ConnectionNote } from '../components/connection-note.tsx';
import { KeysHelp } from '../components/keys-help.tsx';
import type { HomeQuery } from '../graphql/generated/graphql.ts';
import { useFound } from '../hooks/use-found.ts';
import { useKeys } from '../hooks/use-keys.ts';
import { useLiveList } from '../hooks/use-live-list.ts';
import { ComparisonCard } from './comparison-card.tsx';
import { EmptyHome } from './empty-home.tsx';
import { addressOfSearch, isSearching, type Search, searchFrom } from './search.ts';
import { FIND_ID, SearchFields } from './search-fields.tsx';

/** All comparisons, newest first, or those that are looked for; before there is one, the way to the first. */
export function HomeView({
  initial,
  preset,
  now,
}: {
  initial: ComparisonPage;
  preset: HomeQuery['presets'][number] | null;
  now: number;
}) {
  const all = useLiveList(initial);
  const [search, setSearch] = useSearch();
  const found = useFound(search);
  useKeys({ '/': () => document.getElementById(FIND_ID)?.focus() });
  const searching = isSearching(search);
  if (all.page.comparisons.length === 0 && !searching) return <EmptyHome preset={preset} />;
  const { request, loadMore } = searching ? found : all;
  const page = searching ? found.page : all.page;
  return (
    <>
      <div className="flex flex-wrap items-baseline gap-x-4 gap-y-2 pb-4">
        <h1 className="text-2xl font-semibold tracking-tight">Comparisons</h1>
        <span className="text-sm text-muted" aria-live="polite">
          {page === null ? '' : searching ? `${page.totalCount} found` : page.totalCount}
        </span>
        <ConnectionNote state={all.connection} />
        <SearchFields search={search} onChange={setSearch} />
      </div>
      <KeysHelp keys={[['/', 'find comparisons']]} />
      {page?.comparisons.length === 0 ? (
        <p className="panel px-4 py-8 text-center text-muted">
          Nothing is like that.{' '}
          <button
            type="button"
            className="underline"
            onClick={() => setSearch({ text: '', status: 'any', order: 'newest' })}
          >
            Show all
          </button>
        </p>
      ) : null}
      <ul className="space-y-3">
        {page?.comparisons.map((comparison) => (
          <li key={comparison.id}>
            <ComparisonCard initial={comparison} now={now} />
          </li>
        ))}
      </ul>
      <div className="mt-5 flex flex-col items-center gap-2">
        {page?.hasNextPage ? (
          <button type="button" className="button" disabled={request === 'loading'} onClick={loadMore}>
            {request === 'loading' ? 'Loading…' : 'More comparisons'}
          </button>
        ) : null}
        {request === 'failed' ? (
          <p role="alert" className="text-sm text-bad">
            The service did not answer. Try again in a moment.
          </p>
        ) : null}
      </div>
    </>
  );
}

/** The search, kept in the page's address. */
function useSearch(): [Search, (search: Search) => void] {
  const parameters = useSearchParams();
  const path = usePathname();
  const search = useMemo(() => searchFrom(parameters), [parameters]);
  return [search, (next) => window.history.replaceState(null, '', `${path}${addressOfSearch(next)}`)];
}
