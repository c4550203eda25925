'use client';

import { Choice } from '../components/choice.tsx';
import { ORDER_TEXT, type Search, STATUS_TEXT } from './search.ts';

export const FIND_ID = 'find';

/** What to look for in the list, and in which order. */
export function SearchFields({ search, onChange }: { search: Search; onChange(search: Search): void }) {
  return (
    <search className="flex flex-wrap items-center gap-x-3 gap-y-2 sm:ml-auto">
      <input
        id={FIND_ID}
        type="search"
        value={search.text}
        placeholder="Name, contender or tag"
        aria-label="Find comparisons by name, contender or tag"
        className="field h-8 w-56 text-sm max-sm:w-full"
        onChange={(event) => onChange({ ...search, text: event.target.value })}
      />
      <Choice
        label="State"
        value={search.status}
        choices={Object.entries(STATUS_TEXT).map(([value, text]) => ({
          value: value as Search['status'],
          text,
        }))}
        onChange={(status) => onChange({ ...search, status })}
      />
      <Choice
        label="Order"
        value={search.order}
        choices={Object.entries(ORDER_TEXT).map(([value, text]) => ({
          value: value as Search['order'],
          text,
        }))}
        onChange={(order) => onChange({ ...search, order })}
      />
    </search>
  );
}
