import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { NO_POSTGRES, startPostgres, type TestPostgres } from '@optiscope/schema/test-postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cookieOf, PASSWORD, startTeamServer, type TeamServer } from './team-server.ts';

const WHO = '{ viewer { kind role name member { email } } }';
const codeOf = async (response: Response) => ((await response.json()) as { code: string }).code;
const role = (name: string) => ({ data: { viewer: expect.objectContaining({ role: name }) } });

describe('on the embedded database', () => {
  let server: TeamServer;
  let admin: string;
  beforeAll(async () => {
    server = await startTeamServer({ TRUSTED_PROXIES: '127.0.0.1' });
    admin = await server.join(server.adminSecret, 'Ada');
  });
  afterAll(() => server?.close());
  /** From an address of one's own, whose attempts are counted apart. */
  const from = (address: string) => ({ 'x-forwarded-for': address });
  const invited = (email: string, as: 'VIEWER' | 'EDITOR') =>
    server.order({ do: 'invite', email, role: as, days: 7 });

  test('the invitation makes a member with its role, who is signed in by a cookie that scripts cannot read', async () => {
    expect(await server.ask(admin, WHO)).toEqual({
      data: { viewer: { kind: 'MEMBER', role: 'ADMIN', name: 'Ada', member: { email: 'ada@example.org' } } },
    });
    const response = await server.post('/sign-in/email', { email: 'Ada@Example.org', password: PASSWORD });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({}); // the session's secret is in the cookie and nowhere else
    const [cookie] = response.headers.getSetCookie();
    expect(cookie).toMatch(/; HttpOnly/);
    expect(cookie).toMatch(/; SameSite=Lax/);
    expect(cookie).not.toMatch(/Secure/);
  });

  test('a stranger gets nothing but the question who they are', async () => {
    expect(await server.ask(null, WHO)).toEqual({ data: { viewer: null } });
    const answer = await server.ask(null, '{ experiments { totalCount } }');
    expect(answer.errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
    expect(await server.ask(`${admin.slice(0, -4)}AAAA`, WHO)).toEqual({ data: { viewer: null } });
  });

  test('an invitation is good once, also for two who accept at the same moment', async () => {
    const secret = await invited('twice@example.org', 'VIEWER');
    const both = await Promise.all(
      ['One', 'Two'].map((name) => server.post('/accept-invitation', { secret, name, password: PASSWORD })),
    );
    expect(both.map(({ status }) => status).sort()).toEqual([200, 410]);
    expect(await codeOf(await server.post('/invitation', { secret }))).toBe('LINK_ENDED');
  });

  test('nobody can register, and no other address of the library answers', async () => {
    const person = { name: 'Eve', email: 'eve@example.org', password: PASSWORD };
    for (const path of ['/sign-up/email', '/update-user', '/request-password-reset', '/delete-user']) {
      expect((await server.post(path, person, { cookie: admin, origin: server.url })).status).toBe(404);
    }
    for (const path of ['/get-session', '/list-sessions', '/ok', '/error']) {
      expect((await fetch(`${server.url}/auth${path}`, { headers: { cookie: admin } })).status).toBe(404);
    }
  });

  test('a wrong password, an address of nobody and a disabled member get the same answer', async () => {
    await server.join(await invited('gone@example.org', 'EDITOR'), 'Gone');
    await server.order({ do: 'disable', email: 'gone@example.org' });
    const tries = [
      { email: 'ada@example.org', password: 'wrong horse battery' },
      { email: 'nobody@example.org', password: PASSWORD },
      { email: 'gone@example.org', password: PASSWORD },
    ];
    const answers = await Promise.all(tries.map((given) => server.post('/sign-in/email', given)));
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401]);
    const texts = await Promise.all(answers.map((answer) => answer.text()));
    expect(new Set(texts).size).toBe(1);
    expect(answers.every((answer) => answer.headers.getSetCookie().length === 0)).toBe(true);
  });

  test('guesses are counted at the account and from the address, and then refused, right ones as well', async () => {
    await server.join(await invited('target@example.org', 'VIEWER'), 'Target');
    const guess = (address: string, email: string, password: string) =>
      server.post('/sign-in/email', { email, password }, from(address));
    const wrong = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        guess(`198.51.100.${index}`, 'target@example.org', 'a wrong guess'),
      ),
    );
    expect(wrong.filter(({ status }) => status === 429).length).toBeGreaterThan(0);
    const right = await guess('198.51.100.99', 'Target@example.org ', PASSWORD);
    expect(right.status).toBe(429);
    expect(Number(right.headers.get('retry-after'))).toBeGreaterThan(0);
    // From one address, whatever is guessed.
    const spread = await Promise.all(
      Array.from({ length: 34 }, (_, index) =>
        server.post('/invitation', { secret: `guess ${index}` }, from('203.0.113.7')),
      ),
    );
    expect(spread.some(({ status }) => status === 429)).toBe(true);
    expect((await guess('203.0.113.7', 'ada@example.org', PASSWORD)).status).toBe(429);
    expect((await guess('203.0.113.8', 'ada@example.org', PASSWORD)).status).toBe(200);
  });

  test('pages of other sites cannot sign anyone in or out', async () => {
    const given = { email: 'ada@example.org', password: PASSWORD };
    for (const origin of ['http://evil.example', 'null']) {
      expect((await server.post('/sign-in/email', given, { origin })).status).toBe(403);
      expect((await server.post('/sign-out', {}, { origin, cookie: admin })).status).toBe(403);
    }
    const form = await fetch(`${server.url}/auth/sign-in/email`, {
      method: 'POST',
      body: new URLSearchParams(given),
    });
    expect(form.status).toBe(415);
    expect(await server.ask(admin, WHO)).toEqual(role('ADMIN'));
  });

  test('what is wrong with a password or a body is told, and a password is never repeated', async () => {
    const secret = await invited('short@example.org', 'VIEWER');
    const short = await server.post('/accept-invitation', { secret, name: 'S', password: 'hunter2' });
    expect(short.status).toBe(422);
    expect(await short.json()).toEqual({
      code: 'PASSWORD_LENGTH',
      message: 'The password has 7 characters; it must have 10 to 128.',
    });
    const odd = await server.post('/sign-in/email', { email: 5, password: 'hunter2 hunter2' });
    expect(odd.status).toBe(400);
    expect(await odd.text()).not.toContain('hunter2');
    expect((await server.post('/sign-in/email', { email: 'x'.repeat(20_000), password: '' })).status).toBe(
      413,
    );
    expect(server.logged.join('')).not.toMatch(/hunter2|correct horse/);
  });

  test('a session that is revoked elsewhere, a member who is disabled, a role that changes: known within seconds', async () => {
    const cookie = await server.join(await invited('eve@example.org', 'EDITOR'), 'Eve');
    const other = cookieOf(
      await server.post('/sign-in/email', { email: 'eve@example.org', password: PASSWORD }),
    );
    await expect.poll(() => server.ask(cookie, WHO)).toEqual(role('EDITOR'));
    await server.order({ do: 'role', email: 'eve@example.org', role: 'VIEWER' });
    await expect.poll(() => server.ask(cookie, WHO), { timeout: 10_000 }).toEqual(role('VIEWER'));

    const own = '{ viewer { member { sessions { id device address current } } } }';
    const { data } = await server.ask(cookie, own);
    const { sessions } = (
      data as unknown as { viewer: { member: { sessions: { id: string; current: boolean }[] } } }
    ).viewer.member;
    expect(sessions.map(({ current }) => current).sort()).toEqual([false, true]);
    const { id } = sessions.find(({ current }) => !current)!;
    const revoked = await server.ask(
      cookie,
      'mutation ($id: ID!) { revokeSession(id: $id) { __typename ... on Session { id } } }',
      { id },
    );
    expect(revoked.data).toEqual({ revokeSession: { __typename: 'Session', id } });
    await expect.poll(() => server.ask(other, WHO), { timeout: 10_000 }).toEqual({ data: { viewer: null } });
    expect(await server.ask(cookie, WHO)).toEqual(role('VIEWER'));

    await server.order({ do: 'disable', email: 'eve@example.org' });
    await expect.poll(() => server.ask(cookie, WHO), { timeout: 10_000 }).toEqual({ data: { viewer: null } });
  });

  test('whoever signs out is a stranger with the same cookie', async () => {
    const cookie = await server.join(await invited('leaves@example.org', 'VIEWER'), 'Leaves');
    const out = await server.post('/sign-out', {}, { cookie, origin: server.url });
    expect(out.headers.getSetCookie()[0]).toMatch(/session_token=;.*Max-Age=0/);
    await expect.poll(() => server.ask(cookie, WHO), { timeout: 10_000 }).toEqual({ data: { viewer: null } });
  });

  test('a link for a new password works once, ends all sessions, and leaves the old password good for nothing', async () => {
    const cookie = await server.join(await invited('forgets@example.org', 'VIEWER'), 'Forgets');
    const token = await server.order({ do: 'reset', email: 'forgets@example.org' });
    const shown = await server.post('/password-link', { secret: token });
    expect(await shown.json()).toEqual({ email: 'forgets@example.org', name: 'Forgets' });
    const newPassword = 'another horse battery';
    const set = await server.post('/reset-password', { token, newPassword });
    expect(set.status).toBe(200);
    expect(await server.ask(cookieOf(set), WHO)).toEqual(role('VIEWER'));
    await expect.poll(() => server.ask(cookie, WHO), { timeout: 10_000 }).toEqual({ data: { viewer: null } });
    expect((await server.post('/reset-password', { token, newPassword })).status).toBe(410);
    const old = await server.post('/sign-in/email', { email: 'forgets@example.org', password: PASSWORD });
    expect(old.status).toBe(401);
  });

  test('a password is changed by whoever knows it', async () => {
    const cookie = await server.join(await invited('changes@example.org', 'VIEWER'), 'Changes');
    const change = (currentPassword: string) =>
      server.post(
        '/change-password',
        { currentPassword, newPassword: 'yet another password' },
        { cookie, origin: server.url },
      );
    expect((await change('not the password')).status).toBe(422);
    const changed = await change(PASSWORD);
    expect(changed.status).toBe(200);
    expect(await server.ask(cookieOf(changed), WHO)).toEqual(role('VIEWER'));
    expect(
      (await server.post('/change-password', { currentPassword: '', newPassword: PASSWORD })).status,
    ).toBe(401);
  });

  test('a viewer exports and does not import, an editor imports as its author, a stranger does neither', async () => {
    const viewer = await server.join(await invited('reads@example.org', 'VIEWER'), 'Reads');
    const editor = await server.join(await invited('writes@example.org', 'EDITOR'), 'Writes');
    const send = (cookie: string | null) =>
      fetch(`${server.url}/import?name=history.json`, {
        method: 'POST',
        headers: { 'content-type': 'application/octet-stream', ...(cookie !== null && { cookie }) },
        body: '{"loss": [2, 1]}',
      });
    expect([(await send(null)).status, (await send(viewer)).status]).toEqual([401, 403]);
    const made = await send(editor);
    expect(made.status).toBe(201);
    const { experimentId: id } = (await made.json()) as { experimentId: string };
    const fetched = (cookie: string | null) =>
      fetch(`${server.url}/export/${id}.csv`, { headers: cookie === null ? {} : { cookie } });
    expect([(await fetched(null)).status, (await fetched(viewer)).status]).toEqual([401, 200]);
    const { data } = await server.ask(
      viewer,
      'query ($id: ID!) { experiment(id: $id) { author { name email } } }',
      { id },
    );
    expect(data).toEqual({ experiment: { author: { name: 'Writes', email: null } } });
  });

  test('the command line reaches the running server, and tells what cannot be done', async () => {
    expect(await server.order({ do: 'list' })).toMatch(/^ada@example\.org {2}admin {2}Ada\n/);
    expect(await server.order({ do: 'enable', email: 'nobody@example.org' })).toMatch(
      /^No member has the address nobody@example\.org/,
    );
    expect(await server.order({ do: 'disable', email: 'ada@example.org' })).toMatch(
      /^Ada is the only administrator/,
    );
  });

  test('the secret that signs cookies can be read by its user only', async () => {
    expect((await stat(join(server.dataDirectory, 'auth.secret'))).mode & 0o777).toBe(0o600);
  });

  test('what people did with their accounts stands in the audit log, without secrets', async () => {
    const { data, errors } = await server.ask(
      admin,
      '{ auditLog(first: 100) { nodes { operation outcome arguments } } }',
    );
    expect(errors).toBeUndefined();
    const text = JSON.stringify(data);
    for (const operation of ['signIn', 'signOut', 'acceptInvitation', 'resetPassword', 'inviteMember']) {
      expect(text).toContain(`"${operation}"`);
    }
    expect(text).toContain('WRONG_PASSWORD');
    expect(text).not.toMatch(/correct horse|another horse|a wrong guess/);
  });
});

