'use client';

import { useState } from 'react';
import { looksOfRuns } from '../chart/strand.ts';
import type { Comparison } from '../comparison/comparison.ts';
import { durationText } from '../comparison/time-text.ts';
import { Swatch } from '../components/swatch.tsx';
import type { EventKind } from '../graphql/generated/graphql.ts';

const KIND_TEXT: Record<EventKind, string> = {
  STARTED: 'started',
  RESUMED: 'resumed',
  CHECKPOINT: 'saved',
  DIVERGED: 'diverged',
  FINISHED: 'finished',
  CANCELLED: 'cancelled',
  FAILED: 'failed',
  PAUSED: 'paused',
  TARGET: 'target reached',
  EXPLOSION: 'explosion',
  STUCK: 'stuck',
  OSCILLATION: 'oscillation',
  SAWTOOTH: 'sawtooth',
};

const SHOWN_AT_FIRST = 12;

/** What happened to the runs, newest first. Checkpoints, one an epoch, only on request. */
export function EventList({ comparison }: { comparison: Comparison }) {
  const [withCheckpoints, setWithCheckpoints] = useState(false);
  const [all, setAll] = useState(false);
  const looks = looksOfRuns(comparison.runs, 'together');
  const runs = new Map(
    comparison.runs.map((run) => [run.id, { label: run.contender.label, look: looks.get(run.id) }]),
  );
  const events = comparison.events
    .filter((event) => withCheckpoints || event.kind !== 'CHECKPOINT')
    .toReversed();
  const hasCheckpoints = comparison.events.some((event) => event.kind === 'CHECKPOINT');
  const started = Date.parse(comparison.createdAt);
  return (
    <section aria-labelledby="events-title" className="panel px-4 py-3">
      <div className="flex flex-wrap items-center justify-between gap-x-4">
        <h2 id="events-title" className="text-lg font-semibold">
          Events
        </h2>
        {hasCheckpoints ? (
          <label className="flex items-center gap-2 text-sm text-muted">
            <input
              type="checkbox"
              checked={withCheckpoints}
              onChange={(event) => setWithCheckpoints(event.target.checked)}
              className="accent-[var(--action)]"
            />
            checkpoints
          </label>
        ) : null}
      </div>
      {events.length === 0 ? (
        <p className="mt-2 text-sm text-muted">Nothing has happened yet.</p>
      ) : (
        <ol className="mt-1 text-sm">
          {events.slice(0, all ? undefined : SHOWN_AT_FIRST).map((event) => {
            const run = runs.get(event.runId);
            return (
              <li key={event.id} className="flex gap-3 border-b border-line py-1.5 last:border-b-0">
                <time
                  dateTime={event.at}
                  title={`${event.at}, ${durationText(since(event.at, started))} after the start`}
                  className="w-20 shrink-0 text-right text-xs leading-5 whitespace-nowrap text-muted"
                >
                  +{durationText(since(event.at, started))}
                </time>
                <span className="pt-1">{run?.look ? <Swatch look={run.look} line={false} /> : null}</span>
                <span className="min-w-0">
                  <span className={event.kind === 'DIVERGED' || event.kind === 'FAILED' ? 'text-bad' : ''}>
                    {run?.label} {KIND_TEXT[event.kind]}
                  </span>
                  <span className="block text-xs break-words text-muted">{event.message}</span>
                </span>
              </li>
            );
          })}
        </ol>
      )}
      {!all && events.length > SHOWN_AT_FIRST ? (
        <button type="button" className="mt-1 text-sm text-muted underline" onClick={() => setAll(true)}>
          Show all {events.length}
        </button>
      ) : null}
    </section>
  );
}

function since(at: string, started: number): number {
  return Math.max(0, (Date.parse(at) - started) / 1000);
}
