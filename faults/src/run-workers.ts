import { join } from 'node:path';
import type { ServerProcess } from '../../apps/api/test/server-process.ts';
import { startWorkerProgram, type WorkerProgram } from '../../apps/api/test/worker-process.ts';
import type { FaultOptions } from './fault.ts';
import { startServer } from './patient-server.ts';

/** A server that leaves all runs to workers, and workers (`npm run worker`), all on one PostgreSQL and one disk. */
export interface Team {
  readonly server: ServerProcess;
  /** Those that are running. */
  readonly workers: readonly WorkerProgram[];
  /** Starts one more. */
  add(settings?: Readonly<Record<string, string>>): Promise<WorkerProgram>;
  /** Ends one, and forgets it. */
  end(worker: WorkerProgram, signal: NodeJS.Signals): Promise<void>;
  close(): Promise<void>;
}

/** Seconds after which a run whose worker is silent goes to another: as few as can be set. */
export const SILENT_SECONDS = 10;

export async function startTeam(
  { directory, database }: FaultOptions,
  settings: Readonly<Record<string, string>> = {},
): Promise<Team> {
  const shared = {
    ...database,
    DATA_DIR: join(directory, 'data'),
    SILENT_SECONDS: String(SILENT_SECONDS),
    LOG: 'silent',
  };
  const server = await startServer({ ...shared, WORKERS: '0', ...settings });
  const workers: WorkerProgram[] = [];
  return {
    server,
    workers,
    add: async (own = {}) => {
      const worker = await startWorkerProgram({ ...shared, ...own });
      workers.push(worker);
      return worker;
    },
    end: async (worker, signal) => {
      workers.splice(workers.indexOf(worker), 1);
      await worker.end(signal);
    },
    close: async () => {
      await Promise.all(workers.map((worker) => worker.end('SIGKILL')));
      await server.end('SIGKILL');
    },
  };
}

/** The attempts of a run, in their order. */
export interface AttemptRead {
  readonly number: number;
  readonly outcome: string | null;
  readonly pid: number;
  readonly startedAt: string;
  readonly endedAt: string | null;
}

/** The attempts of every run of an experiment. */
export async function readAttempts(
  server: ServerProcess,
  experimentId: string,
): Promise<Map<string, readonly AttemptRead[]>> {
  const { experiment } = await server.ask<{
    experiment: { runs: { id: string; attempts: AttemptRead[] }[] };
  }>(
    'query ($id: ID!) { experiment(id: $id) { runs { id attempts { number outcome pid startedAt endedAt } } } }',
    { id: experimentId },
  );
  return new Map(experiment.runs.map(({ id, attempts }) => [id, attempts]));
}
