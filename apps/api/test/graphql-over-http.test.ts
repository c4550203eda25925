import type { OpenDatabase } from '@optiscope/schema';
import { openTestDatabase } from '@optiscope/schema/test-database';
import { auditServer } from 'graphql-http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestService, type TestService } from './test-service.ts';

let database: OpenDatabase;
let service: TestService;

beforeAll(async () => {
  database = await openTestDatabase();
  service = await startTestService(database);
});
afterAll(async () => {
  await service?.close();
  await database?.close();
});

test('the GraphQL-over-HTTP audit of graphql-http passes whole, for whoever may introspect', async () => {
  const results = await auditServer({
    url: 'http://127.0.0.1:3000/graphql',
    fetchFn: (url: string, init: RequestInit) => service.graphql.fetch(url, init),
  });
  const missed = results.filter(({ status }) => status !== 'ok');
  expect(
    missed.map((result) => [result.id, result.name, 'reason' in result ? result.reason : result.status]),
  ).toEqual([]);
  expect(results).toHaveLength(61);
});
