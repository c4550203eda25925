import type { Trace } from './traces.ts';

/** Columns over one shared, ascending x: a value, null for a gap, undefined where the line has no point. */
export type AlignedData = [xs: number[], ...ys: (number | null | undefined)[][]];

/**
 * The traces over the union of their places, as uPlot wants them. A null stays a gap in the line; a place that
 * belongs to others only is undefined, and the line passes it unbroken.
 */
export function alignedData(traces: readonly Pick<Trace, 'xs' | 'ys'>[]): AlignedData {
  const xs = [...new Set(traces.flatMap(({ xs: own }) => [...own]))].sort((a, b) => a - b);
  const indexOf = new Map(xs.map((x, index) => [x, index]));
  const columns = traces.map((trace) => {
    const column: (number | null | undefined)[] = new Array(xs.length).fill(undefined);
    trace.xs.forEach((x, index) => {
      const at = indexOf.get(x);
      if (at !== undefined) column[at] = trace.ys[index] ?? null;
    });
    return widened(column);
  });
  return [xs, ...columns];
}

/** A gap reaches to the line's own neighbouring points, past the places of other lines. */
function widened(column: (number | null | undefined)[]): (number | null | undefined)[] {
  const own = column.flatMap((value, index) => (value === undefined ? [] : [index]));
  own.forEach((at, turn) => {
    if (column[at] !== null) return;
    const [before, after] = [own[turn - 1] ?? at, own[turn + 1] ?? at];
    for (let index = before + 1; index < after; index += 1) column[index] = null;
  });
  return column;
}
