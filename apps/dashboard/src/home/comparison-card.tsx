'use client';

import { looksOfRuns, strandsOf } from '../chart/strand.ts';
import { type Comparison, isOver } from '../comparison/comparison.ts';
import { comparisonSecondsLeft, comparisonShare } from '../comparison/progress.ts';
import { leader, summaryRows } from '../comparison/summary.ts';
import { timeLeftText } from '../comparison/time-text.ts';
import { Ago } from '../components/ago.tsx';
import { PageLink } from '../components/page-link.tsx';
import { ProgressBar } from '../components/progress-bar.tsx';
import { StatusBadge } from '../components/status-badge.tsx';
import { Swatch } from '../components/swatch.tsx';
import { useLiveComparison } from '../hooks/use-live-comparison.ts';
import { Sparkline } from './sparkline.tsx';

/** One comparison in the list; one that is under way follows its own changes. */
export function ComparisonCard({ initial, now }: { initial: Comparison; now: number }) {
  const { comparison } = useLiveComparison(initial);
  const looks = looksOfRuns(comparison.runs, 'together');
  const first = leader(summaryRows(comparison));
  const over = isOver(comparison);
  const seconds = comparisonSecondsLeft(comparison);
  const diverged = comparison.runs.filter((run) => run.status === 'DIVERGED').length;
  const leaderLook = first ? looks.get(first.run.id) : undefined;
  return (
    <PageLink
      href={`/experiments/${encodeURIComponent(comparison.id)}`}
      data-comparison={comparison.id}
      className="panel grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-6 gap-y-2 px-4 py-3 hover:border-line-strong md:grid-cols-[minmax(0,1fr)_9rem_12rem_8.5rem]"
    >
      <span className="min-w-0 max-md:col-span-2">
        <span className="block truncate font-semibold">{comparison.name}</span>
        <span className="mt-1 flex flex-wrap gap-x-3 gap-y-0.5 text-xs text-muted">
          {strandsOf(comparison.runs, 'together').map(({ key, look, label, runs }) => (
            <span key={key} className="inline-flex items-center gap-1">
              <Swatch look={look} line={false} />
              {label}
              {runs.length > 1 ? ` × ${runs.length}` : null}
            </span>
          ))}
        </span>
      </span>
      <span className="max-md:hidden">
        <Sparkline comparison={comparison} />
      </span>
      <span className="text-sm">
        {first?.best.VAL_ACCURACY ? (
          <>
            <span className="flex items-center gap-1.5">
              {leaderLook ? <Swatch look={leaderLook} line={false} /> : null}
              <strong className="font-semibold">{first.best.VAL_ACCURACY.value?.toFixed(4)}</strong>
              <span className="truncate text-muted">{first.run.contender.label}</span>
            </span>
            <span className="block text-xs text-muted">best val_accuracy</span>
          </>
        ) : (
          <span className="text-muted">{over ? 'no epoch finished' : 'no epoch yet'}</span>
        )}
      </span>
      <span className="justify-self-end text-right md:justify-self-stretch">
        <StatusBadge status={comparison.status} />
        <span className="block text-xs text-muted">
          {over && diverged > 0 ? `${diverged} diverged, ` : ''}
          {!over && seconds !== null ? timeLeftText(seconds) : <Ago then={comparison.createdAt} now={now} />}
        </span>
      </span>
      {over ? null : (
        <span className="col-span-full">
          <ProgressBar share={comparisonShare(comparison)} label={`${comparison.name}: done`} />
        </span>
      )}
    </PageLink>
  );
}
