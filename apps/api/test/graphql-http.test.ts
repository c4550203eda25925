import type { OpenDatabase } from '@optiscope/schema';
import { openTestDatabase } from '@optiscope/schema/test-database';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLog } from '../src/log.ts';
import { createGraphql } from '../src/server/graphql.ts';
import { startTestService, type TestService } from './test-service.ts';

let database: OpenDatabase;
let service: TestService;

beforeAll(async () => {
  database = await openTestDatabase();
  service = await startTestService(database); // the dispatcher stays off: nothing runs here
});

afterAll(async () => {
  await service?.close();
  await database?.close();
});

const URL = 'http://127.0.0.1:3000/graphql';
const JSON_HEADERS = {
  'content-type': 'application/json',
  accept: 'application/graphql-response+json, application/json',
};
const CREATE = 'mutation { createExperiment(input: {}) { __typename } }';

async function post(query: string, headers: Record<string, string> = {}): Promise<Response> {
  return await service.graphql.fetch(URL, {
    method: 'POST',
    headers: { ...JSON_HEADERS, host: '127.0.0.1:3000', ...headers },
    body: JSON.stringify({ query }),
  });
}

async function madeExperiments(): Promise<number> {
  const { experiments } = await service.ask<{ experiments: { totalCount: number } }>(
    '{ experiments { totalCount } }',
  );
  return experiments.totalCount;
}

describe('A2: what a page of another site could make a browser send changes nothing:', () => {
  test.each(['http://evil.example', 'null', 'http://127.0.0.1:3001', 'https://127.0.0.1.evil.example:3000'])(
    'a request with the foreign origin %s',
    async (origin) => {
      const before = await madeExperiments();
      const response = await post(CREATE, { origin });
      expect(response.status).toBe(403);
      expect(response.headers.get('access-control-allow-origin')).toBeNull();
      expect(await madeExperiments()).toBe(before);
    },
  );

  test('a mutation by GET', async () => {
    const before = await madeExperiments();
    const response = await service.graphql.fetch(`${URL}?query=${encodeURIComponent(CREATE)}`);
    expect(response.status).toBe(405);
    expect(await madeExperiments()).toBe(before);
  });

  test.each([
    ['application/x-www-form-urlencoded', `query=${encodeURIComponent(CREATE)}`],
    ['text/plain', JSON.stringify({ query: CREATE })],
    ['application/graphql', CREATE],
    [
      'multipart/form-data; boundary=x',
      `--x\r\nContent-Disposition: form-data; name="query"\r\n\r\n${CREATE}\r\n--x--`,
    ],
  ])('a body of the type %s', async (type, body) => {
    const before = await madeExperiments();
    const response = await service.graphql.fetch(URL, {
      method: 'POST',
      headers: { 'content-type': type },
      body,
    });
    expect(response.status).toBe(415);
    expect(await madeExperiments()).toBe(before);
  });
});

test("this server's own pages, and scripts, are answered", async () => {
  for (const headers of [{ origin: 'http://127.0.0.1:3000' }, {}]) {
    const response = await post('{ server { database } }', headers);
    expect(response.status).toBe(200);
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
    expect(await response.json()).toEqual({ data: { server: { database: 'pglite' } } });
  }
});

