import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ExecutionArgs, GraphQLError, type GraphQLFormattedError } from 'graphql';
import { useServer as serveOver } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { everyoneIsOwner, type Identify } from '../accounts/identify.ts';
import { MOST_CONNECTIONS } from '../env.ts';
import type { Log } from '../log.ts';
import { callerOf } from './caller.ts';
import { addressOf } from './client-address.ts';
import { GRAPHQL_PATH, type GraphqlServer } from './graphql.ts';
import { createMaskError } from './mask-error.ts';
import { isOwnOrigin } from './origin.ts';
import { OPERATIONS_PER_MINUTE, RateLimits } from './rate-limits.ts';
import { headersOf } from './request-headers.ts';
import { textProblem } from './text-limits.ts';

const MOST_MESSAGE_BYTES = 256 * 1024;
const MOST_OPERATIONS_PER_CONNECTION = 100;
/** A client that answers no ping for this long is gone; its subscriptions end. */
const KEEP_ALIVE_MILLISECONDS = 12_000;
/** After the close frame, a client gets this long to answer. */
const CLOSE_MILLISECONDS = 500;

type Enveloped = ReturnType<GraphqlServer['getEnveloped']>;

export interface WebSockets {
  /** Takes a connection over, or refuses it. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Tells every client to come again, and ends what does not close by itself. */
  close(): Promise<void>;
}

/** GraphQL over WebSocket (the graphql-transport-ws protocol), with the plugins and limits of HTTP. */
export function createWebSockets(
  graphql: GraphqlServer,
  log: Log,
  identify: Identify = everyoneIsOwner,
  limits = new RateLimits(OPERATIONS_PER_MINUTE),
  mostConnections = MOST_CONNECTIONS,
): WebSockets {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MOST_MESSAGE_BYTES });
  const maskError = createMaskError(log);
  const enveloped = new WeakMap<object, Enveloped>();

  const server = serveOver(
    {
      execute: (args) => envelopedOf(args).execute(args),
      subscribe: (args) => envelopedOf(args).subscribe(args),
      // A stranger could do nothing here; signing in is not done over WebSocket.
      onConnect: async ({ extra: { request }, connectionParams }) =>
        (await identify(headersWith(request, connectionParams))) !== null,
      onSubscribe: async (connection, _id, params) => {
        const { request } = connection.extra;
        if (Object.keys(connection.subscriptions).length > MOST_OPERATIONS_PER_CONNECTION) {
          return [
            new GraphQLError(
              `A connection carries at most ${MOST_OPERATIONS_PER_CONNECTION} operations at once.`,
            ),
          ];
        }
        const problem = textProblem(params.query);
        if (problem !== null) return [problem];
        try {
          const caller = await callerOf(
            identify,
            limits,
            headersWith(request, connection.connectionParams),
            addressOf(request),
          );
          limits.countOperation(caller);
          const own = graphql.getEnveloped({ params, caller });
          const document = own.parse(params.query);
          const errors = own.validate(own.schema, document);
          if (errors.length > 0) return errors;
          const args = {
            schema: own.schema,
            document,
            operationName: params.operationName ?? null,
            variableValues: params.variables ?? null,
            contextValue: await own.contextFactory(),
          };
          enveloped.set(args, own);
          return args;
        } catch (error) {
          return [maskError(error)];
        }
      },
      // An error that ends a subscription has not been through the masking of results.
      onError: (_connection, _id, _payload, errors) => errors.map((error) => formatted(maskError(error))),
      onNext: (_connection, _id, _payload, _args, { errors, data, extensions }) =>
        errors === undefined
          ? undefined
          : {
              errors: errors.map(formatted),
              ...(data !== undefined && { data }),
              ...(extensions !== undefined && { extensions }),
            },
    },
    sockets,
    KEEP_ALIVE_MILLISECONDS,
  );

  function envelopedOf(args: ExecutionArgs): Enveloped {
    const own = enveloped.get(args);
    if (own === undefined) throw new Error('an operation was executed that was not subscribed');
    return own;
  }

  return {
    upgrade: (request, socket, head) => {
      if (pathOf(request) !== GRAPHQL_PATH) return refuse(socket, '404 Not Found');
      const { origin, host, cookie } = request.headers;
      // A browser always says which page asks. Whoever sends its cookie without that is not one.
      const isForeign = !isOwnOrigin(origin, host) || (origin === undefined && cookie !== undefined);
      if (isForeign) return refuse(socket, '403 Forbidden');
      if (sockets.clients.size >= mostConnections) return refuse(socket, '503 Service Unavailable');
      sockets.handleUpgrade(request, socket, head, (client) => sockets.emit('connection', client, request));
    },
    close: async () => {
      const closed = server.dispose();
      const timer = setTimeout(() => {
        for (const client of sockets.clients) client.terminate();
      }, CLOSE_MILLISECONDS);
      await closed;
      clearTimeout(timer);
    },
  };
}

/** As a client is told of it: the status is for answers over HTTP. */
function formatted(error: GraphQLError): GraphQLFormattedError {
  const { extensions: { http: _status, ...extensions } = {}, ...told } = error.toJSON();
  return Object.keys(extensions).length === 0 ? told : { ...told, extensions };
}

/** Of a connection; a client that can set no headers, such as a browser's script with a token, sends it when it begins. */
function headersWith(
  request: IncomingMessage,
  params: Readonly<Record<string, unknown>> | undefined,
): Headers {
  const headers = headersOf(request);
  const { authorization } = params ?? {};
  if (
    typeof authorization === 'string' &&
    /^[\x20-\x7e]+$/.test(authorization) &&
    !headers.has('authorization')
  ) {
    headers.set('authorization', authorization);
  }
  return headers;
}

/** Answers an upgrade that is not granted. */
export function refuse(socket: Duplex, status: string): void {
  socket.once('error', () => undefined);
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

/** A request's path without its query. */
export function pathOf(request: IncomingMessage): string {
  return (request.url ?? '/').split('?', 1)[0] ?? '/';
}
