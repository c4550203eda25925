import { type Comparison, hasEnded } from '../comparison/comparison.ts';
import { type DrawnMetric, METRIC_TEXT } from '../comparison/metric.ts';
import { type Axis, exactAxis, linearAxis, logAxis } from './axis.ts';
import type { XAxis } from './curve.ts';
import { type Happening, happeningsOf } from './happenings.ts';
import { type Line, type LineView, lineOf } from './line.ts';
import { type Mark, marksOf } from './marks.ts';
import { type Seeds, strandsOf } from './strand.ts';

/** How the reader wants the charts. */
export interface ChartView extends LineView {
  readonly lossScale: 'linear' | 'log';
  readonly seeds: Seeds;
  /** The part of the horizontal axis to show; null for all of it. */
  readonly zoom: { readonly from: number; readonly to: number } | null;
}

/** Everything that a chart shows, as data: what draws it decides nothing. */
export interface ChartSpec {
  readonly metric: DrawnMetric;
  readonly x: Axis;
  readonly xLabel: string;
  readonly y: Axis;
  readonly yLabel: string;
  /** One per strand, in their order, also of those that are switched off. */
  readonly lines: readonly Line[];
  readonly marks: readonly Mark[];
  readonly happenings: readonly Happening[];
  /** Whether no line that is on has a value. */
  readonly empty: boolean;
  /** Whether one line is so far above another that the lower one looks flat; a log scale shows both. */
  readonly dwarfed: boolean;
}

export const X_LABEL: Readonly<Record<XAxis, string>> = {
  epoch: 'epoch',
  step: 'training step',
  examples: 'training examples seen',
  seconds: 'training time (s)',
};

/** The chart of one metric. Pure: the same comparison and view give the same chart. */
export function chartSpec(comparison: Comparison, metric: DrawnMetric, view: ChartView): ChartSpec {
  const strands = strandsOf(comparison.runs, view.seeds);
  const lines = strands.map((strand) => lineOf(strand, comparison, metric, view));
  const shown = lines.filter((line) => line.shown);
  const x = horizontalAxis(comparison, shown, view);
  const y = verticalAxis(metric, shown, x, view);
  const text = METRIC_TEXT[metric];
  return {
    metric,
    x,
    xLabel: X_LABEL[view.x],
    y,
    yLabel: y.scale === 'log' ? `${text.unit}, log scale` : text.unit,
    lines,
    marks: marksOf(metric, strands, lines, comparison, view.x === 'epoch'),
    happenings: happeningsOf(metric, strands, lines, comparison),
    empty: shown.every((line) => line.xs.length === 0),
    dwarfed: text.kind !== 'accuracy' && y.scale === 'linear' && isDwarfed(shown),
  };
}

/** A line whose highest point is below a fiftieth of the chart's height cannot be told from zero. */
const DWARF = 50;

function isDwarfed(shown: readonly Line[]): boolean {
  const heights = shown.map((line) => max(line.ys.filter((y) => y !== null))).filter(Number.isFinite);
  return heights.length > 1 && max(heights) > DWARF * min(heights);
}

/** Up to so many epochs a curve has room enough from its first point on. */
const NEAR_EPOCHS = 40;

/**
 * Epochs run to the planned last one as long as that is near; a long comparison's axis grows by round steps,
 * so that young curves are not squeezed to the left and the axis still moves seldom.
 */
function horizontalAxis(comparison: Comparison, shown: readonly Line[], view: ChartView): Axis {
  if (view.zoom) return exactAxis(view.zoom.from, view.zoom.to, 6, view.x !== 'seconds');
  const furthest = Math.max(0, ...shown.map((line) => line.xs.at(-1) ?? 0));
  if (view.x !== 'epoch') return exactAxis(0, furthest === 0 ? 10 : roundStepAbove(furthest), 5);
  const over = comparison.runs.every(hasEnded);
  const end = over
    ? Math.max(furthest, 2)
    : Math.min(Math.max(comparison.epochs, 2), Math.max(NEAR_EPOCHS, roundStepAbove(furthest)));
  const axis = exactAxis(1, end, 6, true);
  // Both ends have their number, unless a round one stands too close to them.
  const near = (end - 1) * 0.06;
  const round = axis.ticks.filter(({ at }) => at > 1 + near && at < end - near);
  return { ...axis, ticks: [{ at: 1, text: '1' }, ...round, { at: end, text: String(end) }] };
}

function roundStepAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1e-9)));
  const step = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].find((candidate) => candidate * power >= value);
  return Number(((step ?? 10) * power).toPrecision(12));
}

/** How far bands may stretch the axis beyond the lines, in the lines' own height. */
const BAND_REACH = 0.5;

type Column = readonly (number | null)[] | null | undefined;

/** The finite values of some columns of the lines, inside of what the horizontal axis shows. */
function valuesOn(lines: readonly Line[], x: Axis, columns: (line: Line) => readonly Column[]): number[] {
  const values: number[] = [];
  for (const line of lines) {
    for (const column of columns(line)) {
      column?.forEach((value, index) => {
        const at = line.xs[index] ?? Number.NaN;
        if (value !== null && at >= x.min && at <= x.max) values.push(value);
      });
    }
  }
  return values;
}

function within(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

function verticalAxis(metric: DrawnMetric, shown: readonly Line[], x: Axis, view: ChartView): Axis {
  const values = valuesOn(shown, x, (line) => [line.ys, line.raw]);
  const banded = valuesOn(shown, x, (line) => [line.band?.low, line.band?.high]);
  // An interval of two seeds may be many times as high as the lines: it is cut off rather than flatten them.
  const reach = values.length === 0 ? 0 : BAND_REACH * (max(values) - min(values));
  // What cannot be negative is not shown below zero.
  const lowest = Math.max(min(values) - reach, Math.min(0, min(values)));
  const highest = max(values) + reach;
  for (const edge of banded) values.push(within(edge, lowest, highest));
  if (METRIC_TEXT[metric].kind === 'accuracy') {
    if (values.length === 0) return exactAxis(0, 1, 4);
    // A tenth at least: what a few images make is not blown up to the chart's whole height.
    const [low, high] = [min(values), max(values)];
    return linearAxis(Math.min(low, 0.9), Math.max(high, Math.min(1, low + 0.1)), { floor: 0, ceiling: 1 });
  }
  if (view.lossScale === 'log') {
    const positive = values.filter((value) => value > 0);
    return positive.length === 0 ? logAxis(0.1, 5) : logAxis(min(positive), max(positive));
  }
  // A loss is read against zero; only where it goes below (it should not) does the axis follow it.
  if (values.length === 0) return exactAxis(0, 3, 3);
  return linearAxis(Math.min(0, min(values)), max(values), { floor: Math.min(0, min(values)) });
}

// Not `Math.min(...values)`: a spread of a hundred thousand values overflows the stack.
function min(values: readonly number[]): number {
  return values.reduce((least, value) => (value < least ? value : least), Number.POSITIVE_INFINITY);
}
function max(values: readonly number[]): number {
  return values.reduce((most, value) => (value > most ? value : most), Number.NEGATIVE_INFINITY);
}
