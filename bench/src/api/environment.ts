import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { REAL, type ServerProcess, startServer } from '../../../apps/api/test/server-process.ts';
import {
  NO_POSTGRES,
  startPostgres,
  type TestPostgres,
} from '../../../packages/schema/test/test-postgres.ts';

/** Each part gets a database of its own, and everything it started is stopped with it. */
export interface Environment {
  /** A PostgreSQL server that syncs what it commits, as one does that is not there for a test. */
  postgres(): Promise<TestPostgres>;
  /** An API server in a process of its own, without the dashboard. */
  server(settings: Record<string, string>, program?: string): Promise<ServerProcess>;
  directory(): Promise<string>;
  /** Something else to stop at the end. */
  stopping(stop: () => Promise<unknown>): void;
}

/** Runs a part of the benchmark. */
export async function within<T>(part: (environment: Environment) => Promise<T>): Promise<T> {
  const stops: (() => Promise<unknown>)[] = [];
  const directory = async (): Promise<string> => {
    const path = await mkdtemp(join(tmpdir(), 'optiscope-bench-'));
    stops.push(() => rm(path, { recursive: true, force: true }));
    return path;
  };
  try {
    return await part({
      directory,
      stopping: (stop) => stops.push(stop),
      postgres: async () => {
        const postgres = await startPostgres({ durable: true });
        if (postgres === null) throw new Error(NO_POSTGRES);
        stops.push(() => postgres.stop());
        return postgres;
      },
      server: async (settings, program = REAL) => {
        const server = await startServer(
          { DATA_DIR: await directory(), WORKERS: '0', ...settings },
          { program, args: program === REAL ? ['--api-only'] : [] },
        );
        server.child.stderr?.pipe(process.stderr);
        stops.push(() => server.end('SIGTERM'));
        return server;
      },
    });
  } finally {
    for (const stop of stops.toReversed()) await stop();
  }
}
