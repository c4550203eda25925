import { eq, inArray } from 'drizzle-orm';
import type { Database, Executor, Transaction } from '../database/database.ts';
import { hasEnded, type RunRow, runs } from '../tables/run.ts';

/** A run, and the token of the attempt that says it holds it. */
export interface Claim {
  readonly experimentId: string;
  readonly runId: string;
  /** The attempt's number. */
  readonly token: number;
}

/**
 * The run if the claim still holds: the run is running and nobody took it up since. Null otherwise; then what
 * the claimant wanted to write is refused. Call it inside `changeExperiment`, whose lock keeps it true.
 */
export async function heldRun(tx: Transaction, claim: Claim): Promise<RunRow | null> {
  const [run] = await tx.select().from(runs).where(eq(runs.id, claim.runId));
  if (run === undefined || run.experimentId !== claim.experimentId) return null;
  return run.status === 'RUNNING' && run.attempt === claim.token ? run : null;
}

/**
 * Which of the claims still hold. Outside of `changeExperiment` it is read without a lock: whoever goes on because of it
 * may be refused later.
 */
export async function heldRuns<Held extends Claim>(db: Executor, claims: readonly Held[]): Promise<Held[]> {
  if (claims.length === 0) return [];
  const rows = await db
    .select({
      id: runs.id,
      experimentId: runs.experimentId,
      status: runs.status,
      attempt: runs.attempt,
    })
    .from(runs)
    .where(
      inArray(
        runs.id,
        claims.map((claim) => claim.runId),
      ),
    );
  const byId = new Map(rows.map((row) => [row.id, row]));
  return claims.filter(({ experimentId, runId, token }) => {
    const row = byId.get(runId);
    return row?.experimentId === experimentId && row.status === 'RUNNING' && row.attempt === token;
  });
}

/**
 * Which of the claims are over for good: their runs have ended, or a later attempt took them up. What their workers
 * still hold is worth nothing, and must not be put where the later attempt's is.
 */
export async function overClaims(db: Database, claims: readonly Claim[]): Promise<Claim[]> {
  if (claims.length === 0) return [];
  const rows = await db
    .select({ id: runs.id, status: runs.status, attempt: runs.attempt })
    .from(runs)
    .where(
      inArray(
        runs.id,
        claims.map((claim) => claim.runId),
      ),
    );
  const open = new Map(
    rows.filter(({ status }) => !hasEnded(status)).map(({ id, attempt }) => [id, attempt]),
  );
  return claims.filter(({ runId, token }) => open.get(runId) !== token);
}
