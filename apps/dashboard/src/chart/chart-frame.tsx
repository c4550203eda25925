'use client';

import { type ReactNode, type RefObject, useRef, useState } from 'react';
import { METRIC_TEXT } from '../comparison/metric.ts';
import type { Scheme } from '../hooks/use-scheme.ts';
import { place } from './axis.ts';
import { ChartHappenings } from './chart-happenings.tsx';
import { ChartMarks } from './chart-marks.tsx';
import { ChartPointer, type NotedPlace } from './chart-pointer.tsx';
import type { ChartSpec } from './chart-spec.ts';
import type { XAxis } from './curve.ts';
import type { HoverStore } from './hover-store.ts';
import { Plot } from './plot.tsx';
import { PlotOutline } from './plot-outline.tsx';
import { TargetLine } from './target-line.tsx';

/**
 * One chart: its heading, its axes, its lines, and what happens under the pointer. Its height is fixed before
 * anything is drawn, so nothing below it moves.
 */
export function ChartFrame({
  spec,
  unit,
  scheme,
  focus,
  hover,
  tall,
  emptyText,
  note,
  target,
  onZoom,
  onLog,
  onTarget,
  pins,
  onNote,
}: {
  spec: ChartSpec;
  unit: XAxis;
  scheme: Scheme;
  focus: number | null;
  hover: HoverStore;
  tall: boolean;
  emptyText: string;
  /** Stands at the right end of the heading. */
  note?: ReactNode;
  /** A level that can be dragged; left out where there is none. */
  target?: number | null;
  onZoom(range: { from: number; to: number } | null): void;
  /** Asks for a logarithmic scale. */
  onLog(): void;
  onTarget?(target: number): void;
  /** What stands at the chart's head. */
  pins?: ReactNode;
  onNote(place: NotedPlace): void;
}) {
  const [ready, setReady] = useState(false);
  const area = useRef<HTMLDivElement>(null);
  const text = METRIC_TEXT[spec.metric];
  return (
    <figure className="panel min-w-0 p-3 pb-2 sm:p-4 sm:pb-2.5" data-chart={text.name}>
      <figcaption className="flex min-h-7 items-center gap-2">
        <h3 className="font-semibold">{text.title}</h3>
        <code className="text-xs text-muted max-sm:hidden">{text.name}</code>
        <span className="ml-auto flex items-center gap-1">{note}</span>
      </figcaption>
      <p className="mt-1 flex flex-wrap gap-x-3 text-xs text-muted">
        {spec.yLabel}
        {spec.dwarfed ? (
          <button type="button" className="text-ink underline" onClick={onLog}>
            Far apart: show on a log scale
          </button>
        ) : null}
      </p>
      <div className={`relative mt-1.5 ${tall ? 'h-[28rem]' : 'h-56 sm:h-64'}`}>
        <div ref={area} className="absolute top-2 right-2 bottom-11 left-12">
          <Grid spec={spec} />
          {ready ? null : <PlotOutline spec={spec} />}
          <Plot spec={spec} scheme={scheme} focus={focus} onReady={() => setReady(true)} />
          <ChartMarks marks={spec.marks} spec={spec} />
          {spec.empty ? (
            <p className="absolute inset-0 grid place-items-center text-center text-sm text-muted">
              {emptyText}
            </p>
          ) : null}
          <ChartPointer
            spec={spec}
            unit={unit}
            hover={hover}
            area={area as RefObject<HTMLDivElement | null>}
            onZoom={onZoom}
            onNote={onNote}
          />
          {pins}
          <ChartHappenings spec={spec} />
          {target != null && onTarget ? (
            <TargetLine axis={spec.y} target={target} onChange={onTarget} />
          ) : null}
        </div>
        <p className="absolute right-2 bottom-0 left-12 text-center text-xs text-muted">{spec.xLabel}</p>
      </div>
    </figure>
  );
}

function Grid({ spec }: { spec: ChartSpec }) {
  return (
    <div aria-hidden="true" className="absolute inset-0 text-xs text-muted select-none">
      {spec.y.ticks.map((tick) => (
        <div
          key={tick.at}
          className="absolute inset-x-0 border-t border-grid"
          style={{ bottom: `${place(spec.y, tick.at) * 100}%` }}
        >
          {tick.text === '' ? null : (
            <span className="absolute right-full -translate-y-1/2 pr-2 leading-none whitespace-nowrap">
              {tick.text}
            </span>
          )}
        </div>
      ))}
      {spec.x.ticks.map((tick) => (
        <div
          key={tick.at}
          className="absolute inset-y-0 border-l border-grid"
          style={{ left: `${place(spec.x, tick.at) * 100}%` }}
        >
          <span className="absolute top-full -translate-x-1/2 pt-1.5 leading-none whitespace-nowrap">
            {tick.text}
          </span>
        </div>
      ))}
      <div className="absolute inset-0 border-b border-l border-line-strong" />
    </div>
  );
}
