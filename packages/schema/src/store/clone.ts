import { and, asc, eq } from 'drizzle-orm';
import type { Database } from '../database/database.ts';
import type { CreateExperimentInput } from '../graphql/create-experiment-input.ts';
import { isId } from '../ordered-id.ts';
import { contenders } from '../tables/contender.ts';
import { experiments } from '../tables/experiment.ts';
import { runs } from '../tables/run.ts';
import { type Basis, type ExperimentPlan, planExperiment } from './experiment-plan.ts';
import { LONGEST_NAME } from './labels.ts';
import { type InputProblem, notFound, type Refusal } from './refusal.ts';
import type { SourceRoots } from './source-path.ts';

/** The plan of an experiment like another, with some things changed. What was imported is not in it. */
export async function planClone(
  db: Database,
  id: string,
  changes: CreateExperimentInput,
  roots: SourceRoots = null,
): Promise<{ plan: ExperimentPlan } | { problems: readonly InputProblem[] } | Refusal> {
  const basis = await basisOf(db, id);
  return basis === null ? notFound('experiment', id) : await planExperiment(changes, basis, roots);
}

async function basisOf(db: Database, id: string): Promise<Basis | null> {
  const [experiment] = isId(id) ? await db.select().from(experiments).where(eq(experiments.id, id)) : [];
  if (experiment === undefined) return null;
  const rows = await db
    .select({ contender: contenders, seed: runs.seed })
    .from(runs)
    .innerJoin(contenders, eq(contenders.id, runs.contenderId))
    .where(and(eq(runs.experimentId, id), eq(runs.origin, 'TRAINED')))
    .orderBy(asc(contenders.position), asc(runs.position));
  const trained = [...new Map(rows.map(({ contender }) => [contender.id, contender])).values()];
  const { data, weights, alpha, inputSize, freezeIndex, batchSize, epochs, settings } = experiment;
  const { priority, workerLabels } = experiment;
  return {
    name: `Copy of ${experiment.name}`.slice(0, LONGEST_NAME),
    data,
    weights,
    alpha,
    inputSize,
    freezeIndex,
    batchSize,
    epochs,
    settings,
    placement: { priority, workerLabels },
    seeds: rows.length > 0 ? [...new Set(rows.map(({ seed }) => seed))] : [experiment.seed],
    contenders: trained.map(({ label, optimizer, hyperparameters, lookahead }) => ({
      label,
      optimizer,
      lookahead,
      hyperparameters: Object.entries(hyperparameters).map(([name, value]) => ({ name, value })),
    })),
  };
}
