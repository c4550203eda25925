import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { openPostgres } from '@optiscope/schema';
import { NO_POSTGRES, startPostgres, type TestPostgres } from '@optiscope/schema/test-postgres';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { REAL, type ServerProcess, startServer } from './server-process.ts';

const CLI = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url));
const DASHBOARD = fileURLToPath(new URL('../../dashboard/.next', import.meta.url));

/** A text that occurs nowhere else. */
const canary = (name: string): string => `canary-${name}-${crypto.randomUUID().replaceAll('-', '')}`;

let directory: string;
let postgres: TestPostgres | null = null;
let server: ServerProcess | null = null;
let settings: Record<string, string> = {};
const secrets: Record<string, string> = {
  AUTH_SECRET: canary('auth'),
  GITHUB_CLIENT_SECRET: canary('github'),
  OIDC_CLIENT_SECRET: canary('oidc'),
  S3_ACCESS_KEY_ID: canary('s3id'),
  S3_SECRET_ACCESS_KEY: canary('s3key'),
};
const databasePassword = canary('database');
const password = canary('password');
/** Everything that the server said, but for what it was asked to tell: the cookie and the token themselves. */
const said: string[] = [];
let logged = '';

beforeAll(async () => {
  postgres = await startPostgres();
  if (postgres === null) return;
  directory = await mkdtemp(join(tmpdir(), 'optiscope-secrets-'));
  const url = new URL(postgres.url);
  url.password = databasePassword;
  settings = {
    ...secrets,
    DATABASE_URL: url.href,
    DATA_DIR: directory,
    ACCOUNTS: 'on',
    PUBLIC_URL: 'http://localhost:3999',
    ALLOWED_HOSTS: 'localhost:3999',
    GITHUB_CLIENT_ID: 'an id',
    OIDC_ISSUER: 'http://127.0.0.1:1',
    OIDC_CLIENT_ID: 'an id',
    LOG: 'debug',
    LOG_FORMAT: 'json',
  };
});
afterAll(async () => {
  await server?.end('SIGTERM');
  await postgres?.stop();
  if (directory !== undefined) await rm(directory, { recursive: true, force: true });
});

async function optiscope(...args: string[]): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [CLI, ...args], {
    env: { NODE_ENV: 'test', PATH: process.env.PATH, HOME: directory, ...settings },
  });
  return stdout + stderr;
}

async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  const response = await fetch(`${server?.url}${path}`, init);
  const headers = [...response.headers].filter(([name]) => name !== 'set-cookie');
  said.push(JSON.stringify(headers), await response.clone().text());
  return response;
}

const json = (body: unknown, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', ...headers },
  body: typeof body === 'string' ? body : JSON.stringify(body),
});

