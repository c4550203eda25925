import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AttemptLimit, holderOf } from '../src/accounts/attempt-limit.ts';
import { accountProblems } from '../src/accounts/settings.ts';
import { members } from '../src/cli/members.ts';
import { readSettings } from '../src/env.ts';
import { addressOf, noteAddress, trustedNetworks } from '../src/server/client-address.ts';
import { runToEnd } from './server-process.ts';

const COMMAND_LINE = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url));

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'optiscope-accounts-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

describe('a server that others can reach', () => {
  test('does not start where nobody signs in, and says what to do', async () => {
    const { status, said } = await runToEnd({ HOST: '0.0.0.0', DATA_DIR: directory });
    expect(status).toBe(2);
    expect(said).toMatch(/^HOST is 0\.0\.0\.0, so other machines can reach this server, but nobody signs in/);
    expect(said).toContain('members invite you@example.org --role admin');
    expect(said).toContain('ACCOUNTS=on HOST=0.0.0.0 npm start');
    expect(said.trim().split('\n')).toHaveLength(5);
  });

  test.each(['127.0.0.1', 'localhost', '::1'])('is not one that listens on %s', (HOST) => {
    expect(accountProblems(readSettings({ HOST }))).toEqual([]);
  });

  test.each(['0.0.0.0', '::', '192.168.1.5', 'lab.example.org'])('is one that listens on %s', (HOST) => {
    expect(accountProblems(readSettings({ HOST }))).toHaveLength(1);
    expect(accountProblems(readSettings({ HOST, ACCOUNTS: 'on' }))).toEqual([]);
  });
});

test('settings of sign-ins elsewhere go together, and all that is missing is named at once', () => {
  const problems = accountProblems(
    readSettings({ ACCOUNTS: 'on', GITHUB_CLIENT_ID: 'id', OIDC_ISSUER: 'https://login.example.org/' }),
  );
  expect(problems).toEqual([
    'GITHUB_CLIENT_SECRET is not set, but GITHUB_CLIENT_ID: they go together. Set all or none.',
    'OIDC_CLIENT_ID and OIDC_CLIENT_SECRET are not set, but OIDC_ISSUER: they go together. Set all or none.',
    expect.stringMatching(/^PUBLIC_URL is not set; /),
  ]);
});

test('a secret that is too short is refused and not repeated', () => {
  expect(() => readSettings({ AUTH_SECRET: 'hunter2' })).toThrow(
    /^AUTH_SECRET is set to something else; wanted/,
  );
  for (const PUBLIC_URL of [
    'lab.example.org',
    'https://lab.example.org/path',
    'https://me:hunter2@lab',
    'ftp://x',
  ]) {
    expect(() => readSettings({ PUBLIC_URL })).toThrow(/^PUBLIC_URL is /);
  }
  expect(readSettings({ PUBLIC_URL: 'https://Lab.example.org/' }).PUBLIC_URL).toBe('https://lab.example.org');
});

test('a server without an administrator does not start, and names the command that invites one', async () => {
  const started = await runToEnd({ ACCOUNTS: 'on', DATA_DIR: directory });
  expect(started.status).toBe(1);
  expect(started.said).toContain('members invite you@example.org --role admin');

  const invited = await runToEnd(
    { DATA_DIR: directory, PORT: '3210' },
    { program: COMMAND_LINE, args: ['members', 'invite', 'Ada@Example.org', '--role', 'admin'] },
  );
  expect(invited.status).toBe(0);
  expect(invited.said).toMatch(/^http:\/\/127\.0\.0\.1:3210\/invitation#[\w-]{43}\n/);
});

test.each([
  [[], {}, /an action is missing/],
  [['invite'], {}, /an e-mail address is missing/],
  [['invite', 'a@example.org'], { days: 'ten' }, /--days is "ten"; wanted a number/],
  [['role', 'a@example.org', 'boss'], {}, /the role is "boss"; wanted viewer, editor or admin/],
  [['role', 'a@example.org'], {}, /the role is undefined; wanted viewer/],
  [['disable', 'a@example.org'], { role: 'admin' }, /disable does not take --role/],
  [['remove', 'a@example.org'], {}, /there is no "remove"/],
  [['list', 'a@example.org'], {}, /"a@example.org" is too much/],
])('members %j %j is answered with what was wanted', async (args, values, said) => {
  await expect(members.run(values, args)).rejects.toThrow(said);
});

test('attempts come back evenly over the time, and one key does not use up another', () => {
  let now = 1_000_000;
  const limit = new AttemptLimit(3, 60_000, () => now);
  expect([1, 2, 3].map(() => limit.take('a'))).toEqual([0, 0, 0]);
  expect(limit.take('a')).toBe(20);
  expect(limit.take('b')).toBe(0);
  now += 19_000;
  expect(limit.take('a')).toBe(1);
  now += 1_000;
  expect(limit.take('a')).toBe(0);
  expect(limit.take('a')).toBe(20);
  now += 3_600_000;
  expect([1, 2, 3].map(() => limit.take('a'))).toEqual([0, 0, 0]);
  expect(limit.take('a')).toBeGreaterThan(0);
});

test('of IPv6 whoever holds a network is one, of IPv4 every address', () => {
  expect(holderOf('2001:db8:1:2:3:4:5:6')).toBe(holderOf('2001:db8:1:2::9'));
  expect(holderOf('2001:db8:1:3::1')).not.toBe(holderOf('2001:db8:1:2::1'));
  expect(holderOf('::1')).not.toBe(holderOf('2001:db8::1'));
  expect(holderOf('192.0.2.1')).not.toBe(holderOf('192.0.2.2'));
});

describe('where a request comes from', () => {
  const from = (
    remoteAddress: string,
    forwarded: string | undefined,
    trusted: string[],
  ): string | undefined => {
    const request = {
      socket: { remoteAddress },
      headers: { 'x-forwarded-for': forwarded },
    } as unknown as IncomingMessage;
    noteAddress(request, trustedNetworks(trusted));
    return addressOf(request);
  };

  test.each([
    ['nobody is believed unless told', '192.0.2.1', '198.51.100.1', [], '192.0.2.1'],
    ['a trusted proxy is', '127.0.0.1', '198.51.100.1', ['127.0.0.1'], '198.51.100.1'],
    ['through an IPv6 socket as well', '::ffff:127.0.0.1', '198.51.100.1', ['127.0.0.0/8'], '198.51.100.1'],
    [
      'what a client wrote before it is not',
      '10.0.0.2',
      '203.0.113.9, 198.51.100.1, 10.0.0.3',
      ['10.0.0.0/8'],
      '198.51.100.1',
    ],
    ['a proxy that tells nothing stands for itself', '10.0.0.2', undefined, ['10.0.0.0/8'], '10.0.0.2'],
    ['nonsense is no address', '10.0.0.2', 'unknown', ['10.0.0.0/8'], '10.0.0.2'],
  ])('%s', (_name, socket, forwarded, trusted, address) => {
    expect(from(socket, forwarded, trusted)).toBe(address);
  });
});
