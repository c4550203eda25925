import { isIP } from 'node:net';
import { z } from 'zod';
import { isLoopback } from '../server/origin.ts';

/** A secret shorter than this could be guessed. */
const LEAST_SECRET = 32;

/** Where the address begins and ends that browsers call this server by: no path, no query, no name and password. */
const baseAddress = z
  .string()
  .refine((text) => {
    const url = URL.parse(text);
    if (url === null || !/^https?:$/.test(url.protocol) || url.username || url.password) return false;
    return url.pathname === '/' && url.search === '' && url.hash === '';
  })
  .transform((text) => new URL(text).origin);

const some = z.string().refine((text) => text.trim() !== '' && !/\p{Cc}/u.test(text));

/** An address, or a network such as 10.0.0.0/8. */
function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}

/** The settings of signing in. See docs/accounts.md. */
export const ACCOUNT_SETTINGS = {
  ACCOUNTS: {
    schema: z.enum(['on', 'off']).default('off'),
    wanted: 'on or off',
    help: 'Whether people sign in. Default off: whoever reaches the server is its owner, which only this machine can. Must be on for any HOST that others can reach. See docs/accounts.md.',
  },
  AUTH_SECRET: {
    schema: z.string().min(LEAST_SECRET).optional(),
    wanted: `at least ${LEAST_SECRET} characters that nobody can guess, such as what "openssl rand -hex 32" prints`,
    help: 'Signs the cookies of members. Default: made once, and kept in DATA_DIR. Servers that share a database must share it.',
    secret: true,
  },
  PUBLIC_URL: {
    schema: baseAddress.optional(),
    wanted: 'an address without a path, such as https://lab.example.org',
    help: 'The address that people call this server by; of links, cookies and sign-ins elsewhere. Default: http, HOST and PORT.',
  },
  TRUSTED_PROXIES: {
    schema: z
      .string()
      .transform((list) => list.split(',').map((network) => network.trim()))
      .refine((list) => list.every(isNetwork))
      .default([]),
    wanted: 'addresses or networks with commas between them, such as 127.0.0.1,10.0.0.0/8',
    help: 'Reverse proxies whose X-Forwarded-For is believed. Default: none.',
  },
  GITHUB_CLIENT_ID: {
    schema: some.optional(),
    wanted: 'the client ID of an OAuth app of GitHub',
    help: 'Lets members sign in with GitHub, together with GITHUB_CLIENT_SECRET.',
  },
  GITHUB_CLIENT_SECRET: {
    schema: some.optional(),
    wanted: 'the client secret of that app',
    help: 'The secret that belongs to it.',
    secret: true,
  },
  OIDC_ISSUER: {
    schema: z
      .string()
      .refine((text) => /^https?:$/.test(URL.parse(text)?.protocol ?? ''))
      .transform((text) => text.replace(/\/$/, ''))
      .optional(),
    wanted: "an OpenID Connect issuer's address, such as https://login.example.org/realms/lab",
    help: 'Lets members sign in through an OpenID Connect provider, together with the next two.',
  },
  OIDC_CLIENT_ID: {
    schema: some.optional(),
    wanted: 'a client ID',
    help: 'Of this server at that provider.',
  },
  OIDC_CLIENT_SECRET: {
    schema: some.optional(),
    wanted: 'a client secret',
    help: 'The secret that belongs to it.',
    secret: true,
  },
  OIDC_NAME: {
    schema: some.refine((name) => name.length <= 40).default('single sign-on'),
    wanted: 'a name of at most 40 characters',
    help: 'What the sign-in page calls that provider. Default: single sign-on.',
  },
} as const;

type Given = {
  readonly [Name in keyof typeof ACCOUNT_SETTINGS]?:
    | z.output<(typeof ACCOUNT_SETTINGS)[Name]['schema']>
    | undefined;
};
export type AccountSettings = Given & {
  readonly HOST: string;
  readonly ACCOUNTS: 'on' | 'off';
  readonly OIDC_NAME: string;
};

/** The command by which the first administrator is invited. */
export const INVITE_COMMAND = 'npm run -s optiscope -- members invite you@example.org --role admin';

/** What of the settings does not go together, each as a line that says what to do. */
export function accountProblems(settings: AccountSettings): string[] {
  const problems: string[] = [];
  if (!isLoopback(settings.HOST) && settings.ACCOUNTS === 'off') {
    problems.push(
      `HOST is ${settings.HOST}, so other machines can reach this server, but nobody signs in to it: whoever comes would be its owner.
Either turn accounts on: make an invitation for the first administrator, then start with ACCOUNTS=on:
  ${INVITE_COMMAND}
  ACCOUNTS=on HOST=${settings.HOST} npm start
Or leave HOST out, so that only this machine can connect. docs/accounts.md tells more.`,
    );
  }
  if (settings.ACCOUNTS === 'off') return problems;
  problems.push(
    ...together(settings, ['GITHUB_CLIENT_ID', 'GITHUB_CLIENT_SECRET']),
    ...together(settings, ['OIDC_ISSUER', 'OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET']),
  );
  const elsewhere = settings.GITHUB_CLIENT_ID ?? settings.OIDC_ISSUER;
  if (elsewhere !== undefined && settings.PUBLIC_URL === undefined) {
    problems.push(
      'PUBLIC_URL is not set; GitHub and OpenID Connect providers send people back to it. Set it to the address that people call this server by.',
    );
  }
  return problems;
}

function together(settings: AccountSettings, names: readonly (keyof Given)[]): string[] {
  const missing = names.filter((name) => settings[name] === undefined);
  if (missing.length === 0 || missing.length === names.length) return [];
  const there = names.filter((name) => !missing.includes(name));
  return [
    `${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} not set, but ${there.join(' and ')}: they go together. Set all or none.`,
  ];
}
