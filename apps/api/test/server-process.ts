import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { dataOf } from './test-service.ts';

/** A server in a process of its own, to be killed. */
export interface ServerProcess {
  readonly url: string;
  readonly child: ChildProcess;
  ask<Answer>(query: string, variables?: Record<string, unknown>): Promise<Answer>;
  /** Sends a signal and waits for the end; the exit status, or the signal that ended it. */
  end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals | null>;
}

/** The server answered 503: its database is away, or so slow that it seems to be. */
export class NotNow extends Error {}

const WORKERS = String(availableParallelism());
const FAKE = fileURLToPath(new URL('./fake-trainer-server.ts', import.meta.url));
export const REAL = fileURLToPath(new URL('../src/main.ts', import.meta.url));

/** Starts a program and waits until it says where it is. */
export async function startServer(
  settings: Record<string, string>,
  { program = FAKE, args = [] as string[] } = {},
): Promise<ServerProcess> {
  const child = launch(settings, { program, args });
  let said = '';
  let complained = '';
  child.stderr?.on('data', (data) => {
    complained += data;
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout?.on('data', (data) => {
      said += data;
      const found = said.match(/http:\S+/);
      if (found) resolve(found[0]);
    });
    child.once('exit', (code) =>
      reject(new Error(`the server ended with status ${code}: ${said}${complained}`)),
    );
  });
  return {
    url,
    child,
    ask: async (query, variables = {}) => {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query, variables }),
      });
      if (response.status === 503) throw new NotNow(await response.text());
      return dataOf(await response.json());
    },
    end: async (signal) => {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode ?? child.signalCode;
      const exited = once(child, 'exit');
      child.kill(signal);
      const [code, by] = await exited;
      return code ?? by;
    },
  };
}

/** Runs a program to its end. */
export async function runToEnd(
  settings: Record<string, string>,
  { program = REAL, args = [] as string[] } = {},
): Promise<{ status: number | null; said: string }> {
  const child = launch(settings, { program, args });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (data) => {
      said += data;
    });
  }
  const [status] = await once(child, 'close');
  return { status, said };
}

function launch(
  settings: Record<string, string>,
  { program, args }: { program: string; args: string[] },
): ChildProcess {
  const { PATH, HOME } = process.env;
  return spawn(process.execPath, [program, ...args], {
    // With WORKERS, since a server with a DATABASE_URL would leave the runs to workers elsewhere.
    // Tests fill no disk, and a machine may have little left.
    env: {
      PATH,
      HOME,
      NODE_ENV: 'production',
      PORT: '0',
      LOG: 'warn',
      MIN_FREE_BYTES: '0',
      WORKERS,
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}
