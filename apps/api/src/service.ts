import { join } from 'node:path';
import { ChangeFeed, type Service } from '@optiscope/schema';
import { everyoneIsOwner, tokenOr } from './accounts/identify.ts';
import { identifyTokens } from './accounts/identify-token.ts';
import { openTeam } from './accounts/open-team.ts';
import type { Settings } from './env.ts';
import { createGraphiql } from './graphiql/graphiql.ts';
import { keptDirectorySize } from './health/directory-size.ts';
import { createMetrics } from './health/metrics.ts';
import { ReadinessProbe } from './health/readiness.ts';
import { serverState } from './health/server-state.ts';
import { listenForProbes } from './health/worker-probes.ts';
import type { Log } from './log.ts';
import { openDatabase } from './open-database.ts';
import { RunQueue } from './queue/run-queue.ts';
import { waitingForSpace } from './queue/waiting-runs.ts';
import { openControl } from './server/control.ts';
import { notBuilt, openDashboard, type Pages } from './server/dashboard.ts';
import { createExchange } from './server/exchange.ts';
import { createGraphql, GRAPHQL_PATH } from './server/graphql.ts';
import { type HttpServer, listen } from './server/http.ts';
import { RateLimits } from './server/rate-limits.ts';
import { createWebSockets } from './server/websocket.ts';
import { StartError } from './start-error.ts';
import { areSpansOn } from './tracing/spans.ts';
import { startTracing } from './tracing/start-tracing.ts';
import { traceStatements } from './tracing/statement-spans.ts';
import { openTraining, takeUpOrphans } from './training.ts';

export interface ServiceParts {
  readonly version: string;
  /** Program of the worker processes. */
  readonly workerEntry: string;
  /** Whether to serve the dashboard beside GraphQL. */
  readonly withDashboard: boolean;
  readonly log: Log;
}

export interface RunningService {
  readonly url: string;
  /**
   * Stops in order: takes no more runs and no more requests, stops the workers, cuts open streams off so that
   * their clients come again, closes the database.
   */
  stop(): Promise<void>;
}

/** Starts everything in one process. Throws `StartError`; what was started by then is stopped again. */
export async function startService(settings: Settings, parts: ServiceParts): Promise<RunningService> {
  const { log } = parts;
  /** What stops what was started, in the order of starting. */
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const part of stops.toReversed()) {
      await part().catch((error: unknown) => log.error('Stopping a part of the server failed', error));
    }
  };
  try {
    stops.push(await startTracing(process.env, { name: 'optiscope', version: parts.version, log }));
    // The port first: when it is taken, that is said at once and no database is touched.
    const http = await listenOn(settings, log);
    stops.push(() => http.close());
    const database = await openDatabase(settings, log);
    stops.push(() => database.close());
    if (areSpansOn()) traceStatements(database);
    const publicUrl = settings.PUBLIC_URL ?? http.url;
    const team = await openTeam(database.db, settings, http.url, log);
    const queue = await RunQueue.open(database, log, { silentSeconds: settings.SILENT_SECONDS });
    stops.push(() => queue.close());
    await takeUpOrphans(database, queue, log);
    const added = await queue.addMissing(database.db);
    if (added > 0) log.info(`${added} runs of a restored database go on`);
    if (database.kind === 'pglite') {
      const control = await openControl(settings.DATA_DIR, { db: database.db, publicUrl }, log);
      stops.push(() => control.close());
    }
    const feed = await ChangeFeed.open(database);
    stops.push(() => feed.close());

    const { version, workerEntry } = parts;
    const training = await openTraining(settings, {
      database,
      queue,
      feed,
      version,
      workerEntry,
      prunesStorage: true,
      log,
    });
    stops.push(() => training.stop());
    const { dispatcher } = training;

    const sizes = {
      cache: keptDirectorySize(join(settings.DATA_DIR, 'cache')),
      checkpoints: keptDirectorySize(join(settings.DATA_DIR, 'checkpoints')),
    };
    const service: Service = {
      db: database.db,
      feed,
      enqueue: (tx, runIds) => queue.enqueue(tx, runIds),
      waiting: async (runIds) => {
        const waiting = await queue.waiting(runIds);
        // Others may take them up all the same; then they do not wait for long.
        const low = settings.WORKERS > 0 ? dispatcher.shortOfSpace : null;
        return low === null ? waiting : waitingForSpace(waiting, low);
      },
      server: { version: parts.version, database: database.kind, workers: settings.WORKERS },
      serverState: () => serverState({ database, queue, dispatcher, sizes }),
      accounts: team,
      dataRoots: settings.DATA_ROOTS ?? (team === null ? null : []),
    };
    const identify = tokenOr(identifyTokens(database.db, log), team?.identify ?? everyoneIsOwner);
    const limits = new RateLimits(settings.RATE_LIMIT);
    const graphql = createGraphql(service, log, identify, limits);
    const webSockets = createWebSockets(graphql, log, identify, limits, settings.CONNECTIONS);
    const pages = parts.withDashboard ? await pagesOf(settings, http, log) : notBuilt;
    const readiness = new ReadinessProbe(database, dispatcher, (away) => {
      if (away === null) log.info('The database answers again');
      else log.error(`Requests are answered with 503: ${away}`);
    });
    stops.push(async () => readiness.close());
    const metrics = createMetrics(
      { db: database.db, queue, feed, dispatcher },
      () => readiness.away !== null,
    );
    stops.push(async () => metrics.close());
    const probes = await listenForProbes(settings, { readiness, metrics });
    stops.push(() => probes.close());
    const exchange = createExchange(database.db, identify, limits);
    const accounts = team?.routes ?? null;
    const graphiql = createGraphiql(database.db, identify);
    http.serve({ graphql, webSockets, exchange, accounts, graphiql, pages, readiness, metrics });
    training.start();
    if (settings.WORKERS === 0)
      log.info('This server trains nothing (WORKERS is 0): runs wait for workers, npm run worker');
    stops.push(async () => {
      await Promise.all([http.close(), webSockets.close(), training.stop()]);
      await pages.close();
    });
    return { url: http.url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function listenOn(settings: Settings, log: Log): Promise<HttpServer> {
  const { HOST, PORT, ALLOWED_HOSTS, PUBLIC_URL, TRUSTED_PROXIES } = settings;
  const own = PUBLIC_URL === undefined ? [] : [new URL(PUBLIC_URL).hostname];
  try {
    return await listen({
      host: HOST,
      port: PORT,
      allowedHosts: [...ALLOWED_HOSTS, ...own],
      trustedProxies: TRUSTED_PROXIES,
      log,
    });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code === 'EADDRINUSE') {
      throw new StartError(
        `Port ${PORT} on ${HOST} is in use. Stop the program that uses it, or set PORT to another.`,
      );
    }
    if (code === 'EACCES')
      throw new StartError(`Port ${PORT} may not be used by this user. Set PORT to one above 1023.`);
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
      throw new StartError(`HOST is ${HOST}, which is no address of this machine.`);
    }
    throw error;
  }
}

async function pagesOf({ HOST, ACCOUNTS }: Settings, http: HttpServer, log: Log): Promise<Pages> {
  const address = { hostname: HOST, port: http.port };
  const built = await openDashboard(`${http.url}${GRAPHQL_PATH}`, address, ACCOUNTS === 'on');
  if (built === null) log.warn('The dashboard has not been built (npm run build); only GraphQL is served.');
  return built ?? notBuilt;
}
