import { type OpenDatabase, runEngines, type ServerState } from '@optiscope/schema';
import { sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Dispatcher } from '../queue/dispatcher.ts';
import type { RunQueue } from '../queue/run-queue.ts';

const Size = z.object({ rows: z.array(z.object({ bytes: z.coerce.number() })).length(1) });

/** What this server is doing now. */
export async function serverState(of: {
  readonly database: OpenDatabase;
  readonly queue: RunQueue;
  readonly dispatcher: Dispatcher;
  readonly sizes: { readonly cache: () => Promise<number>; readonly checkpoints: () => Promise<number> };
}): Promise<ServerState> {
  const { db } = of.database;
  const { workers } = of.dispatcher;
  const engines = await runEngines(
    db,
    workers.flatMap(({ runIds }) => runIds),
  );
  const { rows } = Size.parse(await db.execute(sql`select pg_database_size(current_database()) as bytes`));
  const { waiting, active, longestWaitSeconds } = await of.queue.length(db);
  return {
    queueLength: waiting,
    runsUnderWay: active,
    longestWaitSeconds,
    workerProcesses: workers.map(({ pid, runs, runIds }) => {
      const told = runIds.flatMap((id) => engines.get(id) ?? []);
      const distinct = new Map(told.map((engine) => [JSON.stringify(engine), engine]));
      return { pid, runs, engines: [...distinct.values()] };
    }),
    databaseBytes: rows[0]!.bytes,
    featureCacheBytes: await of.sizes.cache(),
    checkpointBytes: await of.sizes.checkpoints(),
    hindrances: of.dispatcher.hindrances,
  };
}
