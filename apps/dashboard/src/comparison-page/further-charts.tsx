'use client';

import { useMemo } from 'react';
import { ChartFrame } from '../chart/chart-frame.tsx';
import type { NotedPlace } from '../chart/chart-pointer.tsx';
import { type ChartView, chartSpec } from '../chart/chart-spec.ts';
import type { HoverStore } from '../chart/hover-store.ts';
import type { Comparison } from '../comparison/comparison.ts';
import { type DrawnMetric, FURTHER_METRICS } from '../comparison/metric.ts';
import { useFurtherRows } from '../hooks/use-further-rows.ts';
import type { Scheme } from '../hooks/use-scheme.ts';
import { type Note, pinsOf } from '../notes/note.ts';
import { NotePins } from '../notes/note-pins.tsx';

/** The curves that say how a run trained rather than how well; they are asked for when they are opened. */
export function FurtherCharts({
  comparison,
  view,
  scheme,
  focus,
  hover,
  notes,
  onZoom,
  onLog,
  onNote,
  onOpenNote,
}: {
  comparison: Comparison;
  view: ChartView;
  scheme: Scheme;
  focus: number | null;
  hover: HoverStore;
  onZoom(range: ChartView['zoom']): void;
  onLog(): void;
  notes: readonly Note[];
  onNote(metric: DrawnMetric, place: NotedPlace): void;
  onOpenNote(id: string): void;
}) {
  const rows = useFurtherRows(comparison, true);
  const { runs, events } = comparison;
  const statuses = runs.map((run) => run.status).join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: `statuses` is all of `runs` that the curves show.
  const specs = useMemo(
    () => FURTHER_METRICS.map((metric) => chartSpec({ ...comparison, rows: rows ?? {} }, metric, view)),
    [rows, statuses, events, view],
  );
  return (
    <div className="mt-4 grid gap-4 lg:grid-cols-2">
      {specs.map((spec) => (
        <ChartFrame
          key={spec.metric}
          spec={spec}
          unit={view.x}
          scheme={scheme}
          focus={focus}
          hover={hover}
          tall={false}
          emptyText={rows === null ? 'Asking for the curves' : 'Nothing is recorded.'}
          onZoom={onZoom}
          onLog={onLog}
          pins={<NotePins pins={pinsOf(notes, spec.metric, spec.lines)} spec={spec} onOpen={onOpenNote} />}
          onNote={(place) => onNote(spec.metric, place)}
        />
      ))}
    </div>
  );
}
