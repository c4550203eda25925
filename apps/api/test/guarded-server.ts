import { createApiToken, isRefusal, type MemberRole, type OpenDatabase } from '@optiscope/schema';
import { openTestDatabase } from '@optiscope/schema/test-database';
import { type Identify, tokenOr } from '../src/accounts/identify.ts';
import { identifyTokens } from '../src/accounts/identify-token.ts';
import { createMetrics } from '../src/health/metrics.ts';
import { ReadinessProbe } from '../src/health/readiness.ts';
import { createLog } from '../src/log.ts';
import { notBuilt } from '../src/server/dashboard.ts';
import { createExchange } from '../src/server/exchange.ts';
import { createGraphql } from '../src/server/graphql.ts';
import { type HttpServer, listen } from '../src/server/http.ts';
import { OPERATIONS_PER_MINUTE, RateLimits } from '../src/server/rate-limits.ts';
import { RevokedAccess } from '../src/server/revoked-access.ts';
import { createWebSockets } from '../src/server/websocket.ts';
import { startTestService, type TestService } from './test-service.ts';

/** A server on a port to which people sign in: whoever sends no token is a stranger. */
export interface GuardedServer {
  readonly http: HttpServer;
  readonly database: OpenDatabase;
  readonly service: TestService;
  /** What was logged. */
  readonly logged: string[];
  readonly revoked: RevokedAccess;
  /** Makes a token. */
  token(role: MemberRole): Promise<{ readonly id: string; readonly secret: string }>;
  /** Asks with a token, or as a stranger. */
  post(query: string, secret?: string | null, headers?: Record<string, string>): Promise<Response>;
  close(): Promise<void>;
}

const nobody: Identify = async () => null;

export async function startGuardedServer({
  operationsPerMinute = OPERATIONS_PER_MINUTE,
} = {}): Promise<GuardedServer> {
  const database = await openTestDatabase();
  const service = await startTestService(database); // the dispatcher stays off: nothing trains here
  const logged: string[] = [];
  const log = createLog('debug', (line) => logged.push(line));
  const limits = new RateLimits(operationsPerMinute);
  const revoked = new RevokedAccess();
  const identify = tokenOr(identifyTokens(database.db, log, 0), nobody);
  const graphql = createGraphql(service.service, log, identify, limits, revoked);
  const webSockets = createWebSockets(graphql, log, identify, limits);
  const http = await listen({
    host: '127.0.0.1',
    port: 0,
    allowedHosts: [],
    trustedProxies: ['127.0.0.1'],
    log,
  });
  http.serve({
    graphql,
    webSockets,
    exchange: createExchange(database.db, identify, limits),
    accounts: null,
    pages: notBuilt,
    readiness: new ReadinessProbe(database, service.dispatcher, () => undefined),
    metrics: createMetrics({ ...service, db: database.db, feed: service.service.feed }, () => false),
  });
  return {
    http,
    database,
    service,
    logged,
    revoked,
    token: async (role) => {
      const made = await createApiToken(database.db, {
        name: role,
        role,
        expiresInDays: 1,
        memberId: null,
      });
      if (isRefusal(made)) throw new Error(made.message);
      return { id: made.token.id, secret: made.secret ?? '' };
    },
    post: (query, secret = null, headers = {}) =>
      fetch(`${http.url}/graphql`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(secret !== null && { authorization: `Bearer ${secret}` }),
          ...headers,
        },
        body: JSON.stringify({ query }),
      }),
    close: async () => {
      revoked.close();
      await Promise.all([http.close(), webSockets.close()]);
      await service.close();
      await database.close();
    },
  };
}
