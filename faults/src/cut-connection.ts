import { connect, createServer, type Socket } from 'node:net';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { create, type Epoch, wantedEpochs } from './experiments.ts';
import { between, compareRows, type Fault } from './fault.ts';
import { startServer } from './patient-server.ts';

const CHANGES =
  'subscription ($id: ID!, $after: Int!) { experimentChanges(experimentId: $id, after: $after) { cursor epochs { runId epoch loss valAccuracy } } }';

interface Changes {
  readonly cursor: number;
  readonly epochs: readonly (Epoch & { readonly runId: string })[];
}

/** S5: a subscriber's connection is cut after a random number of bytes; it comes again with its cursor. */
export const cutConnection: Fault = {
  id: 'S5',
  name: 'connection cut at a random byte, resumed with the cursor',
  cycles: { pglite: [12, 500], postgresql: [0, 500] },
  takes: [3, 0.1],
  async inject({ cycles, directory, database }) {
    const server = await startServer({ ...database, DATA_DIR: directory });
    const target = new URL(server.url);
    let injected = 0;
    const proxy = createServer((inner) => {
      const outer = connect(Number(target.port), target.hostname);
      // The first bytes are the handshake; a cut there is a cut as well.
      let left = injected < cycles ? between(1, 4_000) : Number.POSITIVE_INFINITY;
      const end = (): void => {
        inner.destroy();
        outer.destroy();
      };
      const pass = (from: Socket, to: Socket): void => {
        from.on('data', (data) => {
          to.write(data.subarray(0, Math.min(data.length, left)));
          left -= data.length;
          if (left > 0) return;
          injected++;
          to.end();
          end();
        });
        from.on('error', end).on('close', end);
      };
      pass(outer, inner);
      inner.on('data', (data) => outer.write(data));
      inner.on('error', end).on('close', end);
    });
    proxy.listen(0, '127.0.0.1');
    await new Promise((resolve) => proxy.once('listening', resolve));
    const address = proxy.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    try {
      const epochs = 40;
      const made = await create(server, { epochs, contenders: 3, stepMilliseconds: 5 });
      const seen: [string, Epoch][] = [];
      let cursor = 0;
      for (let complete = false; !complete; ) {
        const client = createClient({
          url: `ws://127.0.0.1:${port}/graphql`,
          webSocketImpl: WebSocket,
          retryAttempts: 0,
        });
        try {
          const changes = client.iterate<{ experimentChanges: Changes }>({
            query: CHANGES,
            variables: { id: made.id, after: cursor },
          });
          for await (const { data } of changes) {
            if (data == null) throw new Error('an answer without data');
            for (const { runId, ...row } of data.experimentChanges.epochs)
              seen.push([`${runId} ${row.epoch}`, row]);
            cursor = data.experimentChanges.cursor;
          }
          complete = true;
        } catch {
          // cut off: the client comes again
        }
        await client.dispose();
      }
      return { injected, ...compareRows(wantedEpochs(made, epochs), seen) };
    } finally {
      proxy.close();
      await server.end('SIGKILL');
    }
  },
};
