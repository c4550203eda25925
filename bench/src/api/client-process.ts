import { WebSocket } from 'ws';
import { z } from 'zod';
import { sharedSeconds } from './clock.ts';
import type { FromClients, ToClients } from './messages.ts';

/** Many subscribers, each on a WebSocket of its own. */

/** Connections that are being opened at once: as browsers would come, not all in one instant. */
const OPENING = 50;
const PROTOCOL = 'graphql-transport-ws';

const Message = z.object({ type: z.string(), payload: z.unknown().optional() });
const Next = z.object({
  data: z.object({
    experimentChanges: z.object({
      epochs: z.array(z.object({ runId: z.string(), epoch: z.number(), trainSeconds: z.number() })),
    }),
  }),
});

let latencies: number[] = [];
const told = {
  subscribers: 0,
  messages: 0,
  bytes: 0,
  epochs: 0,
  doubled: 0,
  missed: 0,
  completed: 0,
  lost: 0,
};

process.on('message', (message: ToClients) => {
  if (message.type === 'open') {
    open(message.url, message.query, message.experimentIds).then(
      () => answer({ type: 'open' }),
      (error: unknown) => {
        process.stderr.write(`${error}\n`);
        process.exit(1);
      },
    );
  } else if (message.type === 'measure') {
    latencies = [];
    told.messages = 0;
    told.bytes = 0;
    answer({ type: 'measuring' });
  } else {
    answer({ type: 'told', ...told, latencies: Float64Array.from(latencies) });
  }
});
process.on('disconnect', () => process.exit());

function answer(message: FromClients): void {
  process.send?.(message);
}

async function open(url: string, query: string, experimentIds: readonly string[]): Promise<void> {
  const waiting = [...experimentIds];
  const opener = async (): Promise<void> => {
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) await subscribe(url, query, id);
  };
  await Promise.all(Array.from({ length: OPENING }, opener));
}

/** Resolves with the subscriber's first message, which tells where the experiment stands. */
async function subscribe(url: string, query: string, experimentId: string): Promise<void> {
  const socket = new WebSocket(url, PROTOCOL, { perMessageDeflate: false });
  const last = new Map<string, number>();
  await new Promise<void>((resolve, reject) => {
    socket.on('error', reject);
    socket.on('open', () => socket.send('{"type":"connection_init"}'));
    socket.on('close', (code) => {
      told.lost++;
      reject(new Error(`the server closed a connection with ${code}`));
    });
    socket.on('message', (data) => {
      const at = sharedSeconds();
      const text = String(data);
      const { type, payload } = Message.parse(JSON.parse(text));
      if (type === 'connection_ack') {
        const subscribed = { query, variables: { id: experimentId } };
        socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: subscribed }));
      } else if (type === 'next') {
        told.messages++;
        told.bytes += text.length;
        for (const { runId, epoch, trainSeconds } of Next.parse(payload).data.experimentChanges.epochs) {
          const before = last.get(runId) ?? 0;
          if (epoch <= before) told.doubled++;
          else told.missed += epoch - before - 1;
          last.set(runId, Math.max(before, epoch));
          told.epochs++;
          latencies.push(1_000 * (at - trainSeconds));
        }
        resolve();
      } else if (type === 'complete') {
        told.completed++;
        resolve();
      } else if (type === 'ping') {
        socket.send('{"type":"pong"}');
      } else {
        reject(new Error(`the server answered ${text.slice(0, 500)}`));
      }
    });
  });
  told.subscribers++;
}
