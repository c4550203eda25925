import { optimizerNamed } from '@optiscope/trainer';
import { type ExperimentPlan as Plan, planExperiment } from '../store/experiment-plan.ts';
import type { PlannedContender as Planned } from '../store/plan-contenders.ts';
import { settingsOf } from '../store/plan-settings.ts';
import { invalidInput, isRefusal } from '../store/refusal.ts';
import { builder } from './builder.ts';
import { CreateExperimentInputRef } from './create-experiment-input.ts';
import { HyperparameterValue, namedValues } from './hyperparameter-value.ts';
import { Optimizer } from './optimizer.ts';
import { InvalidInput, keyRefusal } from './refusal.ts';
import { Lookahead, SettingsOutput } from './settings.ts';
import { DatasetSource, WeightsSource } from './source.ts';

const PlannedContender = builder.objectRef<Planned>('PlannedContender').implement({
  fields: (t) => ({
    label: t.exposeString('label', {}),
    optimizer: t.field({ type: Optimizer, resolve: ({ optimizer }) => optimizerNamed(optimizer) }),
    hyperparameters: t.field({
      type: [HyperparameterValue],
      description: 'Every hyper-parameter, defaults filled in.',
      resolve: ({ optimizer, hyperparameters }) =>
        namedValues(hyperparameters, optimizerNamed(optimizer).hyperparameters),
    }),
    lookahead: t.expose('lookahead', { type: Lookahead, nullable: true }),
  }),
});

const ExperimentPlan = builder.objectRef<Plan>('ExperimentPlan').implement({
  description: 'What an experiment would be, defaults filled in. Nothing of it is made.',
  fields: (t) => ({
    name: t.exposeString('name', {}),
    dataset: t.field({ type: DatasetSource, resolve: ({ data }) => data }),
    weights: t.expose('weights', { type: WeightsSource }),
    alpha: t.exposeFloat('alpha', {}),
    inputSize: t.exposeInt('inputSize', {}),
    freezeIndex: t.exposeInt('freezeIndex', {}),
    batchSize: t.exposeInt('batchSize', {}),
    epochs: t.exposeInt('epochs', {}),
    seeds: t.intList({ resolve: ({ seeds }) => [...seeds] }),
    settings: t.field({ type: SettingsOutput, resolve: ({ settings }) => settingsOf(settings) }),
    priority: t.exposeInt('priority', {}),
    workerLabels: t.exposeStringList('workerLabels', {}),
    contenders: t.field({ type: [PlannedContender], resolve: ({ contenders }) => [...contenders] }),
    runs: t.int({
      description: 'How many runs it would have: contenders times seeds.',
      resolve: ({ contenders, seeds }) => contenders.length * seeds.length,
    }),
  }),
});

const ValidateExperimentResult = builder.unionType('ValidateExperimentResult', {
  types: [ExperimentPlan, InvalidInput],
  resolveType: (value) => (isRefusal(value) ? InvalidInput : ExperimentPlan),
});

builder.queryField('validateExperiment', (t) =>
  t.field({
    type: ValidateExperimentResult,
    description: 'A dry run of `createExperiment`: what it would make, or everything that is wrong with it.',
    args: { input: t.arg({ type: CreateExperimentInputRef, required: true }) },
    resolve: async (_root, { input }, { dataRoots }) => {
      const planned = await planExperiment(input, null, dataRoots ?? null);
      const wrongKey = keyRefusal(input.idempotencyKey);
      const problems = [...(wrongKey?.problems ?? []), ...('problems' in planned ? planned.problems : [])];
      return 'problems' in planned || problems.length > 0 ? invalidInput(problems) : planned.plan;
    },
  }),
);
