import { place } from '../chart/axis.ts';
import type { ChartSpec } from '../chart/chart-spec.ts';
import type { Pin } from './note.ts';

const PIN_PX = 20;

/** The notes on a chart, at its head, where they hide no curve; a range has a bar along it. */
export function NotePins({
  pins,
  spec,
  onOpen,
}: {
  pins: readonly Pin[];
  spec: ChartSpec;
  onOpen(id: string): void;
}) {
  return (
    <div className="pointer-events-none absolute inset-x-0 -top-2 z-10">
      {pins.map(({ note, number, fromX, toX, level }) => {
        const [from, to] = [place(spec.x, fromX), place(spec.x, toX)];
        if (to < 0 || from > 1) return null;
        const left = Math.max(0, from);
        const isOpen = note.resolvedAt === null;
        return (
          <div key={note.id}>
            {to > left ? (
              <span
                className="absolute h-1 rounded bg-ink/25"
                style={{
                  left: `${left * 100}%`,
                  width: `${(Math.min(1, to) - left) * 100}%`,
                  top: level * PIN_PX + 7,
                }}
              />
            ) : null}
            <button
              type="button"
              data-pin=""
              title={note.body}
              aria-label={`Note ${number}: ${note.body.slice(0, 80)}`}
              className={`pointer-events-auto absolute -ml-2.5 grid h-4.5 min-w-5 place-items-center rounded-full border px-1 text-[0.7rem] leading-none shadow-sm ${isOpen ? 'border-ink bg-ink text-page' : 'border-line-strong bg-surface text-muted'}`}
              style={{ left: `${left * 100}%`, top: level * PIN_PX }}
              onClick={() => onOpen(note.id)}
            >
              {number}
            </button>
          </div>
        );
      })}
    </div>
  );
}
