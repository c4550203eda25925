import { place } from './axis.ts';
import type { ChartSpec } from './chart-spec.ts';
import type { Mark } from './marks.ts';
import { cssColor } from './palette.ts';

const LANE_PX = 16;
/** A halo instead of a box: the curves stay in sight behind the word. */
const WORD =
  'absolute text-xs leading-4 font-medium whitespace-nowrap text-ink [text-shadow:0_0_2px_var(--surface),0_0_2px_var(--surface),0_0_3px_var(--surface),0_0_4px_var(--surface)]';

/** Values that are not finite and the ends of diverged runs, as words on the chart. */
export function ChartMarks({ marks, spec }: { marks: readonly Mark[]; spec: ChartSpec }) {
  return (
    <>
      {marks.map((mark) => {
        const from = clamp(place(spec.x, mark.fromX));
        const to = clamp(place(spec.x, mark.toX));
        const outside = mark.toX < spec.x.min || mark.fromX > spec.x.max;
        if (outside) return null;
        const key = `${mark.runId} ${mark.kind} ${mark.fromX}`;
        return mark.y === null ? (
          <EdgeMark key={key} mark={mark} from={from} to={to} />
        ) : (
          <PointMark key={key} mark={mark} x={from} y={clamp(place(spec.y, mark.y))} />
        );
      })}
    </>
  );
}

function EdgeMark({ mark, from, to }: { mark: Mark; from: number; to: number }) {
  const color = cssColor(mark.look.color);
  const late = to > 0.75;
  return (
    <div
      data-mark={mark.text}
      title={mark.title}
      className="absolute flex h-4 items-center"
      style={{
        [mark.edge]: mark.lane * LANE_PX,
        left: `${from * 100}%`,
        width: `${(to - from) * 100}%`,
        color,
      }}
    >
      <span className="absolute inset-x-0 h-0.5 rounded bg-current" />
      <span className="absolute left-0 -ml-1 size-2 rotate-45 bg-current" />
      <span className={`${WORD} ${late ? 'right-full mr-2' : 'left-full ml-2'}`}>
        {mark.text}
        <span className="sr-only">. {mark.title}</span>
      </span>
    </div>
  );
}

function PointMark({ mark, x, y }: { mark: Mark; x: number; y: number }) {
  const color = cssColor(mark.look.color);
  return (
    <div
      data-mark={mark.text}
      title={mark.title}
      className="absolute"
      style={{ left: `${x * 100}%`, bottom: `${y * 100}%`, color }}
    >
      <svg
        viewBox="-8 -8 16 16"
        width="16"
        height="16"
        aria-hidden="true"
        className="absolute -top-2 -left-2"
      >
        <circle r="7" className="fill-surface" stroke="currentColor" strokeWidth="1.5" />
        <path d="M-3 -3L3 3M3 -3L-3 3" stroke="currentColor" strokeWidth="2" strokeLinecap="round" />
      </svg>
      <span className={`${WORD} ${x > 0.75 ? 'right-3' : 'left-3'} ${y > 0.85 ? 'top-1' : '-top-5'}`}>
        {mark.text}
        <span className="sr-only">. {mark.title}</span>
      </span>
    </div>
  );
}

function clamp(share: number): number {
  return Math.min(1, Math.max(0, share));
}
