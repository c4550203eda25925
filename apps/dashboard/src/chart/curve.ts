import type { EpochRow } from '../comparison/epoch-row.ts';
import type { DrawnMetric } from '../comparison/metric.ts';
import type { NonFiniteKind } from '../graphql/generated/graphql.ts';

/** What a chart's horizontal axis counts; seconds are those that the run itself spent training. */
export const X_AXES = ['epoch', 'step', 'examples', 'seconds'] as const;
export type XAxis = (typeof X_AXES)[number];

/** One run's values of one metric, column by column. All three lists have one entry per epoch. */
export interface Curve {
  readonly epochs: readonly number[];
  readonly xs: readonly number[];
  /** Null where the value is not finite. */
  readonly ys: readonly (number | null)[];
  /** Stretches of values that are not finite. */
  readonly nonFinite: readonly NonFiniteStretch[];
}

/** Neighbouring epochs with values of one kind that is not finite. */
export interface NonFiniteStretch {
  readonly kind: NonFiniteKind;
  readonly from: { readonly epoch: number; readonly x: number };
  readonly to: { readonly epoch: number; readonly x: number };
}

/** What an epoch of a run is made of; null where it is not known, as of an imported run. */
export interface EpochSize {
  readonly trainImages: number | null;
  readonly batchSize: number | null;
}

export const UNKNOWN_SIZE: EpochSize = { trainImages: null, batchSize: null };

/** The curve of a metric from a run's rows. A row that lacks the metric, or has no place on the axis, is left out. */
export function curveOf(
  rows: readonly EpochRow[],
  metric: DrawnMetric,
  xAxis: XAxis,
  size: EpochSize = UNKNOWN_SIZE,
): Curve {
  const epochs: number[] = [];
  const xs: number[] = [];
  const ys: (number | null)[] = [];
  const nonFinite: NonFiniteStretch[] = [];
  let seconds = 0;
  for (const row of rows) {
    seconds += row.values.TRAIN_SECONDS ?? 0;
    const value = row.values[metric];
    if (value === undefined) continue;
    const x = placeOf(row, xAxis, seconds, size);
    if (x === null) continue;
    epochs.push(row.epoch);
    xs.push(x);
    ys.push(value);
    if (value === null) {
      const kind = row.kinds[metric] ?? 'NAN';
      const here = { epoch: row.epoch, x };
      const last = nonFinite.at(-1);
      if (last && last.kind === kind && last.to.epoch === row.epoch - 1) {
        nonFinite[nonFinite.length - 1] = { ...last, to: here };
      } else {
        nonFinite.push({ kind, from: here, to: here });
      }
    }
  }
  return { epochs, xs, ys, nonFinite };
}

function placeOf(row: EpochRow, xAxis: XAxis, seconds: number, size: EpochSize): number | null {
  const { trainImages, batchSize } = size;
  switch (xAxis) {
    case 'epoch':
      return row.epoch;
    case 'seconds':
      // An imported run whose file tells no times has no place on this axis.
      return typeof row.values.TRAIN_SECONDS === 'number' ? seconds : null;
    case 'examples':
      return trainImages === null ? null : row.epoch * trainImages;
    case 'step':
      // An epoch's last batch is smaller when the images do not fill it.
      return trainImages === null || batchSize === null
        ? null
        : row.epoch * Math.ceil(trainImages / batchSize);
  }
}
