'use client';

import { strandsOf } from '../chart/strand.ts';
import type { Comparison } from '../comparison/comparison.ts';
import { countText } from '../comparison/number-text.ts';
import { suggestedTarget, type TimeToTarget, timesToTarget } from '../comparison/time-to-target.ts';
import { Swatch } from '../components/swatch.tsx';
import { useViewOptions } from '../hooks/use-view-options.ts';

/** What it took each contender to reach a validation accuracy: the fastest first, those that never did last. */
export function TargetPanel({ comparison }: { comparison: Comparison }) {
  const [view, choose] = useViewOptions();
  const suggested = suggestedTarget(comparison);
  const { target } = view;
  if (target === null) {
    return suggested === null ? null : (
      <button
        type="button"
        className="button min-h-8 text-sm"
        onClick={() => choose({ ...view, target: suggested })}
      >
        Who reaches a target first?
      </button>
    );
  }
  const times = timesToTarget(strandsOf(comparison.runs, view.seeds), comparison, target);
  const ranked = times.toSorted(
    (a, b) => (a.median?.epochs ?? Number.POSITIVE_INFINITY) - (b.median?.epochs ?? Number.POSITIVE_INFINITY),
  );
  return (
    <section aria-labelledby="target-title" className="panel">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 pt-3 pb-2">
        <h2 id="target-title" className="text-lg font-semibold">
          To a validation accuracy of
        </h2>
        <input
          type="number"
          min={0}
          max={1}
          step={0.01}
          value={target}
          aria-label="Target of the validation accuracy"
          className="field w-24"
          onChange={({ target: { valueAsNumber: value } }) => {
            if (value >= 0 && value <= 1) choose({ ...view, target: value });
          }}
        />
        <span className="text-sm text-muted max-sm:hidden">or drag the line on its chart</span>
        <button
          type="button"
          className="ml-auto text-sm text-muted underline"
          onClick={() => choose({ ...view, target: null })}
        >
          No target
        </button>
      </div>
      <div className="overflow-x-auto">
        <table className="w-full border-collapse text-sm" data-times="">
          <thead>
            <tr className="border-b border-line text-xs text-muted">
              <th scope="col" className="px-4 py-2 text-left font-medium">
                Contender
              </th>
              {['Runs', 'Epochs', 'Steps', 'Training seconds'].map((heading) => (
                <th key={heading} scope="col" className="px-4 py-2 text-right font-medium whitespace-nowrap">
                  {heading}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {ranked.map((time) => (
              <TimeRow key={time.strand.key} time={time} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function TimeRow({ time: { strand, reached, open, median } }: { time: TimeToTarget }) {
  const cell = 'px-4 py-2 text-right whitespace-nowrap';
  const { steps, seconds } = median ?? { steps: null, seconds: null };
  return (
    <tr className="border-b border-line last:border-b-0">
      <th scope="row" className="px-4 py-2 text-left font-medium whitespace-nowrap">
        <span className="flex items-center gap-2">
          <Swatch look={strand.look} />
          {strand.label}
        </span>
      </th>
      <td className={`${cell} text-muted`}>
        {reached} of {strand.runs.length}
      </td>
      {median === null ? (
        <td colSpan={3} className="px-4 py-2 text-right text-muted max-sm:text-left">
          {open ? 'not yet' : 'never'}
        </td>
      ) : (
        <>
          <td className={cell}>{median.epochs}</td>
          <td className={cell}>{steps === null ? '–' : countText(steps)}</td>
          <td className={cell}>{seconds === null ? '–' : seconds.toFixed(1)}</td>
        </>
      )}
    </tr>
  );
}
