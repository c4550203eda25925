'use client';

import { useMayEdit } from '../account/viewer-provider.tsx';
import { type Appearance, cssColor } from '../chart/palette.ts';
import { looksOfRuns } from '../chart/strand.ts';
import { type Comparison, hasEnded, type Run } from '../comparison/comparison.ts';
import { settingText } from '../comparison/number-text.ts';
import { activityText, trainingShare } from '../comparison/progress.ts';
import { timeLeftText } from '../comparison/time-text.ts';
import { ConfirmButton } from '../components/confirm-button.tsx';
import { Icon } from '../components/icon.tsx';
import { ProgressBar } from '../components/progress-bar.tsx';
import { StatusBadge } from '../components/status-badge.tsx';
import { Swatch } from '../components/swatch.tsx';
import { useCancel } from '../hooks/use-cancel.ts';
import { useControl } from '../hooks/use-control.ts';

/** How far every run is, while the comparison is under way. */
export function RunsPanel({
  comparison,
  accept,
}: {
  comparison: Comparison;
  accept(loaded: Comparison): void;
}) {
  const { cancel, cancelling, problem } = useCancel(accept);
  const control = useControl(accept);
  const looks = looksOfRuns(comparison.runs, 'together');
  return (
    <section aria-labelledby="runs-title">
      <h2 id="runs-title" className="sr-only">
        Progress of the runs
      </h2>
      <ul className="grid grid-cols-1 gap-2 min-[30rem]:grid-cols-2 xl:grid-cols-3">
        {comparison.runs.map((run) => {
          const look = looks.get(run.id);
          return look && run.origin === 'TRAINED' ? (
            <li key={run.id} className="panel min-w-0 px-3 py-2 sm:py-2.5">
              <RunProgress
                run={run}
                epochs={comparison.epochs}
                look={look}
                cancelling={cancelling.has(run.id)}
                busy={control.busy.has(run.id)}
                onCancel={() => void cancel('run', run.id)}
                onOrder={(what) => void control.send({ what, run: run.id })}
              />
            </li>
          ) : null;
        })}
      </ul>
      {(problem ?? control.problem) ? (
        <p role="alert" className="mt-2 text-sm text-bad">
          {problem ?? control.problem}
        </p>
      ) : null}
    </section>
  );
}

function RunProgress({
  run,
  epochs,
  look,
  cancelling,
  busy,
  onCancel,
  onOrder,
}: {
  run: Run;
  epochs: number;
  look: Appearance;
  cancelling: boolean;
  busy: boolean;
  onCancel(): void;
  onOrder(what: 'pause' | 'resume'): void;
}) {
  const { label, learningRate } = run.contender;
  const featuring = run.status === 'RUNNING' && run.phase !== null && run.phase !== 'TRAINING';
  const ended = hasEnded(run);
  const mayEdit = useMayEdit();
  const left = run.status === 'RUNNING' && run.secondsLeft !== null ? timeLeftText(run.secondsLeft) : null;
  return (
    <div data-run={label}>
      <div className="flex min-h-7 items-center gap-2">
        <Swatch look={look} />
        <span className="min-w-0 leading-tight font-medium break-words sm:truncate">{label}</span>
        <span className="text-xs whitespace-nowrap text-muted max-sm:hidden">
          rate {settingText(learningRate)}
        </span>
        <span className="-mr-1.5 ml-auto flex items-center">
          {ended || !mayEdit ? null : (
            <PauseButton
              label={label}
              paused={run.status === 'PAUSED'}
              disabled={busy || cancelling}
              onOrder={onOrder}
            />
          )}
          {ended || !mayEdit ? null : (
            <ConfirmButton
              className="grid size-7 place-items-center rounded-md text-muted hover:bg-sunken hover:text-ink"
              label={`Cancel ${label}`}
              title={`Cancel ${label}?`}
              text="This run stops, the others go on. Every epoch that it has recorded stays."
              confirm="Cancel this run"
              keep="Let it run"
              disabled={cancelling}
              onConfirm={onCancel}
            >
              <Icon name="close" size={14} />
            </ConfirmButton>
          )}
        </span>
      </div>
      <div className="mt-1.5">
        <ProgressBar
          share={shareOf(run, epochs)}
          label={featuring ? `${label}: images prepared` : `${label}: training`}
          color={featuring ? 'var(--line-strong)' : cssColor(look.color)}
        />
      </div>
      <p className="mt-1.5 flex flex-wrap justify-between gap-x-3 text-xs text-muted">
        {ended || run.status === 'PAUSED' ? <StatusBadge status={run.status} small /> : null}
        <span>{cancelling ? 'cancelling' : activityText(run, epochs)}</span>
        {left ? <span>{left}</span> : null}
      </p>
    </div>
  );
}

function PauseButton({
  label,
  paused,
  disabled,
  onOrder,
}: {
  label: string;
  paused: boolean;
  disabled: boolean;
  onOrder(what: 'pause' | 'resume'): void;
}) {
  const text = `${paused ? 'Resume' : 'Pause'} ${label}`;
  return (
    <button
      type="button"
      className="grid size-7 place-items-center rounded-md text-muted hover:bg-sunken hover:text-ink disabled:opacity-50"
      aria-label={text}
      title={text}
      disabled={disabled}
      onClick={() => onOrder(paused ? 'resume' : 'pause')}
    >
      <Icon name={paused ? 'play' : 'pause'} size={14} />
    </button>
  );
}

/** Of the images while they are prepared, of the training afterwards; what ended early stays where it ended. */
function shareOf(run: Run, epochs: number): number {
  if (hasEnded(run)) return run.lastEpoch / epochs;
  if (run.phase !== null && run.phase !== 'TRAINING' && run.phaseTotal > 0)
    return run.phaseDone / run.phaseTotal;
  return trainingShare(run);
}
