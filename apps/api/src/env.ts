import { isAbsolute, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EngineChoice } from '@optiscope/trainer';
import { z } from 'zod';
import { ACCOUNT_SETTINGS } from './accounts/settings.ts';
import { LOG_FORMATS, LOG_LEVELS } from './log.ts';
import { OPERATIONS_PER_MINUTE } from './server/rate-limits.ts';
import { readStorageUrl, type StorageSettings } from './storage/storage-place.ts';
import { defaultWorkers, WORKER_SETTINGS } from './worker-settings.ts';

const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url));

const wholeNumber = (low: number, high: number) =>
  z
    .string()
    .regex(/^\d+$/)
    .transform(Number)
    .refine((value) => value >= low && value <= high);

/** WebSockets at once: enough for a large team with several pages each. Each takes memory for as long as it is open. */
export const MOST_CONNECTIONS = 2_500;

/** Every setting: what it must look like, what to say when it does not, and what it is for. */
const SETTINGS = {
  PORT: {
    schema: wholeNumber(0, 65_535).default(3000),
    wanted: 'a whole number from 0 (any free port) to 65535',
    help: 'Port of the one HTTP server. Default 3000.',
  },
  HOST: {
    schema: z
      .string()
      .regex(/^[\w.:-]+$/)
      .default('127.0.0.1'),
    wanted: 'the address or name of one of the interfaces of this machine, such as 127.0.0.1 or 0.0.0.0',
    help: 'Address to listen on. Default 127.0.0.1: only this machine can connect.',
  },
  ALLOWED_HOSTS: {
    schema: z
      .string()
      .regex(/^[\w.:-]+(\s*,\s*[\w.:-]+)*$/)
      .transform((hosts) => hosts.split(',').map((host) => host.trim().toLowerCase()))
      .default([]),
    wanted: 'host names with commas between them, such as lab.example.org,lab',
    help: 'Further names by which browsers may reach a server that listens on this machine only (behind a proxy).',
  },
  ...ACCOUNT_SETTINGS,
  DATA_DIR: {
    schema: z
      .string()
      .refine((path) => !path.includes('\0'))
      .default(`${REPOSITORY}.optiscope`)
      .transform((path) => (isAbsolute(path) ? path : resolve(path))),
    wanted: 'the path of a directory',
    help: 'Directory for the embedded database, the feature cache and checkpoints. Default .optiscope in the repository.',
  },
  DATA_ROOTS: {
    schema: z
      .string()
      .refine((list) => !list.includes('\0'))
      .transform((list) => list.split(',').flatMap((path) => (path.trim() ? [resolve(path.trim())] : [])))
      .optional(),
    wanted: 'paths of folders with commas between them',
    help: 'The folders that data sets and weights may lie in. Default: anywhere, and with ACCOUNTS=on nowhere.',
  },
  RATE_LIMIT: {
    schema: wholeNumber(0, 1_000_000).default(OPERATIONS_PER_MINUTE),
    wanted: 'a whole number of operations a minute from 0 (no limit) to 1000000',
    help: `What a member or a token may ask of GraphQL, exports and imports a minute. Default ${OPERATIONS_PER_MINUTE}.`,
  },
  DATABASE_URL: {
    schema: z
      .string()
      .refine((url) => /^postgres(ql)?:\/\//.test(url) && URL.canParse(url))
      .optional(),
    wanted: 'a PostgreSQL address such as postgres://user:password@host:5432/database',
    help: 'PostgreSQL to use in place of the embedded database.',
    secret: true,
  },
  ...WORKER_SETTINGS,
  ENGINE: {
    schema: EngineChoice.default('auto'),
    wanted: `one of ${EngineChoice.options.join(', ')}`,
    help: 'Engine that runs the training steps. Default auto: the fastest one here.',
  },
  CHECKPOINT_DAYS: {
    schema: wholeNumber(0, 36_500).default(30),
    wanted: 'a whole number of days from 0 to 36500',
    help: 'The best and last checkpoint of a run that ended are kept this long. Default 30.',
  },
  CHECKPOINT_BYTES: {
    schema: wholeNumber(0, Number.MAX_SAFE_INTEGER).default(20_000_000_000),
    wanted: 'a whole number of bytes, such as 20000000000',
    help: 'What those of all ended runs may take together; the longest ended go first. Default 20000000000.',
  },
  MIN_FREE_BYTES: {
    schema: wholeNumber(0, Number.MAX_SAFE_INTEGER).default(500_000_000),
    wanted: 'a whole number of bytes, such as 500000000',
    help: 'With less than this free on the disk of DATA_DIR no runs are taken up. Default 500000000.',
  },
  STORAGE_URL: {
    schema: z
      .string()
      .transform(readStorageUrl)
      .refine((place) => place !== null)
      .optional(),
    wanted:
      'an address such as s3://bucket/prefix?endpoint=https://host:9000&region=us-east-1&pathStyle=true',
    help: 'S3-compatible storage for checkpoints and features, for workers on several machines.',
    secret: true, // someone may have written the key into it
  },
  S3_ACCESS_KEY_ID: {
    schema: z
      .string()
      .regex(/^[!-~]+$/)
      .optional(),
    wanted: 'the id of an access key',
    help: 'Access key for STORAGE_URL; else AWS_ACCESS_KEY_ID.',
    secret: true,
  },
  S3_SECRET_ACCESS_KEY: {
    schema: z
      .string()
      .regex(/^[!-~]+$/)
      .optional(),
    wanted: 'the secret of the access key',
    help: 'Its secret; else AWS_SECRET_ACCESS_KEY.',
    secret: true,
  },
  CONNECTIONS: {
    schema: wholeNumber(1, 100_000).default(MOST_CONNECTIONS),
    wanted: 'a whole number from 1 to 100000',
    help: `The most WebSockets open at once. Default ${MOST_CONNECTIONS}.`,
  },
  LOG: {
    schema: z.enum(LOG_LEVELS).default('info'),
    wanted: `one of ${LOG_LEVELS.join(', ')}`,
    help: 'How much to log. Default info.',
  },
  LOG_FORMAT: {
    schema: z.enum(LOG_FORMATS).default('auto'),
    wanted: `one of ${LOG_FORMATS.join(', ')}`,
    help: 'How to log. Default auto: text in a terminal, JSON elsewhere.',
  },
} as const;

const Environment = z.object({
  PORT: SETTINGS.PORT.schema,
  HOST: SETTINGS.HOST.schema,
  ALLOWED_HOSTS: SETTINGS.ALLOWED_HOSTS.schema,
  ACCOUNTS: SETTINGS.ACCOUNTS.schema,
  AUTH_SECRET: SETTINGS.AUTH_SECRET.schema,
  PUBLIC_URL: SETTINGS.PUBLIC_URL.schema,
  TRUSTED_PROXIES: SETTINGS.TRUSTED_PROXIES.schema,
  GITHUB_CLIENT_ID: SETTINGS.GITHUB_CLIENT_ID.schema,
  GITHUB_CLIENT_SECRET: SETTINGS.GITHUB_CLIENT_SECRET.schema,
  OIDC_ISSUER: SETTINGS.OIDC_ISSUER.schema,
  OIDC_CLIENT_ID: SETTINGS.OIDC_CLIENT_ID.schema,
  OIDC_CLIENT_SECRET: SETTINGS.OIDC_CLIENT_SECRET.schema,
  OIDC_NAME: SETTINGS.OIDC_NAME.schema,
  DATA_DIR: SETTINGS.DATA_DIR.schema,
  DATA_ROOTS: SETTINGS.DATA_ROOTS.schema,
  RATE_LIMIT: SETTINGS.RATE_LIMIT.schema,
  DATABASE_URL: SETTINGS.DATABASE_URL.schema,
  WORKERS: SETTINGS.WORKERS.schema,
  CONCURRENCY: SETTINGS.CONCURRENCY.schema,
  LABELS: SETTINGS.LABELS.schema,
  MAX_MEMORY: SETTINGS.MAX_MEMORY.schema,
  SILENT_SECONDS: SETTINGS.SILENT_SECONDS.schema,
  HEALTH_PORT: SETTINGS.HEALTH_PORT.schema,
  HEALTH_HOST: SETTINGS.HEALTH_HOST.schema,
  ENGINE: SETTINGS.ENGINE.schema,
  CHECKPOINT_DAYS: SETTINGS.CHECKPOINT_DAYS.schema,
  CHECKPOINT_BYTES: SETTINGS.CHECKPOINT_BYTES.schema,
  MIN_FREE_BYTES: SETTINGS.MIN_FREE_BYTES.schema,
  STORAGE_URL: SETTINGS.STORAGE_URL.schema,
  S3_ACCESS_KEY_ID: SETTINGS.S3_ACCESS_KEY_ID.schema,
  S3_SECRET_ACCESS_KEY: SETTINGS.S3_SECRET_ACCESS_KEY.schema,
  CONNECTIONS: SETTINGS.CONNECTIONS.schema,
  LOG: SETTINGS.LOG.schema,
  LOG_FORMAT: SETTINGS.LOG_FORMAT.schema,
} satisfies Record<keyof typeof SETTINGS, z.ZodType>);
export type Settings = z.output<typeof Environment> & { readonly WORKERS: number };

/** Some settings are wrong: one line for each, with what was got and what was wanted. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

/** Reads the settings from the environment. An empty variable counts as not set. Throws `SettingsError`. */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const names = Object.keys(SETTINGS) as (keyof typeof SETTINGS)[];
  const given = Object.fromEntries(
    names.flatMap((name) => {
      // As other programs for such storage name it.
      const value = environment[name] || environment[name.replace(/^S3_/, 'AWS_')];
      return value === undefined || value === '' ? [] : [[name, value]];
    }),
  );
  const read = Environment.safeParse(given);
  if (read.success && read.data.STORAGE_URL != null && storageSettings(read.data) === null)
    throw new SettingsError(
      'STORAGE_URL needs an access key; wanted S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY as well.',
    );
  if (read.success) return { ...read.data, WORKERS: read.data.WORKERS ?? defaultWorkers(read.data) };
  const wrong = new Set(read.error.issues.map((issue) => issue.path[0]));
  const lines = names
    .filter((name) => wrong.has(name))
    .map((name) => {
      const setting = SETTINGS[name];
      const got = 'secret' in setting ? 'is set to something else' : `is ${JSON.stringify(given[name])}`;
      return `${name} ${got}; wanted ${setting.wanted}.`;
    });
  throw new SettingsError(lines.join('\n'));
}

/** Where checkpoints and features are kept besides DATA_DIR; null where there is no such place. */
export function storageSettings({
  STORAGE_URL: place,
  S3_ACCESS_KEY_ID: accessKeyId,
  S3_SECRET_ACCESS_KEY: secretAccessKey,
}: Pick<
  z.output<typeof Environment>,
  'STORAGE_URL' | 'S3_ACCESS_KEY_ID' | 'S3_SECRET_ACCESS_KEY'
>): StorageSettings | null {
  if (place == null || accessKeyId === undefined || secretAccessKey === undefined) return null;
  return { ...place, accessKeyId, secretAccessKey };
}

/** The settings as text for `--help`: all, or some. */
export function settingsHelp(only: readonly (keyof typeof SETTINGS)[] | null = null): string {
  return Object.entries(SETTINGS)
    .filter(([name]) => only === null || only.some((wanted) => wanted === name))
    .map(([name, { help }]) => `  ${name.padEnd(22)}${help}`)
    .join('\n');
}
