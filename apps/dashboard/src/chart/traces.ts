import type { ChartSpec } from './chart-spec.ts';
import type { Line } from './line.ts';

/** One stroke of a chart, as what draws it wants it; a line may have several. */
export interface Trace {
  readonly key: string;
  readonly line: Line;
  /** `low` and `high` are the edges of a band, `raw` the values before they were smoothed. */
  readonly role: 'low' | 'high' | 'raw' | 'line';
  readonly xs: readonly number[];
  readonly ys: readonly (number | null)[];
}

/** In the order of drawing: all bands, then what was measured, then the lines, which nothing covers. */
export function tracesOf({ lines, y }: Pick<ChartSpec, 'lines' | 'y'>): Trace[] {
  const trace = (line: Line, role: Trace['role'], ys: Trace['ys']): Trace => ({
    key: `${line.key} ${role}`,
    line,
    role,
    xs: line.xs,
    ys,
  });
  // A logarithmic axis has no zero: a band that reaches there goes down to the axis' end.
  const edge = (ys: Trace['ys']): Trace['ys'] =>
    y.scale === 'log' ? ys.map((value) => (value === null ? null : Math.max(value, y.min))) : ys;
  return [
    ...lines.flatMap((line) =>
      line.band === null
        ? []
        : [trace(line, 'low', edge(line.band.low)), trace(line, 'high', edge(line.band.high))],
    ),
    ...lines.flatMap((line) => (line.raw === null ? [] : [trace(line, 'raw', line.raw)])),
    ...lines.map((line) => trace(line, 'line', line.ys)),
  ];
}
