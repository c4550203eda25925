import { nonFiniteKind } from '@optiscope/trainer';
import type { EpochMetric } from '../tables/epoch.ts';
import { builder } from './builder.ts';

/** The enum's values are the columns' names, so a metric that is asked for is a column. */
export const Metric = builder.enumType('Metric', {
  values: {
    LOSS: { value: 'loss' },
    ACCURACY: { value: 'accuracy' },
    VAL_LOSS: { value: 'valLoss' },
    VAL_ACCURACY: { value: 'valAccuracy' },
    LEARNING_RATE: { value: 'learningRate' },
    TRAIN_SECONDS: { value: 'trainSeconds' },
    EVALUATION_SECONDS: { value: 'evaluationSeconds' },
    EXAMPLES_SEEN: { value: 'examplesSeen' },
    GRADIENT_NORM: { value: 'gradientNorm' },
    UPDATE_RATIO: { value: 'updateRatio' },
  } satisfies Record<string, { value: EpochMetric }>,
});

export const NonFiniteKind = builder.enumType('NonFiniteKind', {
  values: ['NAN', 'POS_INF', 'NEG_INF'] as const,
});

/** The number if JSON can carry it. What it cannot is null, and its kind is told beside it. */
export function finite(value: number | null): number | null {
  return value !== null && nonFiniteKind(value) === null ? value : null;
}
