import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Database } from '@optiscope/schema';
import { sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Identify } from '../accounts/identify.ts';
import { type GraphiqlAssets, loadAssets } from './assets.ts';
import { examplesAbout } from './examples.ts';
import { graphiqlPage, graphiqlPolicy } from './page.ts';

/** GraphiQL at `/graphiql`, for whoever may use the API. */
export interface Graphiql {
  /** Answers a request for its page or one of its files; false when the path is neither. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<boolean>;
}

const PATH = '/graphiql';
const FILES = `${PATH}/`;
/** Where a stranger is sent. */
const SIGN_IN_PATH = '/sign-in';

const Newest = z.object({ rows: z.array(z.object({ id: z.uuid() })) });

export function createGraphiql(db: Database, identify: Identify): Graphiql {
  let loading: Promise<GraphiqlAssets> | null = null;

  const newest = async (): Promise<string | null> => {
    const { rows } = Newest.parse(
      await db.execute(sql`select id from experiments where deleted_at is null order by id desc limit 1`),
    );
    return rows[0]?.id ?? null;
  };

  const answer = async (path: string, request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return tell(response, 405, { allow: 'GET, HEAD' }, 'GraphiQL is asked for with GET.\n');
    }
    loading ??= loadAssets(FILES);
    const assets = await loading;
    if (path !== PATH) {
      const asset = assets.at(path);
      if (asset === undefined) return tell(response, 404, {}, 'There is no such file.\n');
      const { type, body } = asset;
      response.writeHead(200, {
        'content-type': type,
        'content-encoding': 'gzip',
        'content-length': body.length,
        'cache-control': 'public, max-age=31536000, immutable',
      });
      response.end(request.method === 'HEAD' ? undefined : body);
      return;
    }
    if ((await identify(headersOf(request))) === null) {
      return tell(response, 303, { location: `${SIGN_IN_PATH}?back=${PATH}` }, 'Sign in first.\n');
    }
    const page = graphiqlPage(assets, examplesAbout(await newest().catch(() => null)));
    const policy = graphiqlPolicy(request.headers.host);
    tell(
      response,
      200,
      { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy },
      page,
    );
  };

  return {
    handle: async (request, response) => {
      const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
      if (path !== PATH && !path.startsWith(FILES)) return false;
      await answer(path, request, response);
      return true;
    },
  };
}

function tell(response: ServerResponse, status: number, headers: Record<string, string>, body: string): void {
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    ...headers,
  });
  response.end(response.req.method === 'HEAD' ? undefined : body);
}

function headersOf({ headers }: IncomingMessage): Headers {
  return new Headers(Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]));
}
