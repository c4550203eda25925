import { expect, test } from 'vitest';
import {
  addressOfSearch,
  filterOf,
  isSearching,
  NO_SEARCH,
  type Search,
  searchFrom,
} from '../src/home/search.ts';

const search: Search = { text: 'adam & co', status: 'stopped', order: 'best' };

test('a search goes into the address and comes back the same', () => {
  expect(searchFrom(new URLSearchParams(addressOfSearch(search)))).toEqual(search);
  expect(addressOfSearch(NO_SEARCH)).toBe('');
});

test('an address that makes no sense looks for nothing', () => {
  expect(searchFrom(new URLSearchParams('status=constructor&order=toString'))).toEqual(NO_SEARCH);
});

test('only what is looked for is in the filter', () => {
  expect(filterOf(NO_SEARCH)).toEqual({});
  expect(filterOf(search)).toEqual({ text: 'adam & co', status: ['CANCELLED', 'FAILED'] });
  expect(filterOf({ ...NO_SEARCH, status: 'deleted' })).toEqual({ deleted: true });
  expect(isSearching({ ...NO_SEARCH, text: '  ' })).toBe(false);
  expect(isSearching({ ...NO_SEARCH, order: 'oldest' })).toBe(true);
});
