import type { OpenDatabase } from '@optiscope/schema';
import { openTestDatabase } from '@optiscope/schema/test-database';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestService, type TestService } from './test-service.ts';

let database: OpenDatabase;
let service: TestService;
let id: string;
beforeAll(async () => {
  database = await openTestDatabase();
  service = await startTestService(database); // the dispatcher stays off: nothing trains here
  const made = await service.ask<{ createExperiment: { id: string } }>(
    'mutation { createExperiment(input: { epochs: 1, contenders: [{ optimizer: "sgd" }] }) { ... on Experiment { id } } }',
  );
  id = made.createExperiment.id;
});
afterAll(async () => {
  await service?.close();
  await database?.close();
});

const PAYLOADS = [
  "'; drop table experiments; --",
  "' or '1'='1",
  '" or ""="',
  '\\x27; select pg_sleep(10); --',
  "'||(select string_agg(token_hash, ',') from api_tokens)||'",
  '1); delete from runs where (1=1',
  '%',
  '_%\\',
  '$' + '{7*7}',
  '{{7*7}}',
  '$(touch /tmp/optiscope-injected)',
  '`id`',
  '../../../../etc/passwd',
  '__proto__',
  'constructor',
  'prototype.polluted',
  'toString',
  '<script>alert(1)</script>',
  '=cmd|calc!A1',
  '\u202e\u2066evil',
  '\ud83d\ude00'.repeat(20),
];

const rows = async (): Promise<unknown> =>
  JSON.stringify(
    await database.db.execute(
      sql`select (select count(*)::int from experiments) e, (select count(*)::int from runs) r, (select count(*)::int from contenders) c`,
    ),
  );

describe('A12: what is text stays text:', () => {
  test.each(PAYLOADS)('%j as a name is kept and given back as it is', async (text) => {
    const before = await rows();
    const { renameExperiment } = await service.ask<{ renameExperiment: { name?: string; code?: string } }>(
      'mutation ($id: ID!, $name: String!) { renameExperiment(id: $id, name: $name) { ... on Experiment { name } ... on Refusal { code } } }',
      { id, name: text },
    );
    expect([text, undefined]).toContain(renameExperiment.name);
    if (renameExperiment.name === undefined) expect(renameExperiment.code).toBe('INVALID_INPUT');
    else {
      const { experiment } = await service.ask<{ experiment: { name: string } }>(
        'query ($id: ID!) { experiment(id: $id) { name } }',
        { id },
      );
      expect(experiment.name).toBe(text);
    }
    expect(await rows()).toEqual(before);
  });

  test.each(PAYLOADS)('%j finds itself, and nothing else', async (text) => {
    const before = await rows();
    const found = async (filter: object): Promise<string[]> => {
      const { experiments } = await service.ask<{ experiments: { nodes: { name: string }[] } }>(
        'query ($filter: ExperimentFilter) { experiments(filter: $filter) { nodes { name } } }',
        { filter },
      );
      return experiments.nodes.map(({ name }) => name);
    };
    await service.ask('mutation ($id: ID!) { renameExperiment(id: $id, name: "plain") { __typename } }', {
      id,
    });
    expect(await found({ text })).toEqual([]);
    expect(await found({ tag: [text] })).toEqual([]);
    expect(await found({ optimizer: [text] })).toEqual([]);
    const answer = await service.ask(
      `query ($id: ID!) { node(id: $id) { id } nodes(ids: [$id]) { id } run(id: $id) { id } experiment(id: $id) { id } }`,
      { id: text },
    );
    expect(answer).toEqual({ node: null, nodes: [null], run: null, experiment: null });
    expect(await rows()).toEqual(before);
  });

  test.each(PAYLOADS)('%j as a hyper-parameter, an optimizer, a preset, a key or a cursor', async (text) => {
    const before = await rows();
    const answer = await service.graphql.fetch('http://localhost/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        query: `query ($text: String!, $input: CreateExperimentInput!) {
          validateExperiment(input: $input) { __typename }
          experiments(after: $text) { totalCount } }`,
        variables: {
          text,
          input: {
            preset: text,
            idempotencyKey: text,
            contenders: [{ optimizer: text, label: text, hyperparameters: [{ name: text, value: 1 }] }],
          },
        },
      }),
    });
    const told = await answer.text();
    expect(told).toMatch(/is not a cursor/);
    expect(told).not.toMatch(/INTERNAL_SERVER_ERROR|syntax error|at \w+ \(/);
    expect(await rows()).toEqual(before);
  });
});

test('A12: no request changes what every object inherits', async () => {
  const bodies = [
    '{"__proto__": {"polluted": true}, "query": "{ viewer { name } }"}',
    '{"constructor": {"prototype": {"polluted": true}}, "query": "{ viewer { name } }"}',
    '{"query": "{ viewer { name } }", "variables": {"__proto__": {"polluted": true}}}',
    '{"query": "query ($input: CreateExperimentInput!) { validateExperiment(input: $input) { __typename } }", "variables": {"input": {"__proto__": {"polluted": true}, "epochs": 1}}}',
    '{"query": "query ($input: CreateExperimentInput!) { validateExperiment(input: $input) { __typename } }", "variables": {"input": {"settings": {"constructor": {"prototype": {"polluted": true}}}}}}',
    '{"query": "{ __proto__: viewer { constructor: name } }"}',
    '{"query": "query __proto__($toString: Boolean = true) { viewer @include(if: $toString) { name } }", "operationName": "__proto__"}',
    '{"query": "{ viewer { name } }", "extensions": {"__proto__": {"polluted": true}}}',
  ];
  for (const body of bodies) {
    const response = await service.graphql.fetch('http://localhost/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect(response.status).toBeLessThan(500);
    expect(await response.text()).not.toContain('INTERNAL_SERVER_ERROR');
    expect('polluted' in {}).toBe(false);
    expect(Object.keys(Object.prototype)).toEqual([]);
  }
});
