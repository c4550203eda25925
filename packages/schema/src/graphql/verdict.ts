import type { Moment, PairVerdict, Standing } from '@optiscope/verdict';
import {
  type ExperimentVerdict,
  experimentVerdict,
  type VerdictMetric,
} from '../verdict/experiment-verdict.ts';
import { builder } from './builder.ts';
import { Contender } from './contender.ts';
import { Experiment } from './experiment.ts';
import type { SeriesArrays } from './loaders.ts';

const VerdictMetricRef = builder.enumType('VerdictMetric', {
  values: {
    LOSS: { value: 'loss' },
    ACCURACY: { value: 'accuracy' },
    VAL_LOSS: { value: 'valLoss' },
    VAL_ACCURACY: { value: 'valAccuracy' },
  } satisfies Record<string, { value: VerdictMetric }>,
});

const VerdictMoment = builder.enumType('VerdictMoment', {
  values: {
    LAST: { description: 'After the last epoch.' },
    BEST: { description: 'After the epoch with the best validation accuracy.' },
    EPOCH: { description: 'After the epoch that is given, or the last of a run that has fewer.' },
  },
});

const Decision = builder.enumType('VerdictDecision', {
  values: {
    BETTER: { description: 'The first is better, by more than chance of seeds and evaluation.' },
    CANNOT_TELL: { description: 'Chance alone would bring such a difference too often.' },
    WITHIN_EVALUATION_NOISE: {
      description: 'It is no chance of the seeds, but less than what other validation images might turn.',
    },
    TOO_FEW_SEEDS: { description: 'They share one seed only.' },
  },
});

const StandingRef = builder.objectRef<Standing>('VerdictStanding').implement({
  description: "A contender's results over its seeds, at the moment asked for.",
  fields: (t) => ({
    contender: t.field({
      type: Contender,
      resolve: async ({ id }, _args, { load }) => (await load.contender(id))!,
    }),
    seeds: t.exposeInt('seeds', { description: 'How many results there are.' }),
    mean: t.exposeFloat('mean', {}),
    interquartileMean: t.exposeFloat('interquartileMean', { description: 'The mean of the middle half.' }),
    low: t.float({
      nullable: true,
      description: "Lower end of the mean's 95 % interval; null with one seed.",
      resolve: ({ interval }) => interval?.low ?? null,
    }),
    high: t.float({ nullable: true, resolve: ({ interval }) => interval?.high ?? null }),
    diverged: t.exposeInt('diverged', { description: 'Seeds with which it diverged.' }),
    open: t.exposeInt('open', { description: 'Seeds whose runs go on.' }),
  }),
});

const PairRef = builder.objectRef<PairVerdict>('VerdictPair').implement({
  description: 'Two contenders, the one with the better mean first, compared seed by seed.',
  fields: (t) => ({
    first: t.field({
      type: Contender,
      resolve: async ({ first }, _args, { load }) => (await load.contender(first))!,
    }),
    second: t.field({
      type: Contender,
      resolve: async ({ second }, _args, { load }) => (await load.contender(second))!,
    }),
    seeds: t.intList({
      description: 'Those that both have a result with.',
      resolve: ({ difference }) => [...difference.seeds],
    }),
    difference: t.float({
      description: "Mean of the first's results minus the second's.",
      resolve: ({ difference }) => difference.mean,
    }),
    low: t.float({
      nullable: true,
      description: 'Lower end of its 95 % interval; null with one seed.',
      resolve: ({ difference }) => difference.interval?.low ?? null,
    }),
    high: t.float({ nullable: true, resolve: ({ difference }) => difference.interval?.high ?? null }),
    probabilityOfImprovement: t.float({
      description: 'That a seed of the first is higher than one of the second; equals count half.',
      resolve: ({ difference }) => difference.probabilityOfImprovement,
    }),
    p: t.float({
      nullable: true,
      description: 'Of the paired two-sided t test; null with one seed.',
      resolve: ({ difference }) => difference.p,
    }),
    adjustedP: t.exposeFloat('adjustedP', {
      nullable: true,
      description: 'Corrected for there being several pairs, by Holm.',
    }),
    decision: t.expose('decision', { type: Decision }),
  }),
});

const VerdictRef = builder.objectRef<ExperimentVerdict>('Verdict').implement({
  description:
    'Which contender is better, by how much, and how sure that is. Made of all epochs of the runs that finished; ' +
    'imported runs are left out. docs/verdict.md says how every figure is made.',
  fields: (t) => ({
    sentences: t.stringList({ resolve: ({ sentences }) => [...sentences] }),
    standings: t.field({
      type: [StandingRef],
      description: 'The best mean first; contenders without a result are left out.',
      resolve: ({ standings }) => [...standings],
    }),
    pairs: t.field({ type: [PairRef], resolve: ({ pairs }) => [...pairs] }),
    evaluationNoise: t.exposeFloat('evaluationNoise', {
      nullable: true,
      description:
        'What accuracies must differ by for it to be more than the luck of the validation images; null of other metrics.',
    }),
  }),
});

builder.objectField(Experiment, 'verdict', (t) =>
  t.field({
    type: VerdictRef,
    args: {
      metric: t.arg({ type: VerdictMetricRef, required: true, defaultValue: 'valAccuracy' }),
      moment: t.arg({ type: VerdictMoment, required: true, defaultValue: 'LAST' }),
      epoch: t.arg.int({ description: 'With the moment EPOCH; 1 when left out.' }),
    },
    resolve: async (experiment, { metric, moment: at, epoch }, { load }) => {
      const moment: Moment = at === 'EPOCH' ? { at, epoch: epoch ?? 1 } : { at };
      const [contenders = [], runs = []] = await Promise.all([
        load.contendersOf(experiment.id),
        load.runsOf(experiment.id),
      ]);
      const metrics = [...new Set([metric, 'valAccuracy' as const])];
      const finished = runs.filter(({ status, origin }) => status === 'FINISHED' && origin === 'TRAINED');
      const found = await Promise.all(
        finished.map(async ({ id }) => [id, await load.seriesOf(id, 0, metrics)] as const),
      );
      const series = new Map(
        found.flatMap(([id, arrays]): [string, SeriesArrays][] => (arrays ? [[id, arrays]] : [])),
      );
      return experimentVerdict({ contenders, runs, series }, metric, moment);
    },
  }),
);
