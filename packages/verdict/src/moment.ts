/** When a run's result is taken. */
export type Moment =
  /** After its last epoch. */
  | { readonly at: 'LAST' }
  /** After the epoch with the best validation accuracy, the first of equals. */
  | { readonly at: 'BEST' }
  /** After so many epochs, or its last when it has fewer. */
  | { readonly at: 'EPOCH'; readonly epoch: number };

/** One epoch of a run. */
export interface RunPoint {
  readonly epoch: number;
  /** Of the metric in question; may be NaN or infinite. */
  readonly value: number;
  readonly valAccuracy: number;
}

/**
 * A run's result at a moment, from its epochs in order; null before the first, and where the metric is not finite then.
 * The best epoch is chosen by the validation accuracy whatever the metric is, as whoever keeps the best checkpoint does.
 */
export function resultAt(points: readonly RunPoint[], moment: Moment): number | null {
  const point = pointAt(points, moment);
  return point !== undefined && Number.isFinite(point.value) ? point.value : null;
}

function pointAt(points: readonly RunPoint[], moment: Moment): RunPoint | undefined {
  switch (moment.at) {
    case 'LAST':
      return points.at(-1);
    case 'EPOCH':
      return points.findLast(({ epoch }) => epoch <= moment.epoch);
    case 'BEST':
      return points.reduce<RunPoint | undefined>(
        (best, point) =>
          Number.isFinite(point.valAccuracy) &&
          !(point.valAccuracy <= (best?.valAccuracy ?? Number.NEGATIVE_INFINITY))
            ? point
            : best,
        undefined,
      );
  }
}
