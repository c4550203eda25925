import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A worker in a process of its own, to be killed. */
export interface WorkerProgram {
  readonly child: ChildProcess;
  /** Where its probes are; empty without HEALTH_PORT. */
  readonly probes: string;
  /** What it wrote to its error stream so far. */
  readonly logged: () => string;
  /** Sends a signal and waits for the end; the exit status, or the signal that ended it. */
  end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals | null>;
}

const FAKE = fileURLToPath(new URL('./fake-trainer-worker.ts', import.meta.url));
export const REAL_WORKER = fileURLToPath(new URL('../src/worker-main.ts', import.meta.url));

/** Starts a worker, by default with the fake trainer, and waits until it takes runs. */
export async function startWorkerProgram(
  settings: Record<string, string>,
  { program = FAKE, args = [] as string[] } = {},
): Promise<WorkerProgram> {
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, [program, ...args], {
    env: { PATH, HOME, NODE_ENV: 'production', LOG: 'warn', WORKERS: '1', ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  let logged = '';
  child.stderr?.on('data', (data) => {
    logged += data;
  });
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', (data) => {
      said += data;
      if (said.includes('\n')) resolve();
    });
    child.once('exit', (code) => reject(new Error(`the worker ended with status ${code}: ${said}${logged}`)));
  });
  return {
    child,
    probes: said.match(/http:[^\s;)]+/)?.[0] ?? '',
    logged: () => logged,
    end: async (signal) => {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode ?? child.signalCode;
      const exited = once(child, 'exit');
      child.kill(signal);
      const [code, by] = await exited;
      return code ?? by;
    },
  };
}
