'use client';

import { useState } from 'react';
import { useMayEdit } from '../account/viewer-provider.tsx';
import type { Appearance } from '../chart/palette.ts';
import { looksOfRuns } from '../chart/strand.ts';
import { type Comparison, hasEnded } from '../comparison/comparison.ts';
import { CURVE_METRICS, type CurveMetric, METRIC_TEXT } from '../comparison/metric.ts';
import { metricText, nonFiniteText, settingText } from '../comparison/number-text.ts';
import {
  bestOfColumns,
  hasCost,
  naturalOrder,
  type Reading,
  type SummaryColumn,
  type SummaryOrder,
  type SummaryRow,
  sortSummary,
} from '../comparison/summary.ts';
import { durationText } from '../comparison/time-text.ts';
import { Icon } from '../components/icon.tsx';
import { StatusBadge } from '../components/status-badge.tsx';
import { Swatch } from '../components/swatch.tsx';
import { useControl } from '../hooks/use-control.ts';
import { useViewOptions } from '../hooks/use-view-options.ts';

/** What every contender has reached and what it cost, to be sorted by any column. */
export function SummaryTable({
  comparison,
  rows,
  accept,
}: {
  comparison: Comparison;
  rows: readonly SummaryRow[];
  accept(loaded: Comparison): void;
}) {
  const { send, busy, problem } = useControl(accept);
  const [order, setOrder] = useState<SummaryOrder | null>(null);
  const bests = bestOfColumns(rows);
  const lookOf = looksOfRuns(comparison.runs, useViewOptions()[0].seeds);
  const sortBy = (column: SummaryColumn) => {
    const natural = naturalOrder(column);
    if (order?.column !== column) setOrder(natural);
    else if (order.descending === natural.descending) setOrder({ column, descending: !natural.descending });
    else setOrder(null);
  };
  const heading = (column: SummaryColumn, text: string, extra = '') => (
    <Heading column={column} text={text} order={order} onSort={sortBy} className={extra} />
  );
  return (
    <>
      <div className="relative overflow-x-auto rounded-b-[10px]">
        <table className="w-full border-collapse text-sm" data-summary="">
          <thead>
            <tr className="text-left text-xs text-muted">
              <td className="sticky left-0 bg-surface" />
              <td colSpan={2} className="max-sm:hidden" />
              {CURVE_METRICS.map((metric) => (
                <th
                  key={metric}
                  scope="colgroup"
                  colSpan={2}
                  className="border-l border-line px-3 pt-2 text-center font-medium"
                  title={METRIC_TEXT[metric].title}
                >
                  <code>{METRIC_TEXT[metric].name}</code>
                </th>
              ))}
              <td className="border-l border-line" />
            </tr>
            <tr className="border-b border-line text-xs text-muted">
              {heading('contender', 'Contender', 'sticky left-0 z-[1] bg-surface text-left')}
              {heading('status', 'Status', 'text-left max-sm:hidden')}
              {heading('epochs', 'Epochs', 'text-right max-sm:hidden')}
              {CURVE_METRICS.flatMap((metric) => [
                <Heading
                  key={`last.${metric}`}
                  column={`last.${metric}`}
                  text="last"
                  order={order}
                  onSort={sortBy}
                  className="border-l border-line text-right"
                />,
                <Heading
                  key={`best.${metric}`}
                  column={`best.${metric}`}
                  text="best"
                  order={order}
                  onSort={sortBy}
                  className="text-right"
                />,
              ])}
              {heading('seconds', 'Cost', 'border-l border-line text-right')}
            </tr>
          </thead>
          <tbody>
            {sortSummary(rows, order).map((row) => (
              <ContenderRow
                key={row.run.id}
                row={row}
                look={lookOf.get(row.run.id)}
                epochs={comparison.epochs}
                bests={bests}
                rerunning={busy.has(row.run.id)}
                onRerun={() => void send({ what: 'rerun', run: row.run.id })}
              />
            ))}
          </tbody>
        </table>
      </div>
      {problem ? (
        <p role="alert" className="px-4 py-2 text-sm text-bad">
          {problem}
        </p>
      ) : null}
    </>
  );
}

function Heading({
  column,
  text,
  order,
  onSort,
  className,
}: {
  column: SummaryColumn;
  text: string;
  order: SummaryOrder | null;
  onSort(column: SummaryColumn): void;
  className: string;
}) {
  const sorted = order?.column === column;
  const right = className.includes('text-right');
  return (
    <th
      scope="col"
      aria-sort={sorted ? (order.descending ? 'descending' : 'ascending') : 'none'}
      className={`px-1 py-1 font-medium whitespace-nowrap ${className}`}
    >
      <button
        type="button"
        className={`inline-flex min-h-7 items-center gap-1 rounded px-2 hover:bg-sunken hover:text-ink ${sorted ? 'text-ink' : ''} ${right ? 'flex-row-reverse' : ''}`}
        onClick={() => onSort(column)}
      >
        {text}
        <span className="w-3">
          {sorted ? <Icon name={order.descending ? 'arrowDown' : 'arrowUp'} size={12} /> : null}
        </span>
      </button>
    </th>
  );
}

