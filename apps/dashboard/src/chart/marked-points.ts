import type { Axis } from './axis.ts';
import type { Line } from './line.ts';

/** Markers closer than this, in CSS pixels, would turn a line into a chain. */
const APART_PX = 36;

/**
 * Indexes of the points that carry a marker: every point while there is room, then every second, fifth and so
 * on; always the last one, and a lone point between two gaps, which no line would show.
 */
export function markedIndexes(line: Pick<Line, 'xs' | 'ys' | 'position'>, x: Axis, width: number): number[] {
  const last = line.ys.findLastIndex((y) => y !== null);
  if (last < 0) return [];
  const inside = line.xs.filter((at) => at >= x.min && at <= x.max).length;
  const spread = ((line.xs.at(-1) ?? x.min) - Math.max(x.min, line.xs[0] ?? x.min)) / (x.max - x.min);
  const pixelsPerPoint = (Math.min(1, Math.max(spread, 0)) * width) / Math.max(1, inside - 1);
  const every = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].find((step) => step * pixelsPerPoint >= APART_PX);
  const marked: number[] = [];
  line.ys.forEach((y, index) => {
    if (y === null) return;
    const alone = (line.ys[index - 1] ?? null) === null && (line.ys[index + 1] ?? null) === null;
    // Lines that lie on each other stay apart to the eye when their markers do not fall together.
    const turn = every !== undefined && (index + line.position) % every === 0;
    if (index === last || alone || turn) marked.push(index);
  });
  return marked;
}
