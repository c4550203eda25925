import { once } from 'node:events';
import { connect } from 'node:net';
import { schema } from '@optiscope/schema';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { createLog } from '../src/log.ts';
import { listen } from '../src/server/http.ts';
import { LIMITS } from '../src/server/operation-limits.ts';
import { RateLimits } from '../src/server/rate-limits.ts';
import { type GuardedServer, startGuardedServer } from './guarded-server.ts';

const PER_MINUTE = 40;
let server: GuardedServer;
beforeAll(async () => {
  server = await startGuardedServer({ operationsPerMinute: PER_MINUTE });
});
afterAll(() => server?.close());

const many = (count: number, make: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => make(index)).join(' ');
const ALL_OPERATIONS = { ...schema.getQueryType()?.getFields(), ...schema.getMutationType()?.getFields() };

interface Told {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly { message: string; extensions?: Record<string, unknown> }[];
}

describe('A6: bombs are refused, and nothing of them is done:', () => {
  const TAG = (index: number) => `a${index}: tagExperiment(id: "x", add: ["x"]) { __typename }`;
  const bombs: [string, string][] = [
    ['100,000 aliases', `{ ${many(100_000, (i) => `a${i}:__typename`)} }`],
    ['aliases within the limit of characters', `{ ${many(LIMITS.aliases + 1, (i) => `a${i}:__typename`)} }`],
    ['many mutations in one request', `mutation { ${many(LIMITS.rootFields + 1, TAG)} }`],
    [
      'many mutations through fragments',
      `mutation { ...f0 } ${many(4, (i) => `fragment f${i} on Mutation { ${i < 3 ? `...f${i + 1}` : ''} ${many(12, (k) => TAG(i * 12 + k))} }`)}`,
    ],
    ['a deep query', `{ run(id: "x") { ${'experiment { runs { '.repeat(20)} id ${'} }'.repeat(20)} } }`],
    ['many directives', `{ viewer { ${many(70, (i) => `a${i}: name @skip(if: true)`)} } }`],
    [
      'many directives on fields without aliases',
      `{ ${many(70, () => 'viewer @include(if: true) { name }')} }`,
    ],
    [
      'many fragments',
      `{ viewer { ${many(70, (i) => `...f${i}`)} } } ${many(70, (i) => `fragment f${i} on Viewer { name }`)}`,
    ],
    ['a fragment of itself', '{ viewer { ...f } } fragment f on Viewer { name ...f }'],
    [
      'fragments that double',
      `{ ...f0 } ${many(40, (i) => `fragment f${i} on Query { ...f${i + 1} ...f${i + 1} }`)} fragment f40 on Query { viewer { name } }`,
    ],
    [
      'introspection many times',
      `{ ${many(20, (i) => `a${i}: __schema { types { fields { name args { name } } } }`)} }`,
    ],
    ['many tokens', `{ ${'viewer{name}'.repeat(1_500)} }`],
    ['a long name', `{ ${'x'.repeat(30_000)} }`],
    ['many variables', `query (${many(3_000, (i) => `$v${i}: Int`)}) { viewer { name } }`],
    ['brackets', `{ experiments(filter: ${'['.repeat(5_000)} }`],
    [
      'a value within itself',
      `{ experiments(filter: ${'{text:'.repeat(1_500)}1${'}'.repeat(1_500)}) { totalCount } }`,
    ],
  ];
  test.each(bombs)('%s', async (_name, query) => {
    const { secret } = await server.token('ADMIN');
    const response = await server.post(query, secret, { accept: 'application/graphql-response+json' });
    const text = await response.text();
    expect(text).not.toContain('"data":{');
    expect(text).toMatch(/"errors":\[/);
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.status).toBeLessThan(500);
  });

  test('brackets in texts and comments are no bombs', async () => {
    const { secret } = await server.token('ADMIN');
    const opened = '['.repeat(100);
    const lines = [
      `query { # ${opened}`,
      String.raw`experiments(filter: { text: "\" \\ ${opened}" }) { totalCount }`,
      String.raw`experiment(id: """${opened} \""" \ ${opened}""") { id }`,
      '}',
    ];
    const response = await server.post(lines.join('\n'), secret);
    expect([response.status, await response.text()]).toEqual([200, expect.not.stringContaining('errors')]);
  });

  test('many operations in one text, of which one is run', async () => {
    const { secret } = await server.token('ADMIN');
    const response = await fetch(`${server.http.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}` },
      body: JSON.stringify([{ query: '{ viewer { name } }' }, { query: '{ viewer { name } }' }]),
    });
    expect(response.status).toBe(400);
  });
});

