import { place } from './axis.ts';
import type { ChartSpec } from './chart-spec.ts';
import type { Line } from './line.ts';
import { cssColor } from './palette.ts';

const BOX = 1000;
/** Bands lie on each other where contenders are level, and each must still be seen. */
export const BAND_OPACITY = 0.16;
export const RAW_OPACITY = 0.35;

/**
 * The lines as the server can draw them, in the same place as the canvas will: the first paint has the curves.
 */
export function PlotOutline({ spec }: { spec: ChartSpec }) {
  const shown = spec.lines.filter((line) => line.shown);
  return (
    <svg
      viewBox={`0 0 ${BOX} ${BOX}`}
      preserveAspectRatio="none"
      aria-hidden="true"
      className="absolute inset-0 size-full"
    >
      {shown.map((line) => (
        <path
          key={line.key}
          d={bandPathOf(line, spec)}
          stroke="none"
          style={{ fill: cssColor(line.look.color), fillOpacity: BAND_OPACITY }}
        />
      ))}
      {shown.map((line) => (
        <g
          key={line.key}
          fill="none"
          strokeWidth="1.75"
          strokeLinecap="round"
          style={{ stroke: cssColor(line.look.color) }}
        >
          {line.raw ? (
            <path
              d={pathOf({ xs: line.xs, ys: line.raw }, spec)}
              strokeWidth="1"
              strokeOpacity={RAW_OPACITY}
              vectorEffect="non-scaling-stroke"
            />
          ) : null}
          <path
            d={pathOf(line, spec)}
            vectorEffect="non-scaling-stroke"
            strokeDasharray={line.look.dash.join(' ') || undefined}
          />
        </g>
      ))}
    </svg>
  );
}

/** SVG path data of a line; it breaks where a value is not finite. */
export function pathOf(line: Pick<Line, 'xs' | 'ys'>, spec: Pick<ChartSpec, 'x' | 'y'>): string {
  let path = '';
  let pen: 'M' | 'L' = 'M';
  line.ys.forEach((y, index) => {
    const x = line.xs[index];
    if (y === null || x === undefined || (spec.y.scale === 'log' && y <= 0)) {
      pen = 'M';
      return;
    }
    const left = (place(spec.x, x) * BOX).toFixed(1);
    const top = ((1 - place(spec.y, y)) * BOX).toFixed(1);
    path += `${pen}${left} ${top}`;
    pen = 'L';
  });
  return path;
}

/** SVG path data of a line's band: along its upper edge and back along the lower; empty without one. */
export function bandPathOf(line: Pick<Line, 'xs' | 'band'>, spec: Pick<ChartSpec, 'x' | 'y'>): string {
  const { band, xs } = line;
  if (band === null) return '';
  const at = (x: number, y: number): string => {
    const height = spec.y.scale === 'log' ? Math.max(y, spec.y.min) : y;
    return `${(place(spec.x, x) * BOX).toFixed(1)} ${((1 - place(spec.y, height)) * BOX).toFixed(1)}`;
  };
  let path = '';
  let upper: string[] = [];
  let lower: string[] = [];
  const close = (): void => {
    if (upper.length > 1) path += `M${[...upper, ...lower.reverse()].join('L')}Z`;
    upper = [];
    lower = [];
  };
  xs.forEach((x, index) => {
    const [low, high] = [band.low[index] ?? null, band.high[index] ?? null];
    if (low === null || high === null) {
      close();
      return;
    }
    upper.push(at(x, high));
    lower.push(at(x, low));
  });
  close();
  return path;
}