test('A10: no secret is in logs, errors, answers, metrics, the database, a backup or the pages', async (context) => {
  if (postgres === null) return context.skip(NO_POSTGRES);
  const invitation = (await optiscope('members', 'invite', 'ada@example.org', '--role', 'admin')).match(
    /#(\S+)/,
  )?.[1];
  server = await startServer(settings, { program: REAL, args: ['--api-only'] });
  server.child.stderr?.on('data', (data) => {
    logged += data;
  });

  // A member, signed in, with a token; and all that goes wrong on the way.
  const joined = await ask(
    '/auth/accept-invitation',
    json({ secret: invitation, name: 'Ada', email: 'ada@example.org', password }),
  );
  const cookie = joined.headers
    .getSetCookie()
    .map((set) => set.split(';')[0])
    .join('; ');
  expect(cookie).not.toBe('');
  await ask('/auth/sign-in/email', json({ email: 'ada@example.org', password: `${password}-wrong` }));
  await ask('/auth/sign-in/email', json({ email: 'nobody@example.org', password }));
  await ask('/auth/sign-in/email', json(`{"email": "ada@example.org", "password": "${password}`));
  await ask('/auth/reset-password', json({ token: invitation, newPassword: password }));
  await ask('/auth/sign-in/elsewhere', json({ provider: 'oidc' }));
  const made = await fetch(
    `${server.url}/graphql`,
    json(
      { query: 'mutation { createApiToken(name: "ci", role: ADMIN) { ... on ApiTokenMade { secret } } }' },
      { cookie },
    ),
  );
  const { data } = (await made.json()) as { data: { createApiToken: { secret: string } } };
  const token = data.createApiToken.secret;
  expect(token).toMatch(/^opt_/);
  const authorization = `Bearer ${token}`;
  const operations = [
    '{ viewer { name member { email sessions { device address current } } } apiTokens { name prefix } }',
    '{ auditLog(first: 200) { nodes { operation arguments outcome } } }',
    '{ members { name email } server { database version state { queueLength } } invitations(open: false) { email status } }',
    'mutation { createApiToken(name: "", role: ADMIN) { __typename } }',
    `mutation { revokeApiToken(id: "${token}") { ... on Refusal { code } } }`,
    `{ experiment(id: "\\u0000") { name } }`,
    `{ wrong(secret: "x") }`,
    '{',
  ];
  for (const query of operations) {
    await ask('/graphql', json({ query }, { authorization }));
    await ask('/graphql', json({ query }, { cookie }));
    await ask('/graphql', json({ query }));
  }
  await ask('/graphql', json('{"query": "', { authorization }));
  await ask('/graphql', json({ query: '{ viewer { name } }' }, { authorization: `Bearer ${token}x` }));
  await ask('/export/x.csv', { headers: { authorization } });
  await ask('/import?name=x', json('{}', { authorization }));
  for (const path of ['/metrics', '/health', '/ready', '/nowhere']) await ask(path, { headers: { cookie } });

  // At rest.
  const backup = join(directory, 'all.backup');
  said.push(
    await optiscope('db', 'backup', backup),
    await optiscope('doctor'),
    await optiscope('tokens', 'list'),
  );
  const kept = gunzipSync(await readFile(backup)).toString();
  expect(kept).toContain('ada@example.org');
  const opened = await openPostgres(postgres.url, () => undefined);
  const { rows } = (await opened.db.execute(
    sql`select (select json_agg(t)::text from api_tokens t) || (select json_agg(i)::text from invitations i) || (select json_agg(a)::text from accounts a) || (select json_agg(e)::text from audit_entries e) as row`,
  )) as unknown as { rows: { row: string }[] };
  await opened.close();

  // A server that cannot start says so without its secrets too.
  const failed = await startServer(
    { ...settings, DATABASE_URL: settings.DATABASE_URL?.replace(/:\d+\//, ':1/') ?? '' },
    { program: REAL, args: ['--api-only'] },
  ).catch((error: unknown) => String(error));
  expect(failed).toEqual(expect.any(String));

  const places: Record<string, string> = {
    answers: said.join('\n'),
    log: logged,
    backup: kept,
    database: rows[0]?.row ?? '',
    'failed start': String(failed),
    pages: await textOf(DASHBOARD),
  };
  const wanted: Record<string, string> = {
    ...secrets,
    databasePassword,
    password,
    token: token.slice('opt_'.length + 6), // by the rest its owner knows it
    invitation: invitation ?? '',
    session: decodeURIComponent(cookie.slice(cookie.indexOf('=') + 1)).split('.')[0] ?? '',
  };
  const found: string[] = [];
  for (const [place, text] of Object.entries(places)) {
    for (const [name, secret] of Object.entries(wanted)) {
      expect(secret.length).toBeGreaterThan(15);
      const written = [
        secret,
        encodeURIComponent(secret),
        Buffer.from(secret).toString('base64').slice(0, -3),
      ];
      if (written.some((form) => text.includes(form))) found.push(`${name} in ${place}`);
    }
  }
  expect(found).toEqual([]);
  // The places are not empty for want of looking.
  expect(places.log).toContain('"requestId"');
  expect(places.database).toContain('"token_hash"');
  expect(places.answers).toContain('optiscope_');
});

/** What is sent to browsers; empty where the dashboard has not been built. */
async function textOf(built: string): Promise<string> {
  const files = await readdir(join(built, 'static'), { recursive: true }).catch(() => []);
  const texts = files.filter((name) => /\.(js|css|json|html)$/.test(name));
  return (await Promise.all(texts.map((name) => readFile(join(built, 'static', name), 'utf8')))).join('\n');
}
