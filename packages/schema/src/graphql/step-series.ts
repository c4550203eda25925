import { type NonFiniteKind as NonFiniteKindOfTrainer, nonFiniteKind } from '@optiscope/trainer';
import type { StepRequest, StepSeriesOfRun } from '../series/step-series.ts';
import type { StepMetric } from '../tables/step-chunk.ts';
import { builder } from './builder.ts';
import type { Context } from './context.ts';
import { Experiment } from './experiment.ts';
import { NonFiniteKind } from './non-finite.ts';
import { bucketsOf, RESOLUTION } from './resolution.ts';
import { Run } from './run.ts';

export const StepMetricRef = builder.enumType('StepMetric', {
  description: 'What is kept of every training step.',
  values: {
    LOSS: { value: 'loss', description: "Mean loss of the step's batch, before its update." },
    GRADIENT_NORM: { value: 'gradientNorm', description: 'L2 norm of the whole gradient.' },
    LEARNING_RATE: { value: 'learningRate' },
    SECONDS: { value: 'seconds', description: "The step's own computing time." },
  } satisfies Record<string, { value: StepMetric; description?: string }>,
});

const NonFiniteStep = builder
  .objectRef<{ step: number; kind: NonFiniteKindOfTrainer }>('NonFiniteStep')
  .implement({
    fields: (t) => ({
      step: t.exposeInt('step', {}),
      kind: t.expose('kind', { type: NonFiniteKind }),
    }),
  });

export const StepSeries = builder.objectRef<StepSeriesOfRun>('StepSeries').implement({
  description: 'One metric of one run, step by step.',
  fields: (t) => ({
    runId: t.exposeID('runId', {}),
    metric: t.expose('metric', { type: StepMetricRef }),
    recorded: t.exposeInt('recorded', { description: 'How many steps there are; `steps` may have fewer.' }),
    steps: t.intList({
      description: 'Counted from 1 over the whole run.',
      resolve: ({ steps }) => numbersOf(steps),
    }),
    values: t.field({
      type: ['Float'],
      nullable: { list: false, items: true },
      description: 'Null where the value is not finite; see `nonFinite`.',
      resolve: ({ values }) => finiteOnes(values),
    }),
    nonFinite: t.field({
      type: [NonFiniteStep],
      resolve: nonFiniteSteps,
    }),
    negativeZeros: t.intList({
      description: 'Steps whose value is −0, which JSON writes as 0.',
      resolve: negativeZeroSteps,
    }),
  }),
});

/** A million numbers are made ready here one by one: loops take a third of the time that `Array.from` takes. */
function finiteOnes(values: ArrayLike<number>): (number | null)[] {
  const all = new Array<number | null>(values.length);
  for (let place = 0; place < values.length; place++) {
    const value = values[place]!;
    all[place] = Number.isFinite(value) ? value : null;
  }
  return all;
}

function numbersOf(values: ArrayLike<number>): number[] {
  const all = new Array<number>(values.length);
  for (let place = 0; place < values.length; place++) all[place] = values[place]!;
  return all;
}

function negativeZeroSteps({ steps, values }: StepSeriesOfRun): number[] {
  const found: number[] = [];
  for (let place = 0; place < values.length; place++) {
    if (values[place] === 0 && Object.is(values[place], -0)) found.push(steps[place]!);
  }
  return found;
}

function nonFiniteSteps({
  steps,
  values,
}: StepSeriesOfRun): { step: number; kind: NonFiniteKindOfTrainer }[] {
  const found: { step: number; kind: NonFiniteKindOfTrainer }[] = [];
  for (let place = 0; place < values.length; place++) {
    const kind = Number.isFinite(values[place]!) ? null : nonFiniteKind(values[place]!);
    if (kind !== null) found.push({ step: steps[place]!, kind });
  }
  return found;
}

interface StepArguments {
  readonly metrics: readonly StepMetric[];
  readonly after: number;
  readonly resolution?: number | null | undefined;
}

function requestOf({ metrics, after, resolution }: StepArguments): StepRequest {
  return { metrics: [...new Set(metrics)], after: Math.max(0, after), resolution: bucketsOf(resolution) };
}

/** Of runs in the order given; a metric without steps is there and empty. */
async function seriesOfRuns(
  { load }: Context,
  runIds: readonly string[],
  request: StepRequest,
): Promise<StepSeriesOfRun[]> {
  if (request.metrics.length === 0) return [];
  const found = await Promise.all(runIds.map((runId) => load.stepSeriesOf(runId, request)));
  return found.flatMap(
    (series, place) =>
      series ??
      request.metrics.map((metric) => ({
        runId: runIds[place]!,
        metric,
        recorded: 0,
        steps: [],
        values: [],
      })),
  );
}

builder.objectField(Run, 'stepSeries', (t) =>
  t.field({
    type: [StepSeries],
    description: 'The metrics asked for as arrays, one entry per step; fewer with a `resolution`.',
    args: {
      metrics: t.arg({ type: [StepMetricRef], required: true }),
      after: t.arg.int({ required: true, defaultValue: 0, description: 'Steps after this one.' }),
      resolution: t.arg.int({ description: RESOLUTION }),
    },
    resolve: (run, given, context) => seriesOfRuns(context, [run.id], requestOf(given)),
  }),
);

builder.objectField(Experiment, 'stepSeries', (t) =>
  t.field({
    type: [StepSeries],
    description: 'The same for its runs, one after the other in their order, or for some of them.',
    args: {
      metrics: t.arg({ type: [StepMetricRef], required: true }),
      after: t.arg.int({ required: true, defaultValue: 0, description: 'Steps after this one.' }),
      resolution: t.arg.int({ description: RESOLUTION }),
      runs: t.arg.idList({ description: 'Ids of the runs; all of them when left out.' }),
    },
    resolve: async (experiment, { runs, ...given }, context) => {
      const request = requestOf(given);
      const ids = ((await context.load.runsOf(experiment.id)) ?? []).map(({ id }) => id);
      return await seriesOfRuns(context, runs == null ? ids : ids.filter((id) => runs.includes(id)), request);
    },
  }),
);
