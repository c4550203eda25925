import {
  classOf,
  createApiToken,
  isRefusal,
  members,
  orderedId,
  revokeApiToken,
  schema,
} from '@optiscope/schema';
import { rootOperations } from '@optiscope/schema/test-operations';
import { eq } from 'drizzle-orm';
import { getIntrospectionQuery } from 'graphql';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { type GuardedServer, startGuardedServer } from './guarded-server.ts';

let server: GuardedServer;
const secrets: Record<string, string> = {};
beforeAll(async () => {
  server = await startGuardedServer({ operationsPerMinute: 0 });
  for (const role of ['VIEWER', 'EDITOR', 'ADMIN'] as const) {
    secrets[role] = (await server.token(role)).secret;
  }
});
afterAll(() => server?.close());

const MAY: Readonly<Record<string, readonly string[]>> = {
  VIEWER: ['STRANGER', 'VIEWER', 'OWN'],
  EDITOR: ['STRANGER', 'VIEWER', 'OWN', 'EDITOR'],
  ADMIN: ['STRANGER', 'VIEWER', 'OWN', 'EDITOR', 'ADMIN'],
};

interface Told {
  readonly errors?: readonly { message: string; extensions?: { code?: string } }[];
}
const isRefused = ({ errors = [] }: Told, field: string): boolean =>
  errors.some(
    ({ message, extensions }) =>
      ['UNAUTHENTICATED', 'FORBIDDEN'].includes(extensions?.code ?? '') && message.startsWith(field),
  );

