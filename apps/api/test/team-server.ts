import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openEmbedded, openPostgres } from '@optiscope/schema';
import { MemberOrder, obeyMemberOrder } from '../src/accounts/member-orders.ts';
import { readSettings } from '../src/env.ts';
import { createLog } from '../src/log.ts';
import { askServer } from '../src/server/control.ts';
import { startService } from '../src/service.ts';

/** A whole server, without its pages, that people sign in to; its first administrator is invited. */
export interface TeamServer {
  readonly url: string;
  readonly dataDirectory: string;
  /** What was logged. */
  readonly logged: readonly string[];
  /** The secret of the first administrator's invitation. */
  readonly adminSecret: string;
  /** What the command line answers; of a link, the secret in it. */
  order(order: MemberOrder): Promise<string>;
  /** Sends JSON to an address below /auth. */
  post(path: string, body: object, headers?: Record<string, string>): Promise<Response>;
  /** Accepts an invitation; the cookie of the session. */
  join(secret: string, name: string): Promise<string>;
  /** Asks GraphQL; the whole answer. */
  ask(cookie: string | null, query: string, variables?: object): Promise<Answer>;
  close(): Promise<void>;
}

export interface Answer {
  readonly data?: Record<string, never> | null;
  readonly errors?: readonly { readonly extensions: { readonly code: string } }[];
}

export const PASSWORD = 'correct horse battery';

export async function startTeamServer(
  given: Record<string, string> = {},
  { postgres = null as string | null } = {},
): Promise<TeamServer> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'optiscope-team-'));
  const settings = readSettings({
    ACCOUNTS: 'on',
    PORT: '0',
    DATA_DIR: dataDirectory,
    WORKERS: '1',
    ...(postgres !== null && { DATABASE_URL: postgres }),
    ...given,
  });
  const offline = async (order: MemberOrder): Promise<string> => {
    const database =
      postgres === null ? await openEmbedded(dataDirectory) : await openPostgres(postgres, () => undefined);
    try {
      return secretIn(await obeyMemberOrder(database.db, order, 'http://localhost'));
    } finally {
      await database.close();
    }
  };
  const adminSecret = await offline(
    MemberOrder.parse({ do: 'invite', email: 'ada@example.org', role: 'ADMIN' }),
  );
  const logged: string[] = [];
  const service = await startService(settings, {
    version: 'test',
    workerEntry: fileURLToPath(new URL('./fake-worker.ts', import.meta.url)),
    withDashboard: false,
    log: createLog('debug', (line) => logged.push(line)),
  });
  const post: TeamServer['post'] = (path, body, headers = {}) =>
    fetch(`${service.url}/auth${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
      redirect: 'manual',
    });
  return {
    url: service.url,
    dataDirectory,
    logged,
    adminSecret,
    order: async (order) =>
      postgres === null
        ? secretIn((await askServer(dataDirectory, { members: order })) ?? { message: 'no answer' })
        : await offline(order),
    post,
    join: async (secret, name) => {
      const response = await post('/accept-invitation', { secret, name, password: PASSWORD });
      if (!response.ok) throw new Error(await response.text());
      return cookieOf(response);
    },
    ask: async (cookie, query, variables = {}) => {
      const response = await fetch(`${service.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(cookie !== null && { cookie }) },
        body: JSON.stringify({ query, variables }),
      });
      return (await response.json()) as Answer;
    },
    close: async () => {
      await service.stop();
      await rm(dataDirectory, { recursive: true, force: true });
    },
  };
}

/** The cookies that a browser would send after this answer. */
export function cookieOf(response: Response): string {
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';', 1)[0] ?? '')
    .join('; ');
}

function secretIn({ message }: { readonly message: string }): string {
  return /#(\S+)/.exec(message)?.[1] ?? message;
}
