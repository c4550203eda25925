import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../apps/api/src/main.ts', import.meta.url));

/** The whole application as `npm start` runs it, with a data directory of its own. */
export class Server {
  readonly dataDirectory = mkdtempSync(join(tmpdir(), 'optiscope-browser-'));
  /** Settings beside the usual ones; what is changed counts from the next start. */
  readonly settings: Record<string, string>;
  #process: ChildProcess | null = null;
  #url: string | null = null;

  constructor(settings: Record<string, string> = {}) {
    this.settings = settings;
  }

  /** Where it answers; after a restart it is the same. */
  get url(): string {
    if (this.#url === null) throw new Error('The server has not been started.');
    return this.#url;
  }

  async start(): Promise<void> {
    const child = spawn(process.execPath, [MAIN], {
      env: {
        ...process.env,
        PORT: this.#url === null ? '0' : new URL(this.#url).port,
        HOST: '127.0.0.1',
        DATA_DIR: this.dataDirectory,
        DATABASE_URL: '',
        WORKERS: '2',
        LOG: 'warn',
        NODE_ENV: 'production',
        ...this.settings,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#process = child;
    let said = '';
    this.#url = await new Promise<string>((resolve, reject) => {
      const hear = (text: string) => {
        said += text;
        const url = /Optiscope is at (\S+)/.exec(said)?.[1];
        if (url) resolve(url);
      };
      child.stdout?.setEncoding('utf8').on('data', hear);
      child.stderr?.setEncoding('utf8').on('data', hear);
      child.once('exit', (code, signal) =>
        reject(new Error(`The server ended (${signal ?? code}):\n${said}`)),
      );
    });
  }

  /** Ends it in order with SIGTERM, or without any warning with SIGKILL. */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    const child = this.#process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    rmSync(this.dataDirectory, { recursive: true, force: true, maxRetries: 5 });
  }

  /** Asks its GraphQL. */
  async ask<Data>(query: string, variables: Record<string, unknown> = {}): Promise<Data> {
    const response = await fetch(`${this.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = (await response.json()) as { data?: Data; errors?: { message: string }[] };
    if (!data || errors) throw new Error(errors?.map(({ message }) => message).join('; ') ?? 'no data');
    return data;
  }

  /** Creates a comparison of the sample at its smallest, and returns its id. */
  async compare(input: {
    name: string;
    epochs: number;
    seeds?: number[];
    contenders: { optimizer: string; learningRate: number }[];
  }): Promise<string> {
    const { createExperiment } = await this.ask<{ createExperiment: { id?: string } }>(
      'mutation ($input: CreateExperimentInput!) { createExperiment(input: $input) { ... on Experiment { id } ... on InvalidInput { problems { field message } } } }',
      { input: { alpha: 0.35, inputSize: 96, seeds: [1], ...input } },
    );
    if (!createExperiment.id) throw new Error(JSON.stringify(createExperiment));
    return createExperiment.id;
  }
}
