import type { Spread } from '../chart/spread.ts';
import { CURVE_METRICS, type CurveMetric, METRIC_TEXT } from '../comparison/metric.ts';
import { metricText } from '../comparison/number-text.ts';
import { bestMeans, SEED_COLUMNS, type SeedSummary } from '../comparison/seed-summary.ts';
import { Swatch } from '../components/swatch.tsx';

/** What each contender reached over its seeds: means with their intervals. */
export function SeedTable({ summaries }: { summaries: readonly SeedSummary[] }) {
  const columns = SEED_COLUMNS.map((column) => ({
    ...column,
    best: bestMeans(summaries, column.which, column.metric),
  }));
  return (
    <div className="relative overflow-x-auto rounded-b-[10px]">
      <table className="w-full border-collapse text-sm" data-seeds="">
        <thead>
          <tr className="text-left text-xs text-muted">
            <td className="sticky left-0 bg-surface" />
            <td className="max-sm:hidden" />
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
            <th
              scope="col"
              className="sticky left-0 z-[1] bg-surface px-3 py-2 text-left font-medium whitespace-nowrap"
            >
              Contender
            </th>
            <th scope="col" className="px-3 py-2 text-left font-medium max-sm:hidden">
              Runs
            </th>
            {columns.map(({ metric, which }) => (
              <th
                key={`${which} ${metric}`}
                scope="col"
                className={`px-3 py-2 text-right font-medium ${which === 'last' ? 'border-l border-line' : ''}`}
              >
                {which}
              </th>
            ))}
            <th scope="col" className="border-l border-line px-3 py-2 text-right font-medium">
              Cost
            </th>
          </tr>
        </thead>
        <tbody>
          {summaries.map((summary, place) => (
            <tr key={summary.strand.key} className="border-b border-line align-top last:border-b-0">
              <th scope="row" className="sticky left-0 z-[1] bg-surface px-3 py-2.5 text-left font-medium">
                <span className="flex items-center gap-2 whitespace-nowrap">
                  <Swatch look={summary.strand.look} />
                  {summary.strand.label}
                </span>
              </th>
              <td className="px-3 py-2.5 whitespace-nowrap max-sm:hidden">
                {runsText(summary)}
                <span className="block text-xs text-muted">{epochsText(summary)}</span>
              </td>
              {columns.map(({ metric, which, best }) => (
                <SpreadCell
                  key={`${which} ${metric}`}
                  metric={metric}
                  spread={summary[which][metric]}
                  isBest={best.has(place)}
                  className={which === 'last' ? 'border-l border-line' : ''}
                />
              ))}
              <td className="border-l border-line px-3 py-2.5 text-right whitespace-nowrap">
                {summary.seconds === null ? (
                  <span className="text-muted">–</span>
                ) : (
                  <>
                    {summary.seconds.centre.toFixed(1)} s
                    <span className="block text-xs text-muted">each</span>
                  </>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function runsText({ strand, finished, diverged }: SeedSummary): string {
  const all = strand.runs.length;
  const ended = finished === all ? `${all} finished` : `${finished} of ${all} finished`;
  return diverged === 0 ? ended : `${ended}, ${diverged} diverged`;
}

function epochsText({ epochs: { least, most } }: SeedSummary): string {
  return least === most ? `${most} epochs` : `${least} to ${most} epochs`;
}

function SpreadCell({
  metric,
  spread,
  isBest,
  className,
}: {
  metric: CurveMetric;
  spread: Spread | null;
  isBest: boolean;
  className: string;
}) {
  const base = `px-3 py-2.5 text-right whitespace-nowrap ${className}`;
  if (spread === null) return <td className={`${base} text-muted`}>–</td>;
  const { centre, high, count } = spread;
  return (
    <td className={base} title={`Mean of ${count} ${count === 1 ? 'run' : 'runs'}, with its 95 % interval`}>
      <span
        className={
          isBest ? '-mx-1.5 inline-block rounded-md bg-good/12 px-1.5 font-semibold text-good' : undefined
        }
      >
        {metricText(metric, centre)}
        {isBest ? <span className="sr-only"> (best mean)</span> : null}
      </span>
      <span className="block text-xs text-muted">
        {high === null ? 'one value' : `± ${metricText(metric, high - centre)}`}
      </span>
    </td>
  );
}
