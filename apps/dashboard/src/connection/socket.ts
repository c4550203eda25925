import { type AnyVariables, stringifyDocument, type TypedDocumentNode } from '@urql/core';
import { CloseCode, createClient } from 'graphql-ws';
import { SIGNED_OUT } from '../account/leave-for-sign-in.ts';
import type { ConnectionSink } from './follow.ts';

/** The page's one WebSocket; every subscription of the page shares it. */
export interface Socket {
  /** Opens one subscription and returns what closes it. Nothing is retried here: `follow` does that. */
  subscribe<Data, Variables extends AnyVariables>(
    document: TypedDocumentNode<Data, Variables>,
    variables: Variables,
    sink: ConnectionSink<Data>,
  ): () => void;
}

const PING_EVERY_MS = 12_000;
const PONG_WITHIN_MS = 6_000;
const ACKNOWLEDGED_WITHIN_MS = 8_000;
/** The socket outlives a change of page by this much, so that the next page finds it open. */
const LINGER_MS = 2_000;

/** A socket to the page's own origin, opened with the first subscription and closed after the last. */
export function createSocket(url: string, onSignedOut: () => void = () => undefined): Socket {
  let connected = false;
  let pong: ReturnType<typeof setTimeout> | undefined;
  const client = createClient({
    url,
    lazy: true,
    lazyCloseTimeout: LINGER_MS,
    retryAttempts: 0,
    connectionAckWaitTimeout: ACKNOWLEDGED_WITHIN_MS,
    keepAlive: PING_EVERY_MS,
    on: {
      connected: () => {
        connected = true;
      },
      closed: (event) => {
        connected = false;
        clearTimeout(pong);
        if (isForbidden(event)) onSignedOut();
      },
      // A laptop that slept, or a network that changed, leaves a socket that looks open and is not.
      ping: (received) => {
        if (received) return;
        clearTimeout(pong);
        pong = setTimeout(() => client.terminate(), PONG_WITHIN_MS);
      },
      pong: (received) => {
        if (received) clearTimeout(pong);
      },
    },
  });
  return {
    subscribe(document, variables, sink) {
      const forgetOpened = client.on('connected', () => {
        forgetOpened();
        sink.opened();
      });
      if (connected) {
        forgetOpened();
        queueMicrotask(() => sink.opened());
      }
      const failed = (code: string | null) => {
        if (code === SIGNED_OUT) onSignedOut();
        sink.failed(code);
      };
      const close = client.subscribe(
        { query: stringifyDocument(document), variables: variables as Record<string, unknown> },
        {
          next(result) {
            if (result.data && !result.errors) sink.next(result.data as never);
            else failed(codeOf(result.errors));
          },
          error: (reason) => failed(codeOf(reason)),
          complete: () => sink.completed(),
        },
      );
      return () => {
        forgetOpened();
        close();
      };
    },
  };
}

/** The service closes so what comes from nobody that it knows. */
function isForbidden(event: unknown): boolean {
  return typeof event === 'object' && event !== null && 'code' in event && event.code === CloseCode.Forbidden;
}

function codeOf(errors: unknown): string | null {
  const first: unknown = Array.isArray(errors) ? errors[0] : null;
  if (typeof first !== 'object' || first === null || !('extensions' in first)) return null;
  const { extensions } = first;
  if (typeof extensions !== 'object' || extensions === null || !('code' in extensions)) return null;
  return typeof extensions.code === 'string' ? extensions.code : null;
}

/** Where the page's own origin takes WebSockets. */
export function socketUrl(location: { protocol: string; host: string }): string {
  return `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/graphql`;
}
