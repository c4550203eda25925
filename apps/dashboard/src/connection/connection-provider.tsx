'use client';

import { createContext, type ReactNode, use, useState } from 'react';
import { Provider as UrqlProvider } from 'urql';
import { leaveForSignIn } from '../account/leave-for-sign-in.ts';
import { createBrowserClient } from '../graphql/browser-client.ts';
import { createSocket, type Socket, socketUrl } from './socket.ts';

const SocketContext = createContext<() => Socket>(() => {
  throw new Error('useSocket was called outside of ConnectionProvider.');
});

/** Gives all pages one GraphQL client and one socket. The socket is made when the first page follows something. */
export function ConnectionProvider({ children }: { children: ReactNode }) {
  const [client] = useState(createBrowserClient);
  const [socket] = useState(() => {
    let made: Socket | null = null;
    return () => {
      made ??= createSocket(socketUrl(window.location), leaveForSignIn);
      return made;
    };
  });
  return (
    <UrqlProvider value={client}>
      <SocketContext value={socket}>{children}</SocketContext>
    </UrqlProvider>
  );
}

/** The page's socket; call what it returns in an effect, never while rendering. */
export function useSocket(): () => Socket {
  return use(SocketContext);
}