/** The first that a stream tells; nothing when it waits. */
async function firstOf(response: Response): Promise<Told> {
  const reader = response.body!.getReader();
  const waited = new Promise<null>((resolve) => setTimeout(resolve, 150, null));
  let text = '';
  for (;;) {
    const piece = await Promise.race([reader.read(), waited]);
    if (piece === null || piece.done) break;
    text += new TextDecoder().decode(piece.value);
    if (text.includes('\n\n') && text.includes('data: {')) break;
  }
  await reader.cancel();
  const data = /^data: (\{.*)$/m.exec(text)?.[1];
  return data === undefined ? {} : JSON.parse(data);
}

describe('A1: over HTTP and SSE each operation is done or refused as its class says, for', () => {
  test.each(['VIEWER', 'EDITOR', 'ADMIN'])('a token with the role %s', async (role) => {
    const wrong: string[] = [];
    for (const { field, kind, query } of rootOperations(schema)) {
      const response = await server.post(query, secrets[role], {
        accept: kind === 'subscription' ? 'text/event-stream' : 'application/json',
      });
      const told: Told = kind === 'subscription' ? await firstOf(response) : await response.json();
      const may = MAY[role]!.includes(classOf(...(field.split('.') as [string, string])) ?? '');
      if (isRefused(told, field) === may) wrong.push(field);
      if (!may && kind !== 'subscription' && response.status !== 403)
        wrong.push(`${field}: ${response.status}`);
    }
    expect(wrong).toEqual([]);
  });

  test('a stranger, who is told 401 and neither data nor what there is', async () => {
    const wrong: string[] = [];
    for (const { field, kind, query } of rootOperations(schema)) {
      const response = await server.post(query, null, {
        accept: kind === 'subscription' ? 'text/event-stream' : 'application/json',
        'x-forwarded-for': `192.0.2.${wrong.length + Math.floor(Math.random() * 250)}`,
      });
      const told: Told = kind === 'subscription' ? await firstOf(response) : await response.json();
      const may = classOf(...(field.split('.') as [string, string])) === 'STRANGER';
      if (isRefused(told, field) === may) wrong.push(field);
      if (!may && kind !== 'subscription' && response.status !== 401)
        wrong.push(`${field}: ${response.status}`);
    }
    expect(wrong).toEqual([]);
  });
});

const socketUrl = (): string => `${server.http.url.replace('http', 'ws')}/graphql`;

/** How an attempt to connect ends: the close code, `open` after the first message, or the HTTP status. */
async function connecting(headers: Record<string, string>, payload?: object): Promise<number | 'open'> {
  const socket = new WebSocket(socketUrl(), 'graphql-transport-ws', { headers });
  return await new Promise((resolve) => {
    socket.once('unexpected-response', (_request, response) => {
      resolve(response.statusCode ?? 0);
      socket.terminate();
    });
    socket.once('error', () => undefined);
    socket.once('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload })));
    socket.once('message', () => {
      resolve('open');
      socket.terminate();
    });
    socket.once('close', (code) => resolve(code));
  });
}

describe('A3: over WebSocket', () => {
  test('a page of another site, and a cookie without a page, are refused before anything is said', async () => {
    const authorization = `Bearer ${secrets.ADMIN}`;
    const cookie = 'session=1';
    for (const headers of [
      { authorization, origin: 'http://evil.example' },
      { authorization, cookie, origin: 'null' },
      { authorization, cookie, origin: `${server.http.url}.evil.example` },
      { authorization, cookie },
    ]) {
      expect(await connecting(headers)).toBe(403);
    }
    expect(await connecting({ authorization, cookie, origin: server.http.url })).toBe('open');
    expect(await connecting({ authorization })).toBe('open');
  });

  test('strangers and wrong tokens are closed before the first operation; a token may also come when it begins', async () => {
    expect(await connecting({})).toBe(4403);
    expect(await connecting({ authorization: 'Bearer opt_wrong' })).toBe(4403);
    expect(await connecting({}, { authorization: 'Bearer opt_wrong' })).toBe(4403);
    expect(await connecting({}, { authorization: `Bearer ${secrets.VIEWER}` })).toBe('open');
  });

  test('each operation is done or refused as its class says', async () => {
    const client = createClient({
      url: socketUrl(),
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${secrets.VIEWER}` },
    });
    const wrong: string[] = [];
    for (const { field, query } of rootOperations(schema)) {
      const told = await new Promise<Told>((resolve) => {
        const waits = setTimeout(resolve, 150, {});
        const end = (answer: Told): void => {
          clearTimeout(waits);
          resolve(answer);
        };
        client.subscribe(
          { query },
          {
            next: (result) => end(JSON.parse(JSON.stringify(result))),
            error: (errors) => end({ errors: JSON.parse(JSON.stringify(errors)) }),
            complete: () => end({}),
          },
        );
      });
      const may = MAY.VIEWER!.includes(classOf(...(field.split('.') as [string, string])) ?? '');
      if (isRefused(told, field) === may) wrong.push(field);
      if (told.errors?.some(({ extensions }) => 'http' in (extensions ?? {})))
        wrong.push(`${field} tells a status`);
    }
    expect(wrong).toEqual([]);
    await client.dispose();
  });
});

describe('S6: a stream ends when its reader may read no more,', () => {
  const FOLLOW = 'subscription { experimentStatus { id } }';
  const anotherToken = async () => {
    const { db } = server.database;
    const made = await createApiToken(db, { name: 's6', role: 'VIEWER', expiresInDays: 1, memberId: null });
    if (isRefusal(made)) throw new Error(made.message);
    return { id: made.token.id, secret: made.secret ?? '' };
  };
  const watching = (): number => server.service.service.feed.watching;

  test('over SSE and over WebSocket; another reader reads on', async () => {
    const [gone, stays] = [await anotherToken(), await anotherToken()];
    await expect.poll(watching).toBe(1); // the dispatcher's; streams of other tests are gone
    const before = 1;
    const sse = async (secret: string) => {
      const response = await server.post(FOLLOW, secret, { accept: 'text/event-stream' });
      let text = '';
      const ended = (async () => {
        for await (const piece of response.body!) text += new TextDecoder().decode(piece);
      })();
      return { text: () => text, ended };
    };
    const [endedStream, otherStream] = [await sse(gone.secret), await sse(stays.secret)];
    otherStream.ended.catch(() => undefined);
    const client = createClient({
      url: socketUrl(),
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      lazy: false,
      connectionParams: { authorization: `Bearer ${gone.secret}` },
    });
    const told: unknown[] = [];
    const overSocket = new Promise<void>((resolve, reject) => {
      client.subscribe(
        { query: FOLLOW },
        { next: (result) => told.push(result), error: reject, complete: resolve },
      );
    });
    await expect.poll(() => watching() - before).toBe(3);

    await server.revoked.ask();
    expect(watching() - before).toBe(3); // nobody has lost anything yet
    await revokeApiToken(server.database.db, gone.id);
    await server.revoked.ask();

    await Promise.all([endedStream.ended, overSocket]);
    expect(endedStream.text()).toContain('UNAUTHENTICATED');
    expect(JSON.stringify(told)).toContain('UNAUTHENTICATED');
    await expect.poll(() => watching() - before).toBe(1); // the other reader's
    // What is asked on the old connection is refused too.
    const later = await client.iterate({ query: '{ server { version } }' }).next();
    expect(JSON.stringify(later)).toContain('UNAUTHENTICATED');
    expect(otherStream.text()).not.toContain('errors');
    await client.dispose();
  });

  test('when their role became a lesser one, and not while the database is away', async () => {
    const { db } = server.database;
    const memberId = orderedId();
    await db.insert(members).values({ id: memberId, name: 'Ada', email: 'ada@example.org', role: 'ADMIN' });
    const made = await createApiToken(db, { name: 's6', role: 'ADMIN', expiresInDays: 1, memberId });
    if (isRefusal(made)) throw new Error(made.message);
    const response = await server.post(FOLLOW, made.secret, { accept: 'text/event-stream' });
    const whole = response.text();
    await expect.poll(() => (watching() > 1 ? 'follows' : '')).toBe('follows');
    const select = vi.spyOn(db, 'select').mockImplementation(() => {
      throw new Error('the database is away');
    });
    await server.revoked.ask();
    expect(select).toHaveBeenCalled();
    select.mockRestore();
    await db.update(members).set({ role: 'EDITOR' }).where(eq(members.id, memberId));
    await server.revoked.ask();
    expect(await whole).toMatch(/FORBIDDEN.*ADMIN/);
  });
});

describe('A7: strangers are told nothing of the schema and of the server:', () => {
  test('no introspection, also when a member has just asked the same', async () => {
    for (const query of [
      getIntrospectionQuery(),
      '{ __type(name: "Query") { name } }',
      '{ viewer { name } ...on Query { a: __schema { types { name } } } }',
    ]) {
      expect(((await (await server.post(query, secrets.VIEWER)).json()) as Told).errors).toBeUndefined();
      const text = await (await server.post(query)).text();
      expect(text).toContain('UNAUTHENTICATED');
      expect(text).not.toMatch(/"data":\{"__|"types"/);
    }
  });

  test('no suggestions and no stack traces, in any kind of error', async () => {
    const probes = [
      '{ experimentz { id } }',
      '{ viewer { nam } }',
      'mutation { createExperimen { id } }',
      '{ experiments(firs: 1) { totalCount } }',
      'query ($role: MemberRol) { viewer { name } }',
      '{ experiments(order: { by: CREATE }) { totalCount } }',
      '{',
      '',
      '{ viewer { ...on Viewe { name } } }',
    ];
    for (const query of probes) {
      const text = await (await server.post(query)).text();
      expect(text).toContain('errors');
      expect(text).not.toMatch(/Did you mean|stack|\.ts:|\.js:|node_modules/);
      // A member who makes the same mistake is helped; what was told before to one is not told to the other.
      await server.post(query, secrets.VIEWER);
      expect(await (await server.post(query)).text()).not.toMatch(/Did you mean/);
    }
    expect(await (await server.post('{ experimentz { id } }', secrets.VIEWER)).text()).toContain(
      'Did you mean',
    );
    const variables = await fetch(`${server.http.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        query: 'query ($order: ExperimentOrder) { experiments(order: $order) { totalCount } }',
        variables: { order: { by: 'CREATE' } },
      }),
    });
    expect(await variables.text()).not.toMatch(/Did you mean|CREATED/);
  });
});

test('a wrong token is refused, and not taken for whoever may come without one', async () => {
  for (const authorization of ['Bearer opt_wrong', 'bearer x', 'Basic YTpi', 'Bearer', '']) {
    const response = await server.post('{ server { version } }', null, { authorization });
    expect(response.status).toBe(401);
  }
});

test('exports are for members, imports for editors', async () => {
  const path = '/export/00000000-0000-4000-8000-000000000000.csv';
  const ask = async (secret: string | null, method: 'GET' | 'POST', at: string) =>
    (
      await fetch(`${server.http.url}${at}`, {
        method,
        headers: {
          ...(secret !== null && { authorization: `Bearer ${secret}` }),
          ...(method === 'POST' && { 'content-type': 'application/octet-stream' }),
        },
        ...(method === 'POST' && { body: 'epoch,loss\n0,1\n' }),
      })
    ).status;
  expect(await ask(null, 'GET', path)).toBe(401);
  expect(await ask(secrets.VIEWER ?? '', 'GET', path)).toBe(404);
  expect(await ask(null, 'POST', '/import?name=a.csv')).toBe(401);
  expect(await ask(secrets.VIEWER ?? '', 'POST', '/import?name=a.csv')).toBe(403);
  expect(await ask(secrets.EDITOR ?? '', 'POST', '/import?name=a.csv')).toBe(201);
});
