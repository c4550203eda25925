'use client';

import type { Strand } from '../chart/strand.ts';
import { Swatch } from '../components/swatch.tsx';

/** Which contender is which; a click switches its curves off and on, with Alt it leaves them alone. */
export function Legend({
  strands,
  hidden,
  onToggle,
  onSolo,
  onAll,
  onFocus,
}: {
  strands: readonly Strand[];
  hidden: ReadonlySet<number>;
  onToggle(position: number): void;
  onSolo(position: number): void;
  onAll(): void;
  onFocus(position: number | null): void;
}) {
  return (
    <fieldset className="flex flex-wrap items-center gap-1.5" aria-label="Contenders shown">
      {strands.map(({ key, position, label, look, runs }) => {
        const shown = !hidden.has(position);
        return (
          <button
            key={key}
            type="button"
            aria-pressed={shown}
            title="Click: off or on. Alt and click, or Alt and Enter: this one alone."
            className={`inline-flex h-8 max-w-full items-center gap-2 rounded-full border px-3 text-sm ${shown ? 'border-line bg-surface' : 'border-dashed border-line-strong text-muted line-through'}`}
            onClick={(event) => (event.altKey ? onSolo : onToggle)(position)}
            onKeyDown={(event) => {
              // Browsers make no click of Alt and Enter.
              if (event.altKey && event.key === 'Enter') onSolo(position);
            }}
            onPointerEnter={(event) => {
              if (event.pointerType === 'mouse' && shown) onFocus(position);
            }}
            onPointerLeave={() => onFocus(null)}
          >
            <span className={shown ? '' : 'opacity-40'}>
              <Swatch look={look} />
            </span>
            <span className="truncate">{label}</span>
            {runs.length > 1 ? <span className="text-xs text-muted">{runs.length} runs</span> : null}
          </button>
        );
      })}
      {hidden.size > 0 ? (
        <button type="button" className="h-8 rounded-full px-3 text-sm text-muted underline" onClick={onAll}>
          All curves
        </button>
      ) : null}
      <span className="ml-auto text-xs text-muted max-lg:hidden pointer-coarse:hidden">
        Alt-click a name to see it alone. Drag across a chart to zoom. ? shows the keys.
      </span>
    </fieldset>
  );
}
