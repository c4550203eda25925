import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';
import * as tables from '../tables/tables.ts';
import type { Listener, ServerDatabase } from './database.ts';
import { migrateOn } from './migrate.ts';

const CONNECTIONS = 10;
const CONNECT_TIMEOUT_MILLISECONDS = 5_000;
const IDLE_TIMEOUT_MILLISECONDS = 30_000;
const RECONNECT_MILLISECONDS = { first: 200, most: 5_000 };

/** The version of the PostgreSQL server at this address. Changes nothing there; throws when it cannot be reached. */
export async function postgresVersion(url: string): Promise<string> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MILLISECONDS,
    application_name: 'optiscope doctor',
  });
  try {
    await client.connect();
    const { rows } = await client.query<{ server_version: string }>('show server_version');
    return rows[0]!.server_version;
  } finally {
    await client.end();
  }
}

/**
 * Connects to a PostgreSQL server and migrates its database, unless it is to be taken as it is. Throws when it cannot
 * be reached.
 */
export async function openPostgres(
  url: string,
  onError: (error: unknown) => void,
  { migrates = true } = {},
): Promise<ServerDatabase> {
  const pool = new pg.Pool({
    connectionString: url,
    max: CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MILLISECONDS,
    keepAlive: true,
    // A process that is stopped in the middle of a transaction would keep others from what it has locked.
    idle_in_transaction_session_timeout: IDLE_TIMEOUT_MILLISECONDS,
    application_name: 'optiscope',
  });
  // A connection that breaks is replaced by the pool, whether it is idle or between two statements of a transaction;
  // without a listener it would end the process.
  pool.on('connect', (client) => client.on('error', onError));
  pool.on('error', () => undefined); // the same once more, of an idle one
  try {
    const session = await pool.connect();
    try {
      if (migrates)
        await migrateOn({
          query: (statement) => session.query(statement),
          migrate: (config) => migrate(drizzle(session, { schema: tables }), config),
        });
    } finally {
      session.release();
    }
  } catch (error) {
    await pool.end();
    throw error;
  }
  return {
    kind: 'postgresql',
    pool,
    url,
    db: drizzle(pool, { schema: tables }),
    listen: (channel, onNotify, onGap) => listen(url, channel, onNotify, onGap, onError),
    ping: async () => {
      await pool.query('select 1');
    },
    close: () => pool.end(),
  };
}

/** LISTEN on a connection of its own, made anew whenever it breaks. */
async function listen(
  url: string,
  channel: string,
  onNotify: (payload: string) => void,
  onGap: () => void,
  onError: (error: unknown) => void,
): Promise<Listener> {
  let client: pg.Client | null = null;
  let closed = false;
  let retry: NodeJS.Timeout | undefined;
  let pause = RECONNECT_MILLISECONDS.first;

  const connect = async (): Promise<void> => {
    const next = new pg.Client({
      connectionString: url,
      keepAlive: true,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MILLISECONDS,
      application_name: 'optiscope listener',
    });
    let over = false;
    const lost = (error: unknown): void => {
      if (over || closed) return;
      over = true;
      client = null;
      onError(error);
      next.end().catch(() => undefined);
      retry = setTimeout(reconnect, pause);
      pause = Math.min(2 * pause, RECONNECT_MILLISECONDS.most);
    };
    next.on('error', lost);
    next.on('end', () => lost(new Error('the connection to the database was closed')));
    next.on('notification', (message) => onNotify(message.payload ?? ''));
    try {
      await next.connect();
      await next.query(`listen ${pg.escapeIdentifier(channel)}`);
      if (closed) return await next.end();
      client = next;
      pause = RECONNECT_MILLISECONDS.first;
    } catch (error) {
      lost(error);
      throw error;
    }
  };
  const reconnect = (): void => {
    connect().then(onGap, () => undefined); // a failure has already set the next try
  };

  try {
    await connect();
  } catch (error) {
    closed = true;
    clearTimeout(retry);
    throw error;
  }
  return {
    close: async () => {
      closed = true;
      clearTimeout(retry);
      await client?.end();
    },
  };
}
