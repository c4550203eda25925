import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AccountRoutes } from '../accounts/routes.ts';
import type { Graphiql } from '../graphiql/graphiql.ts';
import type { Metrics } from '../health/metrics.ts';
import type { Readiness, ReadinessProbe } from '../health/readiness.ts';
import { type Log, loggedAbout } from '../log.ts';
import { tracedRequest } from '../tracing/request-span.ts';
import { noteAddress, trustedNetworks } from './client-address.ts';
import type { Pages } from './dashboard.ts';
import type { Exchange } from './exchange.ts';
import { GRAPHQL_PATH, type GraphqlServer } from './graphql.ts';
import { isLoopback, isNameOfThisMachine, isOwnOrigin } from './origin.ts';
import { urlOf } from './url-of.ts';
import { pathOf, refuse, type WebSockets } from './websocket.ts';

/** What the one port serves. Parts that are not there yet are answered with 503. */
export interface Served {
  graphql: GraphqlServer;
  webSockets: WebSockets;
  exchange: Exchange;
  /** Signing in and out; null where nobody does. */
  accounts?: AccountRoutes | null;
  /** Absent where only programs ask. */
  graphiql?: Graphiql;
  pages: Pages;
  readiness: Pick<ReadinessProbe, 'away' | 'whenGone' | 'check'>;
  metrics: Metrics;
}

export interface HttpOptions {
  readonly host: string;
  readonly port: number;
  readonly allowedHosts: readonly string[];
  /** Addresses and networks of proxies that are believed when they say for whom they ask. */
  readonly trustedProxies?: readonly string[];
  readonly log: Log;
  /** How long, in milliseconds, a request may take to arrive, and how often that is looked at. */
  readonly patience?: typeof PATIENCE;
}

export interface HttpServer {
  readonly port: number;
  /** Address for programs on this machine. */
  readonly url: string;
  /** Begins to serve; before that everything is answered with 503. */
  serve(served: Served): void;
  /** Accepts no more connections, answers nothing new, and closes open ones, streams included. */
  close(): Promise<void>;
}

/** Whether the process is up. */
const HEALTH_PATH = '/health';
/** Whether it can do its work. */
const READY_PATH = '/ready';
const METRICS_PATH = '/metrics';
const STARTING: Readiness = { ready: false, reasons: ['the server is starting or stopping'] };
/** Requests under way get this long to be answered when the server closes. */
const DRAIN_MILLISECONDS = 1_000;
/** A request's head and whole must come within these: slow ones hold connections. */
const PATIENCE = { headersTimeout: 10_000, requestTimeout: 30_000, connectionsCheckingInterval: 5_000 };

const HEADERS = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
} as const;

/** Of what is no page: should a browser take it for one, nothing in it runs or is loaded. */
const NO_PAGE = "default-src 'none'; frame-ancestors 'none'";

