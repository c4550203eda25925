import type { Comparison, Run } from '../comparison/comparison.ts';
import type { DrawnMetric } from '../comparison/metric.ts';
import { type Curve, curveOf, type NonFiniteStretch, type XAxis } from './curve.ts';
import type { Appearance } from './palette.ts';
import { type Smoothing, smoothed } from './smoothing.ts';
import { type Band, type Centre, spreadOf } from './spread.ts';
import type { Strand } from './strand.ts';

/** How values become a line. */
export interface LineView {
  readonly x: XAxis;
  readonly smoothing: Smoothing;
  readonly centre: Centre;
  readonly band: Band;
  /** Positions of strands that are switched off. */
  readonly hidden: ReadonlySet<number>;
}

/** A line of a chart: a run's curve, or the middle of several runs' with a band around it. */
export interface Line extends Omit<Curve, 'nonFinite'> {
  readonly key: string;
  /** The service's id of its contender. */
  readonly contenderId: string;
  readonly position: number;
  readonly label: string;
  readonly look: Appearance;
  readonly shown: boolean;
  /** The values before they were smoothed; null when they are as they were measured. */
  readonly raw: readonly (number | null)[] | null;
  /** Null of a single run. */
  readonly band: LineBand | null;
  /** How many runs have a finite value there. */
  readonly counts: readonly number[];
  /** Of each run, in their order. */
  readonly nonFinite: readonly (readonly NonFiniteStretch[])[];
}

export interface LineBand {
  readonly low: readonly (number | null)[];
  readonly high: readonly (number | null)[];
}

/** The line of a strand. Made of all its runs' points, whatever else is shown. */
export function lineOf(strand: Strand, comparison: Comparison, metric: DrawnMetric, view: LineView): Line {
  const { key, position, label, look, runs } = strand;
  const curves = runs.map((run) => runCurve(run, comparison, metric, view.x));
  const contenderId = runs[0]!.group.id;
  const own = { key, contenderId, position, label, look, shown: !view.hidden.has(position) };
  const nonFinite = curves.map((curve) => curve.nonFinite);
  if (curves.length === 1) {
    const { epochs, xs, ys } = curves[0]!;
    const isSmoothed = view.smoothing.kind !== 'none';
    const drawn = smoothed(epochs, ys, view.smoothing);
    const counts = ys.map((y) => (y === null ? 0 : 1));
    return { ...own, nonFinite, epochs, xs, ys: drawn, raw: isSmoothed ? ys : null, band: null, counts };
  }
  return { ...own, nonFinite, ...joined(curves, view) };
}

function runCurve(run: Run, { rows, batchSize }: Comparison, metric: DrawnMetric, x: XAxis): Curve {
  return curveOf(rows[run.id] ?? [], metric, x, { trainImages: run.trainImages ?? null, batchSize });
}

/** Epoch by epoch, over the runs that have a finite value there; each run is smoothed by itself first. */
function joined(
  curves: readonly Curve[],
  { smoothing, centre, band }: LineView,
): Pick<Line, 'epochs' | 'xs' | 'ys' | 'raw' | 'band' | 'counts'> {
  const epochs = [...new Set(curves.flatMap((curve) => [...curve.epochs]))].sort((a, b) => a - b);
  const at = curves.map((curve) => new Map(curve.epochs.map((epoch, index) => [epoch, index])));
  const drawn = curves.map((curve) => smoothed(curve.epochs, curve.ys, smoothing));
  const valuesAt = (columns: readonly (readonly (number | null)[])[], epoch: number): number[] =>
    columns.flatMap((column, run) => {
      const index = at[run]!.get(epoch);
      const value = index === undefined ? null : (column[index] ?? null);
      return value === null ? [] : [value];
    });
  const spreads = epochs.map((epoch) => spreadOf(valuesAt(drawn, epoch), centre, band));
  const measured = curves.map((curve) => curve.ys);
  return {
    epochs,
    // Runs reach an epoch after as many steps, but not after the same seconds: it stands where they do on average.
    xs: epochs.map((epoch) => {
      const places = valuesAt(
        curves.map((curve) => curve.xs),
        epoch,
      );
      return places.reduce((sum, place) => sum + place, 0) / places.length;
    }),
    ys: spreads.map((spread) => spread?.centre ?? null),
    raw:
      smoothing.kind === 'none'
        ? null
        : epochs.map((epoch) => spreadOf(valuesAt(measured, epoch), centre, 'none')?.centre ?? null),
    band: {
      low: spreads.map((spread) => spread?.low ?? null),
      high: spreads.map((spread) => spread?.high ?? null),
    },
    counts: spreads.map((spread) => spread?.count ?? 0),
  };
}
