'use client';

import { useDeferredValue, useMemo, useState } from 'react';
import { ChartFrame } from '../chart/chart-frame.tsx';
import type { NotedPlace } from '../chart/chart-pointer.tsx';
import { type ChartView, chartSpec } from '../chart/chart-spec.ts';
import { X_AXES, type XAxis } from '../chart/curve.ts';
import { createHoverStore } from '../chart/hover-store.ts';
import { SMOOTHINGS, type Smoothing } from '../chart/smoothing.ts';
import { hasSeveralSeeds, strandsOf } from '../chart/strand.ts';
import { soloed, toggled } from '../chart/view-options.ts';
import { type Comparison, isOver, type Setup } from '../comparison/comparison.ts';
import { CURVE_METRICS, type DrawnMetric, METRIC_TEXT } from '../comparison/metric.ts';
import { Icon } from '../components/icon.tsx';
import { KeysHelp } from '../components/keys-help.tsx';
import { useKeys } from '../hooks/use-keys.ts';
import { useScheme } from '../hooks/use-scheme.ts';
import { useViewOptions } from '../hooks/use-view-options.ts';
import { type Note, pinsOf } from '../notes/note.ts';
import { NotePins } from '../notes/note-pins.tsx';
import { FurtherCharts } from './further-charts.tsx';
import { LagNote } from './lag-note.tsx';
import { Legend } from './legend.tsx';
import { ViewControls } from './view-controls.tsx';

/** A legend of more contenders would take too much of the window to stay in it. */
const MOST_STICKY = 12;

const KEYS = [
  ['← →', 'read the chart that has the focus; Home and End its ends'],
  ['n', 'note something where a chart is read'],
  ['l', 'losses on a linear or a log scale'],
  ['x', 'across epochs, steps, examples, training time'],
  ['s', 'smoothing off, or which'],
  ['g', 'seeds together or apart'],
  ['m', 'more or fewer curves'],
  ['a', 'all contenders on'],
  ['z', 'out of the zoom'],
] as const;

function nextSmoothing({ kind, span }: Smoothing): Smoothing {
  return { kind: SMOOTHINGS[(SMOOTHINGS.indexOf(kind) + 1) % SMOOTHINGS.length]!, span };
}

