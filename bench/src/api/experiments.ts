import { asc, eq } from 'drizzle-orm';
import type { Database } from '../../../packages/schema/src/index.ts';
import { createExperiment } from '../../../packages/schema/src/store/create-experiment.ts';
import { planExperiment } from '../../../packages/schema/src/store/experiment-plan.ts';
import { runs } from '../../../packages/schema/src/tables/run.ts';

/** An experiment of SGD contenders that no queue knows of: the benchmark itself takes its runs up. */
export async function makeExperiment(
  db: Database,
  contenders: number,
): Promise<{ experimentId: string; runIds: string[] }> {
  const planned = await planExperiment({
    epochs: 10_000,
    contenders: Array.from({ length: contenders }, (_, index) => ({
      optimizer: 'sgd',
      learningRate: (index + 1) / 64,
    })),
  });
  if ('problems' in planned) throw new Error(JSON.stringify(planned.problems));
  const { id } = await createExperiment(db, planned.plan, null, async () => undefined);
  const rows = await db
    .select({ id: runs.id })
    .from(runs)
    .where(eq(runs.experimentId, id))
    .orderBy(asc(runs.position));
  return { experimentId: id, runIds: rows.map((row) => row.id) };
}