function ContenderRow({
  row,
  look,
  epochs,
  bests,
  rerunning,
  onRerun,
}: {
  row: SummaryRow;
  look: Appearance | undefined;
  epochs: number;
  bests: ReadonlyMap<SummaryColumn, number>;
  rerunning: boolean;
  onRerun(): void;
}) {
  const { run } = row;
  const mayEdit = useMayEdit();
  return (
    <tr className="border-b border-line align-top last:border-b-0">
      <th scope="row" className="sticky left-0 z-[1] bg-surface px-3 py-2.5 text-left font-medium">
        <span className="flex items-center gap-2 whitespace-nowrap">
          {look ? <Swatch look={look} /> : null}
          <span>
            {run.contender.label}
            <span className="block text-xs font-normal text-muted">
              rate {settingText(run.contender.learningRate)}
            </span>
            <span className="block sm:hidden">
              <StatusBadge status={run.status} />
              {run.reason ? (
                <span className="block max-w-44 text-xs font-normal whitespace-normal text-muted">
                  {run.reason}
                </span>
              ) : null}
            </span>
          </span>
        </span>
      </th>
      <td className="min-w-32 px-3 py-2.5 max-sm:hidden">
        <span className="flex items-center gap-1">
          <StatusBadge status={run.status} />
          {mayEdit && hasEnded(run) && run.origin === 'TRAINED' ? (
            <button
              type="button"
              className="-my-1 grid size-7 place-items-center rounded-md text-muted hover:bg-sunken hover:text-ink disabled:opacity-50"
              aria-label={`Run ${run.contender.label} again`}
              title={`Run ${run.contender.label} again, beside this run`}
              disabled={rerunning}
              onClick={onRerun}
            >
              <Icon name="reset" size={14} />
            </button>
          ) : null}
        </span>
        {run.reason ? <p className="mt-0.5 max-w-72 min-w-48 text-xs text-muted">{run.reason}</p> : null}
      </td>
      <td className="px-3 py-2.5 text-right whitespace-nowrap max-sm:hidden">
        {run.lastEpoch}
        {run.origin === 'TRAINED' ? <span className="text-muted"> / {epochs}</span> : null}
      </td>
      {CURVE_METRICS.flatMap((metric) => [
        <ValueCell
          key={`last.${metric}`}
          metric={metric}
          reading={row.last[metric]}
          best={bests.get(`last.${metric}`)}
          className="border-l border-line"
        />,
        <ValueCell
          key={`best.${metric}`}
          metric={metric}
          reading={row.best[metric]}
          best={bests.get(`best.${metric}`)}
          withEpoch
          className=""
        />,
      ])}
      <td
        className="border-l border-line px-3 py-2.5 text-right whitespace-nowrap"
        title={
          hasCost(row)
            ? `${durationText(row.trainSeconds)} training, ${durationText(row.evaluationSeconds)} evaluation; waiting is not counted`
            : undefined
        }
      >
        {!hasCost(row) ? (
          <Nothing ended={hasEnded(run) && run.lastEpoch === 0} />
        ) : (
          <>{(row.trainSeconds + row.evaluationSeconds).toFixed(1)} s</>
        )}
      </td>
    </tr>
  );
}

function ValueCell({
  metric,
  reading,
  best,
  withEpoch = false,
  className,
}: {
  metric: CurveMetric;
  reading: Reading | null;
  best: number | undefined;
  withEpoch?: boolean;
  className: string;
}) {
  const base = `px-3 py-2.5 text-right whitespace-nowrap ${className}`;
  if (!reading) {
    return (
      <td className={base}>
        <Nothing ended={false} />
      </td>
    );
  }
  if (reading.value === null) {
    return (
      <td className={`${base} font-medium text-bad`} title={`Not finite in epoch ${reading.epoch}`}>
        {nonFiniteText(reading.kind ?? 'NAN')}
      </td>
    );
  }
  const isBest = reading.value === best;
  return (
    <td className={base} title={`epoch ${reading.epoch}`}>
      <span
        className={
          isBest ? '-mx-1.5 inline-block rounded-md bg-good/12 px-1.5 font-semibold text-good' : undefined
        }
      >
        {metricText(metric, reading.value)}
        {isBest ? <span className="sr-only"> (best)</span> : null}
      </span>
      {withEpoch ? <span className="block text-xs text-muted">epoch {reading.epoch}</span> : null}
    </td>
  );
}

function Nothing({ ended }: { ended: boolean }) {
  return (
    <span className="text-muted" title={ended ? 'It ended in its first epoch' : 'Nothing is recorded'}>
      –
    </span>
  );
}
