import { eq } from 'drizzle-orm';
import type { Database, Transaction } from '../database/database.ts';
import { orderedId } from '../ordered-id.ts';
import { contenders } from '../tables/contender.ts';
import { type ExperimentRow, experiments } from '../tables/experiment.ts';
import { runs } from '../tables/run.ts';
import { announce } from './change.ts';
import type { ExperimentPlan } from './experiment-plan.ts';

/** The experiment that was made with a key, or null. */
export async function experimentWithKey(db: Database, idempotencyKey: string): Promise<ExperimentRow | null> {
  const [found] = await db.select().from(experiments).where(eq(experiments.idempotencyKey, idempotencyKey));
  return found ?? null;
}

/**
 * Makes an experiment with its contenders and runs and puts the runs into the queue, all or nothing. With a key
 * that was used before, makes nothing and returns what was made then, also when both calls run at once.
 */
export async function createExperiment(
  db: Database,
  plan: ExperimentPlan,
  idempotencyKey: string | null,
  enqueue: (tx: Transaction, runIds: readonly string[]) => Promise<void>,
  authorId: string | null = null,
): Promise<ExperimentRow> {
  return await db.transaction(async (tx) => {
    const { contenders: planned, seeds, ...shared } = plan;
    const [experiment] = await tx
      .insert(experiments)
      .values({ ...shared, seed: seeds[0]!, id: orderedId(), idempotencyKey, authorId })
      .onConflictDoNothing({ target: experiments.idempotencyKey })
      .returning();
    if (experiment === undefined) {
      const [first] = await tx
        .select()
        .from(experiments)
        .where(eq(experiments.idempotencyKey, idempotencyKey ?? ''));
      return first!;
    }
    const contenderRows = await tx
      .insert(contenders)
      .values(
        planned.map((contender, position) => ({
          ...contender,
          id: orderedId(),
          experimentId: experiment.id,
          position,
        })),
      )
      .returning();
    contenderRows.sort((a, b) => a.position - b.position);
    // Seed after seed, so that the contenders of one learn side by side and are compared early.
    const runRows = seeds
      .flatMap((seed) => contenderRows.map((contender) => ({ contenderId: contender.id, seed })))
      .map((run, position) => ({ ...run, id: orderedId(), experimentId: experiment.id, position }));
    await tx.insert(runs).values(runRows);
    await enqueue(
      tx,
      runRows.map((run) => run.id),
    );
    await announce(tx, { experimentId: experiment.id, status: true });
    return experiment;
  });
}
