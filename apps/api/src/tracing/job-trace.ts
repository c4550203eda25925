import type { Database } from '@optiscope/schema';
import { sql } from 'drizzle-orm';
import { z } from 'zod';
import { currentTraceparent } from './spans.ts';

const Told = z.object({ rows: z.array(z.object({ traceparent: z.string().nullable() })) });

/** What a job carries beside its run: the request that makes it, where that is traced. */
export function requestOfJob(): { readonly traceparent?: string } {
  const traceparent = currentTraceparent();
  return traceparent === null ? {} : { traceparent };
}

/** The request that a job carries. One that cannot be read is worth no run. */
export async function traceparentOf(db: Database, jobId: string): Promise<string | null> {
  const asked = db.execute(
    sql`select data->>'traceparent' as traceparent from pgboss.job where id = ${jobId}`,
  );
  const told = Told.safeParse(await asked.then(undefined, () => null));
  return told.data?.rows[0]?.traceparent ?? null;
}
