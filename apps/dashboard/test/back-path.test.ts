import { expect, test } from 'vitest';
import { backPath, signInPath } from '../src/account/back-path.ts';

test.each(['/', '/experiments/1', '/new?from=2', '/team#x'])(
  'after signing in one comes back to %s',
  (path) => {
    expect(backPath(path)).toBe(path);
    expect(backPath(new URL(signInPath(path), 'http://here').searchParams.get('back'))).toBe(path);
  },
);

test.each([
  'https://evil.example/',
  '//evil.example',
  '/\\evil.example',
  '/a\\b',
  '\\\\evil.example',
  'javascript:alert(1)',
  '/\t/evil.example',
  '',
  undefined,
  ['/a', '/b'],
])('a link to the sign-in page leads to no other site: %j', (given) => {
  expect(backPath(given)).toBe('/');
});
