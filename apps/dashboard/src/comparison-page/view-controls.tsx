'use client';

import { X_AXES, type XAxis } from '../chart/curve.ts';
import type { Smoothing } from '../chart/smoothing.ts';
import { SMOOTHINGS } from '../chart/smoothing.ts';
import { BAND_TEXT, BANDS_OF, CENTRES } from '../chart/spread.ts';
import { MOST_SPAN, type ViewChoice } from '../chart/view-options.ts';
import { Choice } from '../components/choice.tsx';
import { Segmented } from '../components/segmented.tsx';

const X_TEXT: Readonly<Record<XAxis, string>> = {
  epoch: 'Epoch',
  step: 'Step',
  examples: 'Examples seen',
  seconds: 'Training time',
};

const SMOOTHING_TEXT: Readonly<Record<Smoothing['kind'], string>> = {
  none: 'Off',
  exponential: 'Exponential',
  gaussian: 'Gaussian',
  mean: 'Running mean',
};

/** How to look at the charts; what there is no use for in this comparison is left out. */
export function ViewControls({
  view,
  severalSeeds,
  onChange,
}: {
  view: ViewChoice;
  severalSeeds: boolean;
  onChange(view: ViewChoice): void;
}) {
  const { smoothing } = view;
  return (
    <>
      <Choice
        label="Across"
        value={view.x}
        choices={X_AXES.map((value) => ({ value, text: X_TEXT[value] }))}
        onChange={(x) => onChange({ ...view, x })}
      />
      <Segmented
        label="Losses"
        value={view.lossScale}
        choices={[
          { value: 'linear', text: 'Linear' },
          { value: 'log', text: 'Log' },
        ]}
        onChange={(lossScale) => onChange({ ...view, lossScale })}
      />
      <div className="flex items-center gap-2">
        <Choice
          label="Smoothing"
          value={smoothing.kind}
          choices={SMOOTHINGS.map((value) => ({ value, text: SMOOTHING_TEXT[value] }))}
          onChange={(kind) => onChange({ ...view, smoothing: { ...smoothing, kind } })}
        />
        {smoothing.kind === 'none' ? null : (
          <label className="flex items-center gap-2 text-xs text-muted">
            <input
              type="range"
              min={1}
              max={MOST_SPAN / 4}
              value={smoothing.span}
              aria-label="Span of the smoothing in epochs"
              className="w-20 accent-(--ink)"
              onChange={(event) =>
                onChange({ ...view, smoothing: { ...smoothing, span: Number(event.target.value) } })
              }
            />
            <span className="w-16 tabular-nums">
              {smoothing.span} {smoothing.span === 1 ? 'epoch' : 'epochs'}
            </span>
          </label>
        )}
      </div>
      {severalSeeds ? <SeedControls view={view} onChange={onChange} /> : null}
    </>
  );
}

function SeedControls({ view, onChange }: { view: ViewChoice; onChange(view: ViewChoice): void }) {
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
      <Segmented
        label="Seeds"
        value={view.seeds}
        choices={[
          { value: 'together', text: 'Together' },
          { value: 'apart', text: 'Apart' },
        ]}
        // Other lines, other places: what was switched off would be something else.
        onChange={(seeds) => onChange({ ...view, seeds, hidden: new Set() })}
      />
      {view.seeds === 'together' ? (
        <>
          <Segmented
            label="Line"
            value={view.centre}
            choices={CENTRES.map((value) => ({ value, text: value === 'mean' ? 'Mean' : 'Median' }))}
            onChange={(centre) => onChange({ ...view, centre, band: BANDS_OF[centre][0]! })}
          />
          <Choice
            label="Band"
            value={view.band}
            choices={BANDS_OF[view.centre].map((value) => ({ value, text: BAND_TEXT[value] }))}
            onChange={(band) => onChange({ ...view, band })}
          />
        </>
      ) : null}
    </div>
  );
}
