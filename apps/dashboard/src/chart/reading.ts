import { comesFirst } from '../comparison/metric.ts';
import { metricText, nonFiniteText } from '../comparison/number-text.ts';
import { durationText } from '../comparison/time-text.ts';
import { place } from './axis.ts';
import type { ChartSpec } from './chart-spec.ts';
import type { XAxis } from './curve.ts';
import type { Line } from './line.ts';
import type { Mark } from './marks.ts';

/** What a chart says at one place of its horizontal axis. */
export interface Reading {
  /** `Epoch 7`, or `12.4 s of training`. */
  readonly title: string;
  /** The best value first; values that are not finite last. */
  readonly rows: readonly ReadingRow[];
  /** Runs that diverged here. */
  readonly diverged: readonly Mark[];
}

export interface ReadingRow {
  readonly line: Line;
  readonly epoch: number;
  /** `0.9412`, `NaN`. */
  readonly text: string;
  /** Of several runs: `0.91 to 0.95, 3 runs`; null of one. */
  readonly band: string | null;
  /** Place of the point, each 0 to 1 from the left and the bottom; null for a value that is not finite. */
  readonly point: { readonly x: number; readonly y: number } | null;
}

/** The reading at `x`: of every line that is on, its value there, or off the epochs its nearest. */
export function readingAt(spec: ChartSpec, x: number, unit: XAxis): Reading {
  const found = spec.lines.flatMap((line) => {
    if (!line.shown) return [];
    const index = unit === 'epoch' ? line.xs.indexOf(x) : nearestIndex(line.xs, x);
    return index < 0 ? [] : [{ line, index, value: line.ys[index] ?? null }];
  });
  found.sort((a, b) => {
    if (a.value === null || b.value === null) return Number(a.value === null) - Number(b.value === null);
    if (a.value === b.value) return a.line.position - b.line.position;
    return comesFirst(spec.metric, a.value, b.value) ? -1 : 1;
  });
  return {
    title: titleOf(x, unit),
    rows: found.map(({ line, index, value }) => ({
      line,
      epoch: line.epochs[index] ?? 0,
      text: value === null ? nonFiniteText(kindAt(line, index)) : metricText(spec.metric, value),
      band: bandText(spec, line, index),
      point: value === null ? null : pointOf(spec, line.xs[index] ?? 0, value),
    })),
    diverged: spec.marks.filter((mark) => mark.kind === 'diverged' && mark.fromX === x),
  };
}

/** A pointer further from every line than this share of the height means none of them. */
const NEAR = 0.12;

/** The row whose line is nearest to a height, 0 at the bottom to 1; null when none is near. */
export function meantRow(reading: Reading, height: number | null): ReadingRow | null {
  let meant: ReadingRow | null = null;
  let distance = NEAR;
  for (const row of reading.rows) {
    if (height === null || !row.point) continue;
    const away = Math.abs(row.point.y - height);
    if (away >= distance) continue;
    distance = away;
    meant = row;
  }
  return meant;
}

function titleOf(x: number, unit: XAxis): string {
  switch (unit) {
    case 'epoch':
      return `Epoch ${x}`;
    case 'seconds':
      return `${durationText(x)} of training`;
    case 'step':
      return `Step ${Math.round(x).toLocaleString('en')}`;
    case 'examples':
      return `${Math.round(x).toLocaleString('en')} examples`;
  }
}

function bandText(spec: ChartSpec, line: Line, index: number): string | null {
  if (line.band === null) return null;
  const count = line.counts[index] ?? 0;
  const [low, high] = [line.band.low[index] ?? null, line.band.high[index] ?? null];
  const runs = `${count} ${count === 1 ? 'run' : 'runs'}`;
  if (low === null || high === null) return runs;
  return `${metricText(spec.metric, low)} to ${metricText(spec.metric, high)}, ${runs}`;
}

function kindAt(line: Line, index: number) {
  const epoch = line.epochs[index] ?? 0;
  const stretch = line.nonFinite.flat().find((one) => one.from.epoch <= epoch && epoch <= one.to.epoch);
  return stretch?.kind ?? 'NAN';
}

function pointOf(spec: ChartSpec, x: number, y: number): ReadingRow['point'] {
  const point = { x: place(spec.x, x), y: place(spec.y, y) };
  const inside = point.x >= -1e-9 && point.x <= 1 + 1e-9 && point.y >= -1e-9 && point.y <= 1 + 1e-9;
  return inside ? point : null;
}

/** Every place where some line that is on has a value or ends, in order, inside of what the chart shows. */
export function readablePlaces(spec: ChartSpec): number[] {
  const places = new Set<number>();
  for (const line of spec.lines) {
    if (!line.shown) continue;
    for (const x of line.xs) if (x >= spec.x.min && x <= spec.x.max) places.add(x);
  }
  for (const { kind, fromX } of spec.marks) {
    if (kind === 'diverged' && fromX >= spec.x.min && fromX <= spec.x.max) places.add(fromX);
  }
  return [...places].sort((a, b) => a - b);
}

/** Of sorted places the nearest to `x`; null when there is none. */
export function nearestPlace(places: readonly number[], x: number): number | null {
  const index = nearestIndex(places, x);
  return index < 0 ? null : (places[index] ?? null);
}

/** Index of the nearest of sorted numbers; −1 of none. */
function nearestIndex(sorted: readonly number[], x: number): number {
  let low = 0;
  let high = sorted.length - 1;
  if (high < 0) return -1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) <= x) low = middle;
    else high = middle;
  }
  return Math.abs((sorted[low] ?? 0) - x) <= Math.abs((sorted[high] ?? 0) - x) ? low : high;
}
