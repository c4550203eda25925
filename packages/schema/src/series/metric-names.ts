import type { EpochMetric } from '../tables/epoch.ts';

/** Every metric of an epoch; the compiler knows when one is missing. */
export const METRIC_NAMES = Object.keys({
  loss: true,
  accuracy: true,
  valLoss: true,
  valAccuracy: true,
  learningRate: true,
  trainSeconds: true,
  evaluationSeconds: true,
  examplesSeen: true,
  gradientNorm: true,
  updateRatio: true,
} satisfies Record<EpochMetric, true>) as EpochMetric[];
