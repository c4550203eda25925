import type { Metric } from '../graphql/generated/graphql.ts';

/** A metric that is drawn and ranked. */
export type CurveMetric = Extract<Metric, 'LOSS' | 'ACCURACY' | 'VAL_LOSS' | 'VAL_ACCURACY'>;

/** A metric that is drawn on request, of which neither more nor less is better. */
export type FurtherMetric = Extract<
  Metric,
  'GRADIENT_NORM' | 'UPDATE_RATIO' | 'LEARNING_RATE' | 'TRAIN_SECONDS'
>;

export type DrawnMetric = CurveMetric | FurtherMetric;

export interface MetricText {
  /** Keras' name of it. */
  readonly name: string;
  readonly title: string;
  /** What the numbers on its axis are. */
  readonly unit: string;
  readonly kind: 'loss' | 'accuracy' | 'measure';
  /** Whether it is measured on the validation images. */
  readonly validation: boolean;
}

/** In the order in which they are shown. */
export const CURVE_METRICS: readonly CurveMetric[] = ['LOSS', 'ACCURACY', 'VAL_LOSS', 'VAL_ACCURACY'];

export const FURTHER_METRICS: readonly FurtherMetric[] = [
  'GRADIENT_NORM',
  'UPDATE_RATIO',
  'LEARNING_RATE',
  'TRAIN_SECONDS',
];

export const METRIC_TEXT: Readonly<Record<DrawnMetric, MetricText>> = {
  LOSS: {
    name: 'loss',
    title: 'Training loss',
    unit: 'cross-entropy',
    kind: 'loss',
    validation: false,
  },
  ACCURACY: {
    name: 'accuracy',
    title: 'Training accuracy',
    unit: 'share correct',
    kind: 'accuracy',
    validation: false,
  },
  VAL_LOSS: {
    name: 'val_loss',
    title: 'Validation loss',
    unit: 'cross-entropy',
    kind: 'loss',
    validation: true,
  },
  VAL_ACCURACY: {
    name: 'val_accuracy',
    title: 'Validation accuracy',
    unit: 'share correct',
    kind: 'accuracy',
    validation: true,
  },
  GRADIENT_NORM: {
    name: 'gradient_norm',
    title: 'Gradient norm',
    unit: 'L2 norm, mean of the steps',
    kind: 'measure',
    validation: false,
  },
  UPDATE_RATIO: {
    name: 'update_ratio',
    title: 'Update to weight',
    unit: 'length of the last update over that of the weights',
    kind: 'measure',
    validation: false,
  },
  LEARNING_RATE: {
    name: 'learning_rate',
    title: 'Learning rate',
    unit: 'of the last step',
    kind: 'measure',
    validation: false,
  },
  TRAIN_SECONDS: {
    name: 'train_seconds',
    title: 'Seconds an epoch',
    unit: 'seconds of training, without evaluation and waiting',
    kind: 'measure',
    validation: false,
  },
};

/** Whether `a` is to be named before `b`: the better, or where none is better the higher. */
export function comesFirst(metric: DrawnMetric, a: number, b: number): boolean {
  return METRIC_TEXT[metric].kind === 'loss' ? a < b : a > b;
}

/** Whether `a` is the better value: the lower loss, the higher accuracy. */
export function isBetter(metric: CurveMetric, a: number, b: number): boolean {
  return METRIC_TEXT[metric].kind === 'loss' ? a < b : a > b;
}
