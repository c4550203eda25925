import { nonFiniteKind } from '@optiscope/trainer';
import { runEpochs } from '../feed/run-epochs.ts';
import { METRIC_NAMES } from '../series/metric-names.ts';
import type { EpochMetric, EpochRow } from '../tables/epoch.ts';
import { builder } from './builder.ts';
import { finite, Metric, NonFiniteKind } from './non-finite.ts';

const NonFiniteMetric = builder
  .objectRef<{ metric: EpochMetric; kind: 'NAN' | 'POS_INF' | 'NEG_INF' }>('NonFiniteMetric')
  .implement({
    fields: (t) => ({
      metric: t.expose('metric', { type: Metric }),
      kind: t.expose('kind', { type: NonFiniteKind }),
    }),
  });

export const Epoch = builder.objectRef<EpochRow>('Epoch').implement({
  description: "One epoch's metrics. A value that is not finite is null here and named in `nonFinite`.",
  fields: (t) => {
    const metric = (name: EpochMetric, description: string) =>
      t.float({ nullable: true, description, resolve: (epoch) => finite(epoch[name]) });
    return {
      runId: t.exposeID('runId', {}),
      epoch: t.exposeInt('epoch', { description: 'From 1.' }),
      loss: metric('loss', "Mean training loss over the epoch's batches, each before its update."),
      accuracy: metric('accuracy', '0 to 1, likewise.'),
      valLoss: metric('valLoss', 'On the whole validation set after the epoch.'),
      valAccuracy: metric('valAccuracy', '0 to 1, likewise.'),
      learningRate: metric('learningRate', "Of the epoch's last step."),
      trainSeconds: metric(
        'trainSeconds',
        "Seconds of the run's own training, without evaluation and waiting.",
      ),
      evaluationSeconds: metric('evaluationSeconds', "Seconds of the run's own evaluation."),
      examplesSeen: t.exposeInt('examplesSeen', {
        description: 'Training examples since the run began, this epoch included.',
      }),
      gradientNorm: metric('gradientNorm', "Mean L2 norm of the gradient over the epoch's steps."),
      updateRatio: metric('updateRatio', 'Length of the last update over the length of the weights.'),
      nonFinite: t.field({
        type: [NonFiniteMetric],
        resolve: (epoch) =>
          METRIC_NAMES.flatMap((metric) => {
            const kind = nonFiniteKind(epoch[metric]);
            return kind === null ? [] : [{ metric, kind }];
          }),
      }),
      negativeZeros: t.field({
        type: [Metric],
        description: 'Metrics whose value is −0, which JSON writes as 0.',
        resolve: (epoch) => METRIC_NAMES.filter((metric) => Object.is(epoch[metric], -0)),
      }),
      recordedAt: t.expose('recordedAt', { type: 'DateTime' }),
    };
  },
});

builder.subscriptionField('epochs', (t) =>
  t.field({
    type: Epoch,
    description:
      'The epochs of one run after the given one, then each new one. Completes when the run has ended.',
    args: { runId: t.arg.id({ required: true }), after: t.arg.int({ required: true, defaultValue: 0 }) },
    subscribe: (_root, { runId, after }, { db, feed }) => runEpochs(db, feed, runId, after),
    resolve: (epoch) => epoch,
  }),
);
