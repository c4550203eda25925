import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { StartError } from '../start-error.ts';
import type { Metrics } from './metrics.ts';
import type { ReadinessProbe } from './readiness.ts';

/** The probes of a worker: /health, /ready and /metrics, where a port is set. They tell nothing secret. */
export async function listenForProbes(
  {
    HEALTH_PORT: port,
    HEALTH_HOST: host,
  }: { readonly HEALTH_PORT?: number | undefined; readonly HEALTH_HOST: string },
  parts: { readonly readiness: ReadinessProbe; readonly metrics: Metrics },
): Promise<{ readonly url: string | null; close(): Promise<void> }> {
  if (port === undefined) return { url: null, close: async () => undefined };
  const server = createServer({ requestTimeout: 5_000, keepAliveTimeout: 1_000 }, (request, response) => {
    answer(request.url ?? '/', parts, response).catch(() => {
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  server.listen(port, host);
  await once(server, 'listening').catch((error: unknown) => {
    throw new StartError(
      `The probes cannot listen on port ${port} of ${host}: ${error instanceof Error ? error.message : error}. Set HEALTH_PORT or HEALTH_HOST to another, or leave HEALTH_PORT out.`,
    );
  });
  const address = server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    close: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function answer(
  url: string,
  { readiness, metrics }: { readonly readiness: ReadinessProbe; readonly metrics: Metrics },
  response: ServerResponse,
): Promise<void> {
  const json = (status: number, body: object): void => {
    response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
    response.end(`${JSON.stringify(body)}\n`);
  };
  switch (url.split('?')[0]) {
    case '/health':
      return json(200, { status: 'ok' });
    case '/ready': {
      const readied = await readiness.check();
      return json(readied.ready ? 200 : 503, readied);
    }
    case '/metrics': {
      const { type, body } = await metrics.text();
      response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store' });
      response.end(body);
      return;
    }
    default:
      return json(404, { error: 'There are /health, /ready and /metrics.' });
  }
}
