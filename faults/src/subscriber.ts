import { once } from 'node:events';
import { WebSocket } from 'ws';
import { z } from 'zod';

const Message = z.object({ id: z.string().optional(), type: z.string(), payload: z.unknown().optional() });
const Next = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z.array(z.unknown()).optional(),
});

/** A subscription over a WebSocket of its own, spoken by hand: it can stop reading, which clients do not offer. */
export interface Subscriber {
  /** Reads nothing more from its socket. */
  pause(): void;
  /** How it ended: `complete` when the server said that there is nothing more. */
  readonly ended: Promise<'complete' | 'cut off'>;
  close(): void;
}

export interface Subscribing {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Subscribes, and hands over each answer's data. Rejects when the server does not take the connection. */
export async function subscribe(
  serverUrl: string,
  { query, variables = {}, headers = {} }: Subscribing,
  onData: (data: Record<string, unknown>) => void,
): Promise<Subscriber> {
  const url = `${serverUrl.replace('http', 'ws')}/graphql`;
  const socket = new WebSocket(url, 'graphql-transport-ws', { headers, perMessageDeflate: false });
  let complete = false;
  const ended = new Promise<'complete' | 'cut off'>((resolve) => {
    socket.on('close', () => resolve(complete ? 'complete' : 'cut off'));
  });
  const send = (message: object): void => socket.send(JSON.stringify(message), () => undefined);
  await once(socket, 'open');
  socket.on('error', () => undefined); // its end tells the rest
  await new Promise<void>((resolve, reject) => {
    socket.on('close', () => reject(new Error('the connection was closed before it was acknowledged')));
    socket.on('message', (raw) => {
      const { type, payload } = Message.parse(JSON.parse(String(raw)));
      if (type === 'connection_ack') {
        send({ id: '1', type: 'subscribe', payload: { query, variables } });
        resolve();
      } else if (type === 'ping') send({ type: 'pong' });
      else if (type === 'next') {
        const { data } = Next.parse(payload);
        if (data != null) onData(data);
      } else if (type === 'complete' || type === 'error') {
        complete = type === 'complete';
        socket.close(1000);
      }
    });
    send({ type: 'connection_init' });
  });
  return { pause: () => socket.pause(), ended, close: () => socket.terminate() };
}
