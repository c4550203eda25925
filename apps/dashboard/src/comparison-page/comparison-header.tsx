'use client';

import type { ReactNode } from 'react';
import { useMayEdit } from '../account/viewer-provider.tsx';
import { looksOfRuns } from '../chart/strand.ts';
import { type Comparison, hasEnded, isOver, type Run } from '../comparison/comparison.ts';
import { comparisonSecondsLeft, comparisonShare } from '../comparison/progress.ts';
import { leader, type SummaryRow } from '../comparison/summary.ts';
import { timeLeftText } from '../comparison/time-text.ts';
import { Ago } from '../components/ago.tsx';
import { ConfirmButton } from '../components/confirm-button.tsx';
import { Icon } from '../components/icon.tsx';
import { PageLink } from '../components/page-link.tsx';
import { ProgressBar } from '../components/progress-bar.tsx';
import { StatusBadge } from '../components/status-badge.tsx';
import { Swatch } from '../components/swatch.tsx';
import { useCancel } from '../hooks/use-cancel.ts';
import { useControl } from '../hooks/use-control.ts';
import { ComparisonMenu } from './comparison-menu.tsx';

/** Name, status, how far it is and who leads; and what can be done with the whole comparison. */
export function ComparisonHeader({
  comparison,
  author,
  rows,
  now,
  accept,
  connection,
  underWay,
  exchange,
}: {
  comparison: Comparison;
  /** Who started it; null where nobody was signed in. */
  author: string | null;
  rows: readonly SummaryRow[];
  now: number;
  accept(loaded: Comparison): void;
  connection: ReactNode;
  /** Whether it was under way when the page was loaded; then there is room for its progress. */
  underWay: boolean;
  /** What takes curves out and in. */
  exchange: ReactNode;
}) {
  const { cancel, cancelling, problem } = useCancel(accept);
  const control = useControl(accept);
  const mayEdit = useMayEdit();
  const busy = control.busy.has(comparison.id);
  const over = isOver(comparison);
  const diverged = comparison.runs.filter((run) => run.status === 'DIVERGED').length;
  const open = comparison.runs.filter((run) => !hasEnded(run)).length;
  const paused = comparison.runs.filter((run) => run.status === 'PAUSED').length;
  const what = paused === open ? 'resume' : 'pause';
  return (
    <header>
      <div className="flex flex-wrap items-start gap-x-4 gap-y-2">
        <div className="min-w-0 flex-1 basis-72">
          <h1 className="text-2xl font-semibold tracking-tight break-words">{comparison.name}</h1>
          <p className="mt-1 flex flex-wrap items-center gap-x-4 gap-y-1 text-sm text-muted">
            <StatusBadge status={comparison.status} />
            {diverged > 0 ? (
              <span>
                {diverged} of {comparison.runs.length} diverged
              </span>
            ) : null}
            {over ? null : <Left comparison={comparison} />}
            <span>
              started <Ago then={comparison.createdAt} now={now} />
              {author === null ? null : ` by ${author}`}
            </span>
            {connection}
          </p>
        </div>
        <div className="flex flex-wrap gap-2">
          {mayEdit ? (
            <PageLink href={`/new?from=${encodeURIComponent(comparison.id)}`} className="button">
              <Icon name="copy" />
              Run again with changes
            </PageLink>
          ) : null}
          {over || !mayEdit ? null : (
            <button
              type="button"
              className="button"
              disabled={busy}
              onClick={() => void control.send({ what, experiment: comparison.id })}
            >
              <Icon name={what === 'pause' ? 'pause' : 'play'} />
              {what === 'pause' ? 'Pause' : 'Resume'}
            </button>
          )}
          {over || !mayEdit ? null : (
            <ConfirmButton
              className="button"
              title="Cancel this comparison?"
              text={`${open === 1 ? 'The one run' : `The ${open} runs`} that ${open === 1 ? 'has' : 'have'} not ended will stop. Every epoch recorded so far stays.`}
              confirm="Cancel the comparison"
              keep="Let it run"
              disabled={cancelling.has(comparison.id)}
              onConfirm={() => void cancel('experiment', comparison.id)}
            >
              {cancelling.has(comparison.id) ? 'Cancelling…' : 'Cancel'}
            </ConfirmButton>
          )}
          {exchange}
          {mayEdit ? <ComparisonMenu comparison={comparison} busy={busy} send={control.send} /> : null}
        </div>
      </div>
      {(problem ?? control.problem) ? (
        <p role="alert" className="mt-2 text-sm text-bad">
          {problem ?? control.problem}
        </p>
      ) : null}
      {comparison.deletedAt === null ? null : (
        <div className="mt-3 flex flex-wrap items-center gap-3 rounded-lg border border-line bg-sunken px-4 py-3 text-sm">
          <span>This comparison is deleted: the list no longer shows it.</span>
          {mayEdit ? (
            <button
              type="button"
              className="button min-h-8 text-sm"
              disabled={busy}
              onClick={() => void control.send({ what: 'restore', experiment: comparison.id })}
            >
              Restore
            </button>
          ) : null}
        </div>
      )}
      {underWay ? (
        <div className="mt-3">
          <ProgressBar share={comparisonShare(comparison)} label="The whole comparison" />
        </div>
      ) : null}
      <Leader rows={rows} over={over} />
      <Failures runs={comparison.runs} />
    </header>
  );
}

/** Runs that could not go on, by what stopped them: mostly it is one thing that stopped all. */
function Failures({ runs }: { runs: readonly Run[] }) {
  const failed = runs.filter((run) => run.status === 'FAILED');
  const byReason = Map.groupBy(failed, (run) => run.reason ?? 'The reason is not known.');
  return [...byReason].map(([reason, stopped]) => (
    <div key={reason} role="alert" className="mt-3 rounded-lg border border-bad bg-bad/8 px-4 py-3 text-sm">
      <p className="font-semibold text-bad">
        {stopped.length === runs.length && runs.length > 1
          ? 'All runs failed'
          : `${stopped.map((run) => run.contender.label).join(', ')} failed`}
      </p>
      <p className="mt-1 break-words">{reason}</p>
    </div>
  ));
}

function Left({ comparison }: { comparison: Comparison }) {
  const seconds = comparisonSecondsLeft(comparison);
  const percent = Math.floor(comparisonShare(comparison) * 100);
  return (
    <span>
      {percent} %{seconds === null ? '' : `, ${timeLeftText(seconds)}`}
    </span>
  );
}

function Leader({ rows, over }: { rows: readonly SummaryRow[]; over: boolean }) {
  const first = leader(rows);
  const best = first?.best.VAL_ACCURACY;
  if (!first || !best) {
    return over ? null : <p className="mt-3 text-muted">No epoch is finished yet.</p>;
  }
  const look = looksOfRuns(
    rows.map((row) => row.run),
    'together',
  ).get(first.run.id);
  return (
    <p className="mt-3 flex items-baseline gap-x-2">
      {look ? <Swatch look={look} /> : null}
      <span>
        <strong className="font-semibold">{first.run.contender.label}</strong>{' '}
        {over ? 'reached the highest validation accuracy' : 'has the highest validation accuracy so far'}:{' '}
        <strong className="font-semibold">{best.value?.toFixed(4)}</strong>
        <span className="text-muted"> in epoch {best.epoch}</span>
      </span>
    </p>
  );
}
