import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, type TestContext, test } from 'vitest';
import { z } from 'zod';
import { openPostgres } from '../src/database/postgres.ts';
import { NO_POSTGRES, startPostgres, type TestPostgres } from './test-postgres.ts';

let postgres: TestPostgres | null = null;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres?.stop());

const Pids = z.object({ rows: z.tuple([z.object({ pid: z.int() })]) });

test('a connection that breaks between two statements of a transaction fails that transaction and nothing else', async (context: TestContext) => {
  if (postgres === null) return context.skip(NO_POSTGRES);
  const { db, pool, close } = await openPostgres(postgres.url, () => undefined);
  try {
    const transaction = db.transaction(async (tx) => {
      const [{ pid }] = Pids.parse(await tx.execute(sql`select pg_backend_pid() as pid`)).rows;
      await pool.query('select pg_terminate_backend($1)', [pid]);
      // Until the connection is told, which nobody waits for: an error without a listener would end the process.
      const gone = async (): Promise<boolean> =>
        (await pool.query('select from pg_stat_activity where pid = $1', [pid])).rowCount === 0;
      while (!(await gone()));
      await tx.execute(sql`select 1`);
    });
    await expect(transaction).rejects.toThrow();
    expect(await db.execute(sql`select 1 as one`)).toMatchObject({ rows: [{ one: 1 }] });
  } finally {
    await close();
  }
});
