import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { chown, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';

const run = promisify(execFile);

/** A PostgreSQL server of the test's own, on a free port, in a directory that goes with it. */
export interface TestPostgres {
  /** Of a new and empty database. */
  url: string;
  /** Ends its postmaster with SIGKILL and waits until it is gone; the other processes notice by themselves. */
  kill(): Promise<void>;
  /** Starts it again, also from the files that a killed one left. */
  start(): Promise<void>;
  /** Sends a signal to every process of it. */
  signal(signal: NodeJS.Signals): Promise<void>;
  /** Makes another empty database in it and tells its address. */
  createDatabase(name: string): Promise<string>;
  stop(): Promise<void>;
}

export interface PostgresOptions {
  /** The folder to put its directory into. */
  readonly within?: string;
  /** Whether it syncs, as it does by default; tests that cut no power are faster without. */
  readonly durable?: boolean;
}

/** Says that PostgreSQL is not there, and what would bring it. */
export const NO_POSTGRES = 'PostgreSQL is not installed (Debian: apt install postgresql)';

/** Starts a server, or returns null where PostgreSQL is not installed. */
export async function startPostgres({
  within = tmpdir(),
  durable = false,
}: PostgresOptions = {}): Promise<TestPostgres | null> {
  const programs = await findPrograms();
  if (programs === null) return null;
  const directory = await mkdtemp(join(within, 'optiscope-postgres-'));
  const user = await unprivilegedUser();
  if (user !== null) await chown(directory, user.uid, user.gid);
  const as = user ?? {};
  const data = join(directory, 'data');
  await run(
    join(programs, 'initdb'),
    ['-D', data, '-U', 'optiscope', '--auth=trust', '-E', 'UTF8', ...(durable ? [] : ['--no-sync'])],
    {
      ...as,
      cwd: directory,
    },
  );
  return await startOn(join(programs, 'postgres'), { directory, data, as, durable });
}

/** Starts a server on files that one of `startPostgres` left in this folder, such as a copy of its disk. */
export async function startPostgresAgain(within: string): Promise<TestPostgres> {
  const programs = await findPrograms();
  if (programs === null) throw new Error(NO_POSTGRES);
  const name = (await readdir(within)).find((name) => name.startsWith('optiscope-postgres-'));
  if (name === undefined) throw new Error(`there is no PostgreSQL directory in ${within}`);
  const directory = join(within, name);
  const as = (await unprivilegedUser()) ?? {};
  return await startOn(join(programs, 'postgres'), {
    directory,
    data: join(directory, 'data'),
    as,
    durable: true,
  });
}

interface Files {
  readonly directory: string;
  readonly data: string;
  readonly as: { readonly uid?: number; readonly gid?: number };
  readonly durable: boolean;
}

async function startOn(program: string, { directory, data, as, durable }: Files): Promise<TestPostgres> {
  const port = await freePort();
  const options = ['listen_addresses=127.0.0.1', 'max_connections=800', ...(durable ? [] : ['fsync=off'])];
  const url = `postgres://optiscope@127.0.0.1:${port}/postgres`;
  let server: ChildProcess;
  let ended: Promise<unknown> = Promise.resolve();
  /** The end of its log. */
  let said = '';
  const launch = (): void => {
    server = spawn(
      program,
      ['-D', data, '-p', String(port), '-k', directory, ...options.flatMap((option) => ['-c', option])],
      { ...as, cwd: directory, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    server.stderr?.on('data', (data) => {
      said = `${said}${data}`.slice(-500);
    });
    ended = new Promise((resolve) => server.on('exit', resolve));
  };
  const start = async (): Promise<void> => {
    launch();
    // While processes of a killed postmaster are there, a new one refuses; so it is launched anew.
    try {
      await answers(url, () => {
        if (server.exitCode !== null) launch();
      });
    } catch (error) {
      server.kill('SIGKILL');
      throw new Error(`PostgreSQL did not start: ${said}`, { cause: error });
    }
  };
  await start();
  return {
    url,
    start,
    kill: async () => {
      server.kill('SIGKILL');
      await ended;
    },
    signal: async (signal) => {
      const { pid } = server;
      if (pid === undefined) return;
      for (const one of [pid, ...(await childrenOf(pid))]) {
        try {
          process.kill(one, signal);
        } catch {
          // gone meanwhile
        }
      }
    },
    createDatabase: async (name) => {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      try {
        await client.query(`create database ${pg.escapeIdentifier(name)}`);
      } finally {
        await client.end();
      }
      return Object.assign(new URL(url), { pathname: `/${name}` }).href;
    },
    stop: async () => {
      server.kill('SIGINT'); // "fast": it ends its connections
      await ended;
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** The processes that a process started, as Linux tells them. */
async function childrenOf(pid: number): Promise<number[]> {
  const told = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return told.split(' ').filter(Boolean).map(Number);
}

async function findPrograms(): Promise<string | null> {
  const debian = '/usr/lib/postgresql';
  const versions = await readdir(debian).catch(() => [] as string[]);
  const candidates = [
    ...versions.sort((a, b) => Number(b) - Number(a)).map((version) => join(debian, version, 'bin')),
    ...(process.env.PATH ?? '').split(':'),
  ];
  for (const folder of candidates) {
    const names = await readdir(folder).catch(() => [] as string[]);
    if (names.includes('initdb') && names.includes('postgres')) return folder;
  }
  return null;
}

/** PostgreSQL refuses to run as root: then the packages' own user. */
async function unprivilegedUser(): Promise<{ uid: number; gid: number } | null> {
  if (process.getuid?.() !== 0) return null;
  const entry = (await readFile('/etc/passwd', 'utf8'))
    .split('\n')
    .find((line) => line.startsWith('postgres:'));
  const [, , uid, gid] = entry?.split(':') ?? [];
  return uid === undefined || gid === undefined ? null : { uid: Number(uid), gid: Number(gid) };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function answers(url: string, between: () => void): Promise<void> {
  for (let tries = 0; ; tries++) {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return;
    } catch (error) {
      if (tries >= 300) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
      between();
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}
