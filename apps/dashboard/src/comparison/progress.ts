import { type Comparison, hasEnded, type Run } from './comparison.ts';

/** 0 to 1: how much of its training a run has done; one that has ended early counts as done. */
export function trainingShare(run: Pick<Run, 'status' | 'phase' | 'phaseDone' | 'phaseTotal'>): number {
  if (hasEnded(run)) return 1;
  if (run.phase !== 'TRAINING' || run.phaseTotal === 0) return 0;
  return Math.min(1, run.phaseDone / run.phaseTotal);
}

/** 0 to 1: the mean over the comparison's runs that are trained here. */
export function comparisonShare(comparison: Pick<Comparison, 'runs'>): number {
  const trained = comparison.runs.filter((run) => run.origin === 'TRAINED');
  if (trained.length === 0) return comparison.runs.length === 0 ? 0 : 1;
  return trained.reduce((sum, run) => sum + trainingShare(run), 0) / trained.length;
}

/** `12.3 of 344.9 MB`, or what has come so far where the whole is not known. */
function megabytesText({ phaseDone, phaseTotal }: Pick<Run, 'phaseDone' | 'phaseTotal'>): string {
  const done = (phaseDone / 1e6).toFixed(1);
  return phaseTotal > 0 ? `${done} of ${(phaseTotal / 1e6).toFixed(1)} MB` : `${done} MB`;
}

/** `, 40 %`; bytes or images, whichever it counts just now. */
function shareText({ phaseDone, phaseTotal }: Pick<Run, 'phaseDone' | 'phaseTotal'>): string {
  return phaseTotal > 0 ? `, ${Math.floor((100 * phaseDone) / phaseTotal)} %` : '';
}

/** One line on what a run is doing: `epoch 7 of 20`, `reading images, 320 of 900`, `waits for a worker`. */
export function activityText(run: Run, epochs: number): string {
  switch (run.status) {
    case 'QUEUED':
      return run.attempt > 0 ? 'goes on as soon as a worker is free' : 'waits for a free worker';
    case 'RUNNING':
      if (run.phase === 'TRAINING') return `epoch ${Math.min(epochs, run.lastEpoch + 1)} of ${epochs}`;
      if (run.phase === 'FEATURES' && run.phaseTotal > 0) {
        return `preparing images, ${run.phaseDone} of ${run.phaseTotal}`;
      }
      if (run.phase === 'DOWNLOADING') return `fetching files, ${megabytesText(run)}`;
      if (run.phase === 'PREPARING') return `reading and checking the data${shareText(run)}`;
      return 'starting';
    case 'PAUSED':
      return run.lastEpoch === 0 ? 'in its first epoch' : `after epoch ${run.lastEpoch} of ${epochs}`;
    case 'FINISHED':
      return `${run.lastEpoch} epochs`;
    case 'DIVERGED':
    case 'CANCELLED':
    case 'FAILED':
      return run.lastEpoch === 0 ? 'ended in the first epoch' : `ended after epoch ${run.lastEpoch}`;
  }
}

/**
 * Seconds to the end of the whole comparison, or null while no run can tell. Running runs end side by side;
 * the queued ones are taken to cost what a run costs here on average, shared by as many workers as work now.
 */
export function comparisonSecondsLeft(comparison: Pick<Comparison, 'runs'>): number | null {
  const open = comparison.runs.filter((run) => !hasEnded(run));
  const told = open.filter((run) => run.status === 'RUNNING' && run.secondsLeft !== null);
  if (told.length === 0) return null;
  const longest = Math.max(...told.map((run) => run.secondsLeft ?? 0));
  const waiting = open.filter((run) => run.status === 'QUEUED').length;
  const wholeRuns = told.flatMap((run) => {
    const share = trainingShare(run);
    return share < 1 && run.secondsLeft !== null ? [run.secondsLeft / (1 - share)] : [];
  });
  const typical = wholeRuns.reduce((sum, seconds) => sum + seconds, 0) / Math.max(1, wholeRuns.length);
  return longest + (waiting * typical) / told.length;
}