test('A8: nobody can sign in through GraphQL, where one request could hold a thousand guesses', () => {
  expect(Object.keys(ALL_OPERATIONS).filter((name) => /sign|log_?in|password|session/i.test(name))).toEqual([
    'revokeOtherSessions',
    'revokeSession',
  ]);
  const takesPassword = Object.values(ALL_OPERATIONS).flatMap(({ name, args }) =>
    args.filter((argument) => /password/i.test(argument.name)).map((argument) => `${name}.${argument.name}`),
  );
  expect(takesPassword).toEqual([]);
});

describe('A8, A9: what is counted are tries, not requests:', () => {
  const mutations = (count: number) =>
    `mutation { ${many(count, (i) => `a${i}: revokeApiToken(id: "${i}") { __typename }`)} }`;

  test('mutations of one request count one by one, those that are refused as well', async () => {
    const { secret } = await server.token('VIEWER');
    const told = async (count: number): Promise<{ done: number; refused: number; response: Response }> => {
      const response = await server.post(mutations(count), secret);
      const { data, errors = [] }: Told = await response.json();
      const refused = errors.filter(({ extensions }) => extensions?.code === 'RATE_LIMITED').length;
      return { done: Object.keys(data ?? {}).length, refused, response };
    };
    // Ten are possible at once: a quarter of the operations.
    expect(await told(6)).toMatchObject({ done: 6, refused: 0 });
    const { refused, response } = await told(6);
    expect(refused).toBeGreaterThan(0);
    expect(response.status).toBe(429);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    // Reading goes on meanwhile.
    expect((await server.post('{ viewer { name } }', secret)).status).toBe(200);
  });

  test('a flood of operations is answered with 429, over SSE and WebSocket too, and another is not disturbed', async () => {
    const [flooding, quiet] = [await server.token('VIEWER'), await server.token('VIEWER')];
    const statuses: number[] = [];
    await Promise.all(
      Array.from({ length: 3 * PER_MINUTE }, async () => {
        const response = await server.post('{ viewer { name } }', flooding.secret);
        statuses.push(response.status);
        await response.arrayBuffer();
      }),
    );
    expect(statuses.filter((status) => status === 200).length).toBeLessThan(2 * PER_MINUTE);
    expect(new Set(statuses)).toEqual(new Set([200, 429]));
    const stream = await server.post('subscription { experimentStatus { id } }', flooding.secret, {
      accept: 'text/event-stream',
    });
    expect(await stream.text()).toContain('RATE_LIMITED');
    const client = createClient({
      url: `${server.http.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${flooding.secret}` },
    });
    await expect(client.iterate({ query: '{ viewer { name } }' }).next()).rejects.toMatchObject([
      { extensions: { code: 'RATE_LIMITED' } },
    ]);
    await client.dispose();
    expect((await server.post('{ viewer { name } }', quiet.secret)).status).toBe(200);
    // Neither the flood nor its refusals are in the audit log.
    const { secret } = await server.token('ADMIN');
    const log = await (
      await server.post('{ auditLog(filter: { outcome: ["RATE_LIMITED"] }) { totalCount } }', secret)
    ).json();
    expect(log).toEqual({ data: { auditLog: { totalCount: 0 } } });
  });

  test('strangers are counted by their address, of IPv6 by the network that one person holds', async () => {
    const statusFrom = async (address: string): Promise<number> => {
      const response = await server.post('{ viewer { name } }', null, { 'x-forwarded-for': address });
      await response.arrayBuffer();
      return response.status;
    };
    const statuses = await Promise.all(
      Array.from({ length: 80 }, (_, index) => statusFrom(`2001:db8:1:2::${(index + 1).toString(16)}`)),
    );
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(0);
    expect(await statusFrom('2001:db8:1:3::1')).toBe(200);
    expect(await statusFrom('198.51.100.7')).toBe(200);
  });

  test('the owner of a server where nobody signs in is not counted', () => {
    const limits = new RateLimits(1);
    const viewer = {
      kind: 'LOCAL',
      role: 'ADMIN',
      name: '',
      memberId: null,
      tokenId: null,
      sessionId: null,
    } as const;
    for (let index = 0; index < 100; index++)
      limits.countOperation({ viewer, requestId: null, address: null });
  });
});

