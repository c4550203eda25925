import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A way through to another address that can be taken away. */
export interface TcpProxy {
  readonly port: number;
  /** Passes bytes on; or swallows them, as a network does that lost a cable; or refuses and breaks connections. */
  set(mode: 'passes' | 'swallows' | 'refuses'): void;
  close(): void;
}

/** Starts one towards a port of this machine. */
export async function startProxy(target: number): Promise<TcpProxy> {
  let mode: Parameters<TcpProxy['set']>[0] = 'passes';
  const pairs = new Set<readonly [Socket, Socket]>();
  const server = createServer((inner) => {
    if (mode === 'refuses') return inner.destroy();
    const outer = connect(target, '127.0.0.1');
    const pair = [inner, outer] as const;
    pairs.add(pair);
    const end = (): void => {
      // Of a connection that the network lost, nobody is told.
      if (mode === 'swallows') return;
      inner.destroy();
      outer.destroy();
      pairs.delete(pair);
    };
    const pass = (from: Socket, to: Socket): void => {
      from.on('data', (data) => {
        // What was swallowed once is missing from then on: such a connection never works again.
        if (mode === 'swallows') pairs.delete(pair);
        if (pairs.has(pair)) to.write(data);
      });
      from.on('error', end).on('close', end);
    };
    pass(inner, outer);
    pass(outer, inner);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    set: (wanted) => {
      mode = wanted;
      if (mode !== 'refuses') return;
      for (const pair of pairs) for (const socket of pair) socket.destroy();
      pairs.clear();
    },
    close: () => {
      server.close();
      for (const pair of pairs) for (const socket of pair) socket.destroy();
    },
  };
}
