import { planClone } from '../store/clone.ts';
import { createExperiment, experimentWithKey } from '../store/create-experiment.ts';
import { type ExperimentPlan, planExperiment } from '../store/experiment-plan.ts';
import { type InputProblem, invalidInput, isRefusal, type Refusal } from '../store/refusal.ts';
import type { ExperimentRow } from '../tables/experiment.ts';
import { builder } from './builder.ts';
import type { Context } from './context.ts';
import { type CreateExperimentInput, CreateExperimentInputRef } from './create-experiment-input.ts';
import { Experiment } from './experiment.ts';
import { ExperimentResult, InvalidInput, keyRefusal } from './refusal.ts';

const CreateExperimentResult = builder.unionType('CreateExperimentResult', {
  types: [Experiment, InvalidInput],
  resolveType: (value) => (isRefusal(value) ? InvalidInput : Experiment),
});

builder.mutationField('createExperiment', (t) =>
  t.field({
    type: CreateExperimentResult,
    args: { input: t.arg({ type: CreateExperimentInputRef, required: true }) },
    resolve: (_root, { input }, context): Promise<ExperimentRow | InvalidRefusal> =>
      create<InvalidRefusal>(context, input, () => planExperiment(input, null, context.dataRoots ?? null)),
  }),
);

builder.mutationField('cloneExperiment', (t) =>
  t.field({
    type: ExperimentResult,
    description:
      'Creates an experiment like another. What `changes` leaves out is taken from there; settings one by one, contenders and seeds as a whole.',
    args: {
      id: t.arg.id({ required: true }),
      changes: t.arg({ type: CreateExperimentInputRef, required: true, defaultValue: {} }),
    },
    resolve: (_root, { id, changes }, context): Promise<ExperimentRow | Refusal> =>
      create<Refusal>(context, changes, () => planClone(context.db, id, changes, context.dataRoots ?? null)),
  }),
);

type InvalidRefusal = Extract<Refusal, { refusal: 'InvalidInput' }>;
type Planned<Refused> =
  | { readonly plan: ExperimentPlan }
  | { readonly problems: readonly InputProblem[] }
  | Refused;

async function create<Refused extends Refusal>(
  { db, enqueue, viewer }: Context,
  { idempotencyKey }: CreateExperimentInput,
  plan: () => Promise<Planned<Refused>>,
): Promise<ExperimentRow | Refused | InvalidRefusal> {
  const key = idempotencyKey ?? null;
  const wrongKey = keyRefusal(key);
  if (key !== null && wrongKey === null) {
    // What made it once may be gone by now, such as its data set: the first answer still stands.
    const first = await experimentWithKey(db, key);
    if (first !== null) return first;
  }
  const planned = await plan();
  if (isRefusal(planned)) return planned;
  const problems = [...(wrongKey?.problems ?? []), ...('problems' in planned ? planned.problems : [])];
  if ('problems' in planned || problems.length > 0) return invalidInput(problems);
  return await createExperiment(db, planned.plan, key, enqueue, viewer?.memberId ?? null);
}
