import { existsSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const DIRECTORY = fileURLToPath(new URL('../../../dashboard', import.meta.url));

/** What answers every path that is not the API's. */
export interface Pages {
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  close(): Promise<void>;
}

/**
 * The built dashboard. Its server components read from `graphqlUrl`, which must be set before Next is loaded.
 * Null when the dashboard has not been built.
 */
export async function openDashboard(
  graphqlUrl: string,
  address: { readonly hostname: string; readonly port: number },
  /** Whether people sign in to this server. */
  hasAccounts = false,
): Promise<Pages | null> {
  if (!existsSync(join(DIRECTORY, '.next', 'BUILD_ID'))) return null;
  Object.assign(process.env, {
    OPTISCOPE_GRAPHQL_URL: graphqlUrl,
    OPTISCOPE_ACCOUNTS: hasAccounts ? 'on' : 'off',
    NODE_ENV: process.env.NODE_ENV ?? 'production',
  });
  const { default: module } = await import('next');
  // Next is CommonJS: Node gives its function where the types see a namespace with the function in it.
  const next = module as unknown as typeof module.default;
  const app = next({ dev: false, dir: DIRECTORY, ...address });
  await app.prepare();
  const handle = app.getRequestHandler();
  return { handle: (request, response) => handle(request, response), close: () => app.close() };
}

/** Stands in for a dashboard that is not there: the API works all the same. */
export const notBuilt: Pages = {
  handle: async (_request, response) => {
    response.writeHead(503, { 'content-type': 'text/plain; charset=utf-8' });
    response.end(
      'There is no dashboard here: this server was started without it, or it has not been built (npm run build). GraphQL is at /graphql.\n',
    );
  },
  close: async () => undefined,
};
