import { setTimeout as sleep } from 'node:timers/promises';
import { NotNow, type ServerProcess, startServer as startOnce } from '../../apps/api/test/server-process.ts';

const LONGEST_MILLISECONDS = 60_000;

/**
 * A server whose `ask` tries again, as clients do, when it is answered with 503 or the connection breaks although the
 * server lives: on a busy machine a database seems to be away that is only slow, and a connection is closed as idle in
 * the moment in which it is used. So whatever is asked must bear to be asked twice.
 */
export async function startServer(...given: Parameters<typeof startOnce>): Promise<ServerProcess> {
  const server = await startOnce(...given);
  const { child } = server;
  return {
    ...server,
    ask: async (query, variables) => {
      const until = performance.now() + LONGEST_MILLISECONDS;
      for (;;) {
        try {
          return await server.ask(query, variables);
        } catch (error) {
          const isPassing =
            error instanceof NotNow || (error instanceof TypeError && error.message === 'fetch failed');
          if (!isPassing || performance.now() > until) throw error;
        }
        await sleep(100);
        if (child.exitCode !== null || child.signalCode !== null)
          throw new Error(`the server ended with ${child.signalCode ?? `status ${child.exitCode}`}`);
      }
    },
  };
}
