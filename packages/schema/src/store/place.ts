import { eq } from 'drizzle-orm';
import type { Database } from '../database/database.ts';
import { experiments } from '../tables/experiment.ts';
import { type Answer, changeOnce } from './change-once.ts';
import { deletedRefusal } from './open-runs.ts';
import { planPlacement } from './plan-placement.ts';
import { type InputProblem, invalidInput, type Refusal } from './refusal.ts';

/** Says before which others an experiment's runs are taken up. Runs that are under way stay where they are. */
export async function setPriority(
  db: Database,
  id: string,
  priority: number,
  key: string | null = null,
): Promise<Answer | Refusal> {
  return await place(db, id, 'setExperimentPriority', { priority }, key);
}

/** Says which workers may take an experiment's runs up. Runs that are under way stay where they are. */
export async function setWorkerLabels(
  db: Database,
  id: string,
  workerLabels: readonly string[],
  key: string | null = null,
): Promise<Answer | Refusal> {
  return await place(db, id, 'setWorkerLabels', { workerLabels }, key);
}

async function place(
  db: Database,
  id: string,
  operation: string,
  given: { readonly priority?: number; readonly workerLabels?: readonly string[] },
  key: string | null,
): Promise<Answer | Refusal> {
  const problems: InputProblem[] = [];
  const planned = planPlacement({ priority: 0, workerLabels: [], ...given }, problems);
  if (problems.length > 0) return invalidInput(problems);
  const asked = { operation, key, arguments: [id, planned] };
  return await changeOnce(db, asked, id, async (change) => {
    const deleted = deletedRefusal(change.experiment);
    if (deleted !== null) return deleted;
    const { experiment } = change;
    const { priority, workerLabels } = {
      priority: given.priority === undefined ? experiment.priority : planned.priority,
      workerLabels: given.workerLabels === undefined ? experiment.workerLabels : planned.workerLabels,
    };
    const same = priority === experiment.priority && String(workerLabels) === String(experiment.workerLabels);
    if (same) return { changed: false };
    await change.tx
      .update(experiments)
      .set({ priority, workerLabels: [...workerLabels] })
      .where(eq(experiments.id, id));
    change.listingChanged(); // whoever takes runs up looks at the queue again
    return { changed: true };
  });
}