describe('A9: who sends too much or too slowly holds up nobody else:', () => {
  /** Sends by hand until it is answered or cut off. */
  async function sent(text: string, pieces = 0): Promise<{ answer: string; pieces: number }> {
    const socket = connect(server.http.port, '127.0.0.1');
    let answer = '';
    socket.on('data', (data) => {
      answer += data;
    });
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    socket.on('error', () => undefined);
    const next = (event: string) => new Promise<void>((resolve) => socket.once(event, () => resolve()));
    await next('connect');
    socket.write(text);
    const piece = Buffer.alloc(64 * 1024, 0x20);
    let count = 0;
    while (count < pieces && !socket.destroyed && answer === '') {
      count++;
      if (!socket.write(piece)) await Promise.race([next('drain'), closed, next('data')]);
    }
    if (answer === '') await Promise.race([next('data'), closed]);
    socket.destroy();
    return { answer, pieces: count };
  }

  test.each(['/graphql', '/import?name=a.csv'])('300 MB to %s are cut off at the limit', async (path) => {
    const { secret } = await server.token('EDITOR');
    const type = path === '/graphql' ? 'application/json' : 'application/octet-stream';
    const { answer, pieces } = await sent(
      `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${secret}\r\nContent-Type: ${type}\r\nContent-Length: 300000000\r\n\r\n`,
      4_600,
    );
    // The answer is lost where the connection is cut while more is under way.
    expect(answer).toMatch(/^(HTTP\/1.1 413 |$)/);
    expect(pieces).toBeLessThan(1_000);
  });

  test('a head that is too long is refused', async () => {
    const { answer } = await sent(`GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1.1 431 /);
  });

  test('while many requests never end, others are answered', async () => {
    const slow = Array.from({ length: 200 }, () => {
      const socket = connect(server.http.port, '127.0.0.1');
      socket.on('error', () => undefined);
      socket.write('POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nX-a: b\r\n');
      return socket;
    });
    const { secret } = await server.token('VIEWER');
    expect((await server.post('{ viewer { name } }', secret)).status).toBe(200);
    for (const socket of slow) socket.destroy();
  });

  test('a request that does not arrive in time is given up', async () => {
    const impatient = await listen({
      host: '127.0.0.1',
      port: 0,
      allowedHosts: [],
      log: createLog('silent'),
      patience: { headersTimeout: 50, requestTimeout: 100, connectionsCheckingInterval: 20 },
    });
    for (const text of [
      'POST /graphql HTTP/1.1\r\n',
      'POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nX-a: b\r\n',
    ]) {
      const socket = connect(impatient.port, '127.0.0.1');
      let answer = '';
      socket.on('data', (data) => {
        answer += data;
      });
      socket.write(text);
      await once(socket, 'close');
      expect(answer).toMatch(/^HTTP\/1.1 408 /);
    }
    await impatient.close();
  });
});