describe('A6: refused with a clear error and little work:', () => {
  const nested = (depth: number): string =>
    depth === 0 ? '{ id }' : `{ ...on Run { experiment { runs ${nested(depth - 1)} } } }`;

  test.each([
    ['a deep query', `{ run(id: "x") ${nested(8)} }`, /18 fields under one another; at most 12/],
    [
      'many aliases',
      `{ ${Array.from({ length: 200 }, (_, i) => `a${i}: __typename`).join(' ')} }`,
      /aliases/,
    ],
    [
      'a list within itself',
      '{ experiments { nodes { runs { experiment { runs { experiment { runs { epochs { loss } } } } } } } } }',
      /Experiment.runs within itself/,
    ],
    [
      'a wide query',
      '{ experiments { nodes { runs { events { id } epochs { nonFinite { kind } } series(metrics: []) { nonFinite { kind } } contender { hyperparameters { name } optimizer { hyperparameters { name label description default min max } } } } } } '.repeat(
        1,
      ) +
        Array.from(
          { length: 9 },
          (_, i) => `e${i}: experiments { nodes { runs { epochs { nonFinite { kind metric } } } } }`,
        ).join(' ') +
        '}',
      /about \d+ fields; at most/,
    ],
    [
      'fragments that multiply',
      `{ run(id: "x") { ...f0 } } ${Array.from({ length: 30 }, (_, i) => `fragment f${i} on Run { experiment { runs { ...f${i + 1} } runs { ...f${i + 1} } } }`).join(' ')} fragment f30 on Run { id }`,
      /under one another|within itself/,
    ],
    ['many tokens', `{ ${'x '.repeat(3_000)} }`, /2000 tokens/],
    ['a long text', `{ __typename } #${'x'.repeat(30_000)}`, /30016 characters; at most 20000/],
    ['many directives', `{ __typename ${'@skip(if: false) '.repeat(300)} }`, /only be used once|tokens/],
  ])('%s', async (_name, query, message) => {
    const response = await post(query);
    const { errors } = (await response.json()) as { errors: { message: string }[] };
    expect(errors.map((error) => error.message).join('\n')).toMatch(message);
    expect(response.status).toBeGreaterThanOrEqual(400);
  });

  test('a batch', async () => {
    const response = await service.graphql.fetch(URL, {
      method: 'POST',
      headers: JSON_HEADERS,
      body: JSON.stringify([{ query: '{ __typename }' }]),
    });
    expect(response.status).toBe(400);
  });

  test.each([true, false])('a body of half a megabyte (its length told: %s)', async (told) => {
    const body = JSON.stringify({ query: '{ __typename }', variables: { x: 'x'.repeat(500_000) } });
    const stream = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(body));
        controller.close();
      },
    });
    const response = await service.graphql.fetch(URL, {
      method: 'POST',
      headers: JSON_HEADERS,
      body: told ? body : stream,
      ...(told ? {} : { duplex: 'half' }),
    } as RequestInit);
    expect(response.status).toBe(413);
  });

  test('JSON that is none, without quoting it', async () => {
    const response = await service.graphql.fetch(URL, {
      method: 'POST',
      headers: JSON_HEADERS,
      body: '{"query": "{ secretInTheRequest',
    });
    expect(response.status).toBe(400);
    expect(await response.text()).not.toMatch(/secretInTheRequest|Unterminated|position/);
    const get = await service.graphql.fetch(`${URL}?query={__typename}&variables={secretInTheRequest`);
    expect(get.status).toBe(400);
    expect(await get.text()).not.toMatch(/secretInTheRequest|\.ts:|\.js:/);
  });
});

test('the introspection that tools send is answered', async () => {
  const { getIntrospectionQuery } = await import('graphql');
  const response = await post(getIntrospectionQuery());
  expect((await response.json()) as object).toHaveProperty('data.__schema');
});

test("the dashboard's largest question stays within the limits", async () => {
  const response = await post(`{ experiments(first: 50) { nodes { id name status
    contenders { id label optimizer { name label } hyperparameters { name value } }
    runs { id status engine { runtime } contender { id } lastEpoch
      epochs { epoch loss accuracy valLoss valAccuracy nonFinite { metric kind } }
      events { kind message epoch } } } } }`);
  expect((await response.json()) as object).not.toHaveProperty('errors');
});

test('A7: an error of the server is told as an id, and the log has the id with the error', async () => {
  const logged: string[] = [];
  const broken = createGraphql(
    {
      ...service.service,
      get db(): never {
        throw new Error('the password is hunter2');
      },
    },
    createLog('error', (line) => logged.push(line)),
  );
  for (const query of ['{ experiments { totalCount } }', 'subscription { experimentStatus { id } }']) {
    const response = await broken.fetch(URL, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream, application/json' },
      body: JSON.stringify({ query }),
    });
    const text = await response.text();
    expect(text).not.toContain('hunter2');
    const id = text.match(/under the id (\w+)/)?.[1];
    expect(id).toBeDefined();
    expect(logged.join('')).toContain(`error ${id}`);
  }
  expect(logged.join('')).toContain('hunter2');
});
