import { nonFiniteKind } from '@optiscope/trainer';
import { pointsToDraw } from '../series/decimate.ts';
import type { EpochMetric } from '../tables/epoch.ts';
import { builder } from './builder.ts';
import { finite, Metric, NonFiniteKind } from './non-finite.ts';

const NonFinitePoint = builder
  .objectRef<{ epoch: number; kind: 'NAN' | 'POS_INF' | 'NEG_INF' }>('NonFinitePoint')
  .implement({
    fields: (t) => ({
      epoch: t.exposeInt('epoch', {}),
      kind: t.expose('kind', { type: NonFiniteKind }),
    }),
  });

export interface SeriesOfRun {
  readonly metric: EpochMetric;
  readonly epochs: readonly number[];
  /** As measured, NaN and infinities included. */
  readonly values: readonly number[];
}

/** One metric of one run. */
export const Series = builder.objectRef<SeriesOfRun>('Series').implement({
  fields: (t) => ({
    metric: t.expose('metric', { type: Metric }),
    epochs: t.intList({ resolve: (series) => [...series.epochs] }),
    values: t.field({
      type: ['Float'],
      nullable: { list: false, items: true },
      description: 'Null where the value is not finite; see `nonFinite`.',
      resolve: (series) => series.values.map(finite),
    }),
    nonFinite: t.field({
      type: [NonFinitePoint],
      resolve: (series) =>
        series.values.flatMap((value, index) => {
          const kind = nonFiniteKind(value);
          return kind === null ? [] : [{ epoch: series.epochs[index]!, kind }];
        }),
    }),
    negativeZeros: t.intList({
      description: 'Epochs whose value is −0, which JSON writes as 0.',
      resolve: ({ epochs, values }) => epochs.filter((_, index) => Object.is(values[index], -0)),
    }),
  }),
});

/** The epochs to draw, where not every one is wanted. */
export function thinnedOut(series: SeriesOfRun, buckets: number | null): SeriesOfRun {
  if (buckets === null) return series;
  const { metric, epochs, values } = series;
  const points = [...pointsToDraw(values, buckets)];
  return {
    metric,
    epochs: points.map((place) => epochs[place]!),
    values: points.map((place) => values[place]!),
  };
}
