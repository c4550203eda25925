import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { askForBackup } from '../src/server/control.ts';
import { CLIENT_ID, CLIENT_SECRET, startIssuer, type TestIssuer } from './oidc-issuer.ts';
import { cookieOf, PASSWORD, startTeamServer, type TeamServer } from './team-server.ts';

const PUBLIC_URL = 'http://localhost:4999';

let issuer: TestIssuer;
let server: TeamServer;

beforeAll(async () => {
  issuer = await startIssuer();
  server = await startTeamServer({
    PUBLIC_URL,
    OIDC_ISSUER: issuer.url,
    OIDC_CLIENT_ID: CLIENT_ID,
    OIDC_CLIENT_SECRET: CLIENT_SECRET,
    OIDC_NAME: 'the lab',
    GITHUB_CLIENT_ID: 'an-id-at-github',
    GITHUB_CLIENT_SECRET: 'a-secret-at-github',
  });
});

afterAll(async () => {
  await server?.close();
  await issuer?.close();
});

/** Signs in through the issuer as a browser would; where it ends, and with which cookie. */
async function signIn(): Promise<{ location: string; cookie: string }> {
  const begun = await server.post('/sign-in/social', { provider: 'oidc', callbackURL: '/experiments/1' });
  expect(begun.status).toBe(200);
  const { url } = (await begun.json()) as { url: string };
  const consented = await fetch(url, { redirect: 'manual' });
  const back = new URL(consented.headers.get('location') ?? '');
  expect(back.origin).toBe(PUBLIC_URL);
  const ended = await fetch(`${server.url}${back.pathname}${back.search}`, {
    redirect: 'manual',
    headers: { cookie: cookieOf(begun) },
  });
  return { location: ended.headers.get('location') ?? '', cookie: cookieOf(ended) };
}

const whoIs = (cookie: string) => server.ask(cookie, '{ viewer { role member { email } } }');

test('a start asks nobody, and the sign-in page is told where else one can sign in', async () => {
  const ways = await fetch(`${server.url}/auth/ways`);
  expect(await ways.json()).toEqual({
    providers: [
      { id: 'github', name: 'GitHub' },
      { id: 'oidc', name: 'the lab' },
    ],
  });
  expect(issuer.asked).toEqual([]);
});

test('while the issuer does not answer that is said, and it works as soon as it does', async () => {
  issuer.away = true;
  const begin = () => server.post('/sign-in/social', { provider: 'oidc', callbackURL: '/' });
  const refused = await begin();
  expect(refused.status).toBe(503);
  expect(await refused.text()).toContain('Signing in with the lab does not work just now');
  issuer.away = false;
  expect((await begin()).status).toBe(200);
});

test('whoever is invited becomes a member with the role of the invitation, and signs in again as the same', async () => {
  await server.order({ do: 'invite', email: 'bob@example.org', role: 'EDITOR', days: 7 });
  issuer.person = { sub: 'bob', email: 'Bob@example.org', email_verified: true, name: 'Bob' };
  const first = await signIn();
  expect(first.location).toBe('/experiments/1');
  expect(await whoIs(first.cookie)).toEqual({
    data: { viewer: { role: 'EDITOR', member: { email: 'bob@example.org' } } },
  });
  const change = { currentPassword: PASSWORD, newPassword: `${PASSWORD} 2` };
  const changed = await server.post('/change-password', change, { cookie: first.cookie });
  expect(await changed.text()).toContain('You sign in elsewhere and have no password here');
  const again = await signIn();
  expect(await whoIs(again.cookie)).toEqual(await whoIs(first.cookie));
  expect(await server.order({ do: 'list' })).not.toMatch(/bob@example\.org.*invited/);
});

test('a member who joined with a password signs in through the issuer as themselves', async () => {
  await server.join(server.adminSecret, 'Ada');
  issuer.person = { sub: 'ada', email: 'ada@example.org', email_verified: true, name: 'Ada' };
  const { cookie } = await signIn();
  expect(await whoIs(cookie)).toEqual({
    data: { viewer: { role: 'ADMIN', member: { email: 'ada@example.org' } } },
  });
});

test.each([
  ['someone who is not invited', { email: 'eve@example.org', email_verified: true }, /error=not_invited/],
  [
    'an address that is not confirmed',
    { email: 'carol@example.org', email_verified: false },
    /error=email_not_verified/,
  ],
  ['the unconfirmed address of a member', { email: 'ada@example.org', email_verified: false }, /error=/],
])('%s does not get in', async (_name, person, error) => {
  await server.order({ do: 'invite', email: 'carol@example.org', role: 'ADMIN', days: 7 });
  issuer.person = { sub: `other ${person.email}`, name: 'Other', ...person };
  const { location, cookie } = await signIn();
  expect(location).toMatch(error);
  expect(new URL(location).pathname).toBe('/sign-in');
  expect(cookie).not.toMatch(/session_token=[^;]/);
});

test('a disabled member does not get in', async () => {
  await server.order({ do: 'disable', email: 'bob@example.org' });
  issuer.person = { sub: 'bob', email: 'bob@example.org', email_verified: true, name: 'Bob' };
  const { location, cookie } = await signIn();
  expect(location).toMatch(/error=unable_to_create_session/);
  expect(cookie).not.toMatch(/session_token=[^;]/);
});

test('nobody is sent to a page of another site, and GitHub is asked with the address of this server', async () => {
  const foreign = await server.post('/sign-in/social', {
    provider: 'oidc',
    callbackURL: 'https://evil.example/',
  });
  expect(foreign.status).toBe(403);
  const github = await server.post('/sign-in/social', { provider: 'github', callbackURL: '/' });
  const url = new URL(((await github.json()) as { url: string }).url);
  expect(url.origin).toBe('https://github.com');
  expect(url.searchParams.get('redirect_uri')).toBe(`${PUBLIC_URL}/auth/callback/github`);
  expect((await server.post('/sign-in/social', { provider: 'google' })).status).toBe(404);
});

test('nothing that would act in a member’s name elsewhere is kept, and no secret of this server’s', async () => {
  const file = join(server.dataDirectory, 'all.backup');
  expect(await askForBackup(server.dataDirectory, file)).toMatch(/rows/);
  const kept = gunzipSync(await readFile(file)).toString('utf8');
  expect(kept).toContain('"oidc"');
  expect(kept).not.toMatch(/canary-access-token|eyJ[\w-]+\.eyJ/);
  const secret = (await readFile(join(server.dataDirectory, 'auth.secret'), 'utf8')).trim();
  for (const text of [kept, server.logged.join('')]) {
    for (const hidden of [secret, CLIENT_SECRET, server.adminSecret, PASSWORD])
      expect(text).not.toContain(hidden);
  }
});