/** Starts the HTTP server. Rejects when the port is taken. */
export async function listen({
  host,
  port,
  allowedHosts,
  trustedProxies = [],
  log,
  patience = PATIENCE,
}: HttpOptions): Promise<HttpServer> {
  let served: Served | null = null;
  const checksNames = isLoopback(host);
  const trusted = trustedNetworks(trustedProxies);

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    noteAddress(request, trusted);
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    if (checksNames && !isNameOfThisMachine(request.headers.host, allowedHosts)) {
      return tell(
        response,
        403,
        `This server is not "${request.headers.host ?? ''}". Use localhost, or set ALLOWED_HOSTS.\n`,
      );
    }
    const path = pathOf(request);
    if (path === HEALTH_PATH) return tellJson(response, 200, { status: 'ok' });
    if (path === READY_PATH) {
      const readiness = (await served?.readiness.check()) ?? STARTING;
      return tellJson(response, readiness.ready ? 200 : 503, readiness);
    }
    if (served === null) {
      response.setHeader('retry-after', '1');
      return tell(response, 503, 'Optiscope is starting or stopping. Try again in a moment.\n');
    }
    if (path === GRAPHQL_PATH) await answerGraphql(served, request, response);
    else if (path.startsWith('/auth/') && served.accounts) {
      await answerAccounts(served.accounts, served.readiness.away, request, response);
    } else if (path === METRICS_PATH) await tellMetrics(served.metrics, request, response);
    else {
      const { exchange, graphiql, pages } = served;
      const answered =
        (await exchange.handle(request, response)) || (await graphiql?.handle(request, response));
      if (!answered) await pages.handle(request, response);
    }
  };

  const server = createServer(patience, (request, response) => {
    const began = performance.now();
    const requestId = randomUUID().slice(0, 8);
    response.setHeader('x-request-id', requestId);
    response.once('close', () => {
      const { method = '' } = request;
      const seconds = (performance.now() - began) / 1000;
      served?.metrics.answered(routeOf(pathOf(request)), method, response.statusCode, seconds);
    });
    const route = `/${routeOf(pathOf(request))}`;
    const traced = () => tracedRequest(request, response, route, requestId, () => answer(request, response));
    loggedAbout({ requestId }, traced).catch((error: unknown) => {
      log.about({ requestId }).error(`${request.method} ${pathOf(request)} failed`, error);
      if (response.headersSent) response.destroy();
      else tell(response, 500, 'The server met an error. Its log tells more.\n');
    });
  });
  server.on('upgrade', (request, socket, head) => {
    noteAddress(request, trusted);
    if (served === null) refuse(socket, '503 Service Unavailable');
    else if (checksNames && !isNameOfThisMachine(request.headers.host, allowedHosts))
      refuse(socket, '403 Forbidden');
    else served.webSockets.upgrade(request, socket, head);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address() as AddressInfo;
  return {
    port: address.port,
    url: urlOf(host, address.port),
    serve: (parts) => {
      served = parts;
    },
    close: async () => {
      served = null;
      await closeServer(server);
    },
  };
}

async function closeServer(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeIdleConnections();
  // Streams do not end by themselves. Cut off without their last message, their clients know to come again.
  const timer = setTimeout(() => server.closeAllConnections(), DRAIN_MILLISECONDS);
  await closed;
  clearTimeout(timer);
}

/** A database that is away is told at once, to those as well who asked before it went. */
async function answerGraphql(
  { graphql, readiness }: Served,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const tellAway = (): void => {
    if (response.headersSent || response.writableEnded) return; // a stream goes on when the database is back
    response.setHeader('retry-after', '2');
    response.once('error', () => undefined); // the answer, should it come after all, finds the response closed
    const message = `Not now: ${readiness.away ?? 'the database does not answer'}. Try again in a moment.`;
    tellJson(response, 503, { errors: [{ message, extensions: { code: 'DATABASE_AWAY' } }] });
  };
  if (readiness.away !== null) return tellAway();
  let gone = false;
  const forget = readiness.whenGone(() => {
    gone = !response.headersSent;
    tellAway();
  });
  response.once('close', forget);
  try {
    await graphql(request, response);
  } catch (error) {
    if (!gone) throw error;
  } finally {
    forget();
  }
}

async function answerAccounts(
  accounts: AccountRoutes,
  away: string | null,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (away === null) return await accounts.handle(request, response);
  response.setHeader('retry-after', '2');
  tellJson(response, 503, { code: 'DATABASE_AWAY', message: `Not now: ${away}. Try again in a moment.` });
}

/** What the server is doing is for those who run it: programs of this machine, and pages of this server. */
async function tellMetrics(
  metrics: Metrics,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const from = request.socket.remoteAddress ?? '';
  // A proxy of this machine asks for somebody else.
  const isPassedOn = ['x-forwarded-for', 'forwarded'].some((name) => name in request.headers);
  const isLocal = !isPassedOn && isLoopback(from.replace(/^::ffff:/, ''));
  if (!isLocal || !isOwnOrigin(request.headers.origin, request.headers.host)) {
    return tell(response, 403, 'Metrics are told to this machine only.\n');
  }
  const { type, body } = await metrics.text();
  tell(response, 200, body, type);
}

function routeOf(path: string): string {
  return [GRAPHQL_PATH, HEALTH_PATH, READY_PATH, METRICS_PATH].includes(path) ? path.slice(1) : 'page';
}

function tellJson(response: ServerResponse, status: number, value: object): void {
  tell(response, status, `${JSON.stringify(value)}\n`, 'application/json');
}

function tell(
  response: ServerResponse,
  status: number,
  body: string,
  type = 'text/plain; charset=utf-8',
): void {
  response.writeHead(status, {
    'content-type': type,
    'cache-control': 'no-store',
    'content-security-policy': NO_PAGE,
  });
  response.end(body);
}
