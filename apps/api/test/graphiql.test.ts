import { createServer, type Server } from 'node:http';
import { LOCAL_OWNER, type OpenDatabase } from '@optiscope/schema';
import { openTestDatabase } from '@optiscope/schema/test-database';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createGraphiql } from '../src/graphiql/graphiql.ts';
import { startTestService, type TestService } from './test-service.ts';

let database: OpenDatabase;
let service: TestService;
let server: Server;
let url: string;

beforeAll(async () => {
  database = await openTestDatabase();
  service = await startTestService(database); // the dispatcher stays off: nothing trains here
  const graphiql = createGraphiql(database.db, async (headers) =>
    headers.get('cookie') === 'signed-in' ? LOCAL_OWNER : null,
  );
  server = createServer(async (request, response) => {
    if (!(await graphiql.handle(request, response))) response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
});
afterAll(async () => {
  server?.close();
  await service?.close();
  await database?.close();
});

const signedIn = { headers: { cookie: 'signed-in' } };

test('a stranger is sent to sign in, and comes back', async () => {
  const answer = await fetch(`${url}/graphiql`, { redirect: 'manual' });
  expect([answer.status, answer.headers.get('location')]).toEqual([303, '/sign-in?back=/graphiql']);
});

test('the page runs files of this server only, and has tabs about the newest experiment', async () => {
  const { createExperiment: made } = await service.ask<{ createExperiment: { id: string } }>(
    'mutation ($input: CreateExperimentInput!) { createExperiment(input: $input) { ... on Experiment { id } } }',
    { input: { name: '</script><script>alert(1)</script>' } },
  );
  const answer = await fetch(`${url}/graphiql`, signedIn);
  const policy = answer.headers.get('content-security-policy')?.split('; ');
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self'");
  expect(policy).toContain(`connect-src 'self' ws://${new URL(url).host} wss://${new URL(url).host}`);
  expect(answer.headers.get('cache-control')).toBe('no-store');
  const page = await answer.text();
  expect(page).not.toMatch(/https?:\/\//);
  const [, data] = /<script type="application\/json" id="page">(.*)<\/script>/.exec(page) ?? [];
  const { tabs, workers } = JSON.parse(data!);
  expect(tabs).toHaveLength(12);
  expect(JSON.parse(tabs[0].variables)).toEqual({ id: made.id });

  const files = [...page.matchAll(/(?:src|href)="(\/graphiql\/[^"]+)"/g)].map(([, path]) => path!);
  expect(files).toHaveLength(3);
  for (const path of [...files, ...Object.values<string>(workers)]) {
    const file = await fetch(`${url}${path}`);
    expect([path, file.status]).toEqual([path, 200]);
    expect(file.headers.get('content-type')).toMatch(
      path.endsWith('.css') ? /^text\/css/ : /^text\/javascript/,
    );
    expect(file.headers.get('cache-control')).toContain('immutable');
    expect((await file.text()).length).toBeGreaterThan(100);
  }
});

test('what is no page and no file of GraphiQL is told so', async () => {
  expect((await fetch(`${url}/graphiql/0/none.js`)).status).toBe(404);
  expect((await fetch(`${url}/graphiqlx`)).status).toBe(404);
  const posted = await fetch(`${url}/graphiql`, { method: 'POST', ...signedIn });
  expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  const head = await fetch(`${url}/graphiql`, { method: 'HEAD', ...signedIn });
  expect([head.status, await head.text()]).toEqual([200, '']);
});