describe('on PostgreSQL, behind a proxy with TLS', () => {
  const PUBLIC_URL = 'https://lab.example.org';
  let postgres: TestPostgres | null = null;
  let server: TeamServer;
  beforeAll(async () => {
    postgres = await startPostgres();
    if (postgres !== null) server = await startTeamServer({ PUBLIC_URL }, { postgres: postgres.url });
  });
  afterAll(async () => {
    await server?.close();
    await postgres?.stop();
  });

  test('members join, sign in, are disabled and get new passwords as on the embedded database', async (context) => {
    if (postgres === null) return context.skip(NO_POSTGRES);
    const admin = await server.join(server.adminSecret, 'Ada');
    const { data } = await server.ask(
      admin,
      'mutation { inviteMember(email: "bob@example.org", role: EDITOR) { ... on InvitationMade { link } } }',
    );
    const { link } = (data as unknown as { inviteMember: { link: string } }).inviteMember;
    expect(link.startsWith(`${PUBLIC_URL}/invitation#`)).toBe(true);
    const bob = await server.join(link.split('#')[1]!, 'Bob');
    expect(await server.ask(bob, WHO)).toEqual(role('EDITOR'));
    const token = await server.order({ do: 'reset', email: 'bob@example.org' });
    const set = await server.post('/reset-password', { token, newPassword: 'a newer password' });
    expect(await server.ask(cookieOf(set), WHO)).toEqual(role('EDITOR'));
    // Only over TLS does a browser send it back.
    expect(set.headers.getSetCookie()[0]).toMatch(/^__Secure-optiscope\.session_token=.*; Secure/);
    await server.order({ do: 'disable', email: 'bob@example.org' });
    const out = await server.post('/sign-in/email', {
      email: 'bob@example.org',
      password: 'a newer password',
    });
    expect(out.status).toBe(401);
  });
});
