import { place } from './axis.ts';
import type { ChartSpec } from './chart-spec.ts';
import type { Sign } from './happenings.ts';
import { cssColor } from './palette.ts';

/** In a box from −6 to 6. */
const SIGN_PATH: Readonly<Record<Sign, string>> = {
  explosion: 'M0 -4V1M0 3.6V4',
  waves: 'M-4.5 1.5L-2.2 -2.5L0 1.5L2.2 -2.5L4.5 1.5',
  stuck: 'M-4 -1.5H4M-4 1.5H4',
  target: 'M-3.6 0.2L-1 2.8L3.8 -2.6',
  pause: 'M-1.8 -3.2V3.2M1.8 -3.2V3.2',
  resume: 'M-2 -3.4L3.2 0L-2 3.4Z',
};

const SIGN_PX = 16;
/** More on one place would climb into the curves. */
const MOST_LEVELS = 3;

/** What happened to the runs, as small signs at the foot of the chart; the words come under the pointer. */
export function ChartHappenings({ spec }: { spec: ChartSpec }) {
  return (
    <ul className="pointer-events-none absolute inset-0" aria-label="What happened to the runs">
      {spec.happenings.map(({ key, sign, title, look, x, level }) => {
        const at = place(spec.x, x);
        return at < 0 || at > 1 || level >= MOST_LEVELS ? null : (
          <li
            key={key}
            data-happening={sign}
            title={title}
            className="pointer-events-auto absolute z-10 -ml-2 size-4 opacity-70 hover:opacity-100"
            style={{ left: `${at * 100}%`, bottom: 2 + level * SIGN_PX, color: cssColor(look.color) }}
          >
            <svg viewBox="-8 -8 16 16" width="16" height="16" aria-hidden="true">
              <circle r="7" className="fill-surface" stroke="currentColor" strokeWidth="1" />
              <path
                d={SIGN_PATH[sign]}
                fill="none"
                stroke="currentColor"
                strokeWidth="1.6"
                strokeLinecap="round"
                strokeLinejoin="round"
              />
            </svg>
            <span className="sr-only">{title}</span>
          </li>
        );
      })}
    </ul>
  );
}
