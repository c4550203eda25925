import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { type WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import { sharedSeconds } from './clock.ts';
import type { FromFloor, ToFloor } from './messages.ts';

/**
 * What sending alone takes on this machine: a WebSocket server that speaks just enough of the protocol for the same
 * clients, and sends each topic's clients one ready-made text.
 */

const Message = z.object({
  type: z.string(),
  payload: z.object({ variables: z.object({ id: z.string() }) }).optional(),
});

const topics = new Map<string, Set<WebSocket>>();
/** The number of the last message of each topic. */
const sent = new Map<string, number>();

process.on('message', (message: ToFloor) => {
  const acted = message.type === 'listen' ? listen() : send(message.seconds, message.rate, message.bytes);
  acted.then((answer) => process.send?.(answer));
});
process.on('disconnect', () => process.exit());

async function listen(): Promise<FromFloor> {
  const server = new WebSocketServer({
    port: 0,
    host: '127.0.0.1',
    handleProtocols: () => 'graphql-transport-ws',
  });
  server.on('connection', (socket) => {
    socket.on('message', (data) => {
      const { type, payload } = Message.parse(JSON.parse(String(data)));
      if (type === 'connection_init') socket.send('{"type":"connection_ack"}');
      else if (payload !== undefined) {
        const { id } = payload.variables;
        topics.set(id, (topics.get(id) ?? new Set()).add(socket));
        socket.send(text([], 0));
      }
    });
  });
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('it listens on no port');
  return { type: 'listening', url: `http://127.0.0.1:${address.port}` };
}

async function send(seconds: number, rate: number, bytes: number): Promise<FromFloor> {
  const began = sharedSeconds();
  await Promise.all(
    [...topics].map(async ([topic, sockets], place) => {
      for (let count = 0; count < seconds * rate; count++) {
        const early = began + (count + place / topics.size) / rate - sharedSeconds();
        if (early > 0) await sleep(1_000 * early);
        const epoch = (sent.get(topic) ?? 0) + 1;
        sent.set(topic, epoch);
        const message = text([{ runId: topic, epoch, trainSeconds: sharedSeconds() }], bytes);
        for (const socket of sockets) socket.send(message);
      }
    }),
  );
  return { type: 'sent' };
}

function text(epochs: readonly object[], bytes: number): string {
  const message = (filling: string): string =>
    JSON.stringify({ id: '1', type: 'next', payload: { data: { experimentChanges: { epochs, filling } } } });
  return message('.'.repeat(Math.max(0, Math.round(bytes) - message('').length)));
}