/** The four curves of every contender, and how to look at them. */
export function ChartsPanel({
  comparison,
  setup,
  notes,
  onNote,
  onOpenNote,
}: {
  comparison: Comparison;
  setup: Setup;
  notes: readonly Note[];
  onNote(metric: DrawnMetric, place: NotedPlace): void;
  onOpenNote(id: string): void;
}) {
  const [choice, choose] = useViewOptions();
  const [zoom, setZoom] = useState<ChartView['zoom']>(null);
  const [focus, setFocus] = useState<number | null>(null);
  const [large, setLarge] = useState<DrawnMetric | null>(null);
  const [hover] = useState(createHoverStore);
  const scheme = useScheme();

  const view = useMemo((): ChartView => ({ ...choice, zoom }), [choice, zoom]);

  // Progress arrives many times in an epoch; the curves are made anew only when a row or a state is new.
  const { rows, runs } = comparison;
  const statuses = runs.map((run) => run.status).join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: `statuses` is all of `runs` that the curves show.
  const specs = useMemo(
    () => CURVE_METRICS.map((metric) => chartSpec(comparison, metric, view)),
    [rows, statuses, comparison.events, view],
  );
  const brought = useDeferredValue(focus);

  const axis = X_AXES[(X_AXES.indexOf(choice.x) + 1) % X_AXES.length]!;
  const across = (x: XAxis) => {
    setZoom(null);
    hover.set(null);
    choose({ ...choice, x });
  };
  useKeys({
    l: () => choose({ ...choice, lossScale: choice.lossScale === 'log' ? 'linear' : 'log' }),
    x: () => across(axis),
    s: () => choose({ ...choice, smoothing: nextSmoothing(choice.smoothing) }),
    g: () => choose({ ...choice, seeds: choice.seeds === 'apart' ? 'together' : 'apart', hidden: new Set() }),
    m: () => choose({ ...choice, further: !choice.further }),
    a: () => choose({ ...choice, hidden: new Set() }),
    z: () => setZoom(null),
  });

  const strands = strandsOf(runs, choice.seeds);
  const positions = strands.map((strand) => strand.position);
  const emptyText =
    choice.hidden.size >= strands.length
      ? 'All curves are switched off.'
      : isOver(comparison)
        ? 'No epoch was finished.'
        : 'Waiting for the first epoch';

  return (
    <section aria-labelledby="curves-title">
      <div className="flex min-h-12 flex-wrap items-center gap-x-5 gap-y-2 pb-3">
        <h2 id="curves-title" className="text-lg font-semibold">
          Curves
        </h2>
        <div className="flex flex-wrap items-center gap-x-4 gap-y-2 sm:ml-auto">
          {zoom ? (
            <button type="button" className="button min-h-8 text-sm" onClick={() => setZoom(null)}>
              <Icon name="reset" size={14} />
              Show all
            </button>
          ) : null}
          <ViewControls
            view={choice}
            severalSeeds={hasSeveralSeeds(runs)}
            onChange={(next) => {
              if (next.x !== choice.x) {
                setZoom(null);
                hover.set(null);
              }
              choose(next);
            }}
          />
        </div>
      </div>
      <div
        className={`top-0 z-10 -mx-4 bg-page px-4 py-2 sm:-mx-6 sm:px-6 ${strands.length > MOST_STICKY ? '' : 'sm:sticky'}`}
      >
        <Legend
          strands={strands}
          hidden={choice.hidden}
          onToggle={(position) => choose({ ...choice, hidden: toggled(choice.hidden, position) })}
          onSolo={(position) => choose({ ...choice, hidden: soloed(choice.hidden, position, positions) })}
          onAll={() => choose({ ...choice, hidden: new Set() })}
          onFocus={setFocus}
        />
      </div>
      <div className="mt-1 grid gap-4 lg:grid-cols-2">
        {specs.map((spec) => (
          <div
            key={spec.metric}
            className={`min-w-0 ${large === spec.metric ? 'lg:order-first lg:col-span-2' : ''}`}
          >
            <ChartFrame
              spec={spec}
              unit={choice.x}
              scheme={scheme}
              focus={brought}
              hover={hover}
              tall={large === spec.metric}
              emptyText={emptyText}
              onZoom={setZoom}
              onLog={() => choose({ ...choice, lossScale: 'log' })}
              target={spec.metric === 'VAL_ACCURACY' ? choice.target : null}
              onTarget={(target) => choose({ ...choice, target })}
              pins={
                <NotePins pins={pinsOf(notes, spec.metric, spec.lines)} spec={spec} onOpen={onOpenNote} />
              }
              onNote={(place) => onNote(spec.metric, place)}
              note={
                <>
                  {METRIC_TEXT[spec.metric].validation ? (
                    <LagNote comparison={comparison} setup={setup} />
                  ) : null}
                  <button
                    type="button"
                    className="grid size-7 place-items-center rounded-md text-muted hover:bg-sunken hover:text-ink max-lg:hidden"
                    aria-pressed={large === spec.metric}
                    aria-label={`${METRIC_TEXT[spec.metric].title}: ${large === spec.metric ? 'smaller' : 'larger'}`}
                    title={large === spec.metric ? 'Smaller' : 'Larger'}
                    onClick={() => setLarge(large === spec.metric ? null : spec.metric)}
                  >
                    <Icon name={large === spec.metric ? 'shrink' : 'expand'} size={14} />
                  </button>
                </>
              }
            />
          </div>
        ))}
      </div>
      <KeysHelp keys={KEYS} />
      {choice.further ? (
        <FurtherCharts
          comparison={comparison}
          view={view}
          scheme={scheme}
          focus={brought}
          hover={hover}
          onZoom={setZoom}
          onLog={() => choose({ ...choice, lossScale: 'log' })}
          notes={notes}
          onNote={onNote}
          onOpenNote={onOpenNote}
        />
      ) : null}
      <button
        type="button"
        className="mt-3 text-sm text-muted underline"
        aria-expanded={choice.further}
        onClick={() => choose({ ...choice, further: !choice.further })}
      >
        {choice.further
          ? 'Fewer curves'
          : 'More curves: gradient norm, update to weight, learning rate, seconds'}
      </button>
    </section>
  );
}
