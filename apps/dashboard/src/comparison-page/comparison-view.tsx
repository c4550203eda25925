'use client';

import { useMemo, useState } from 'react';
import { type Comparison, comparisonFrom, isOver } from '../comparison/comparison.ts';
import { summaryRows } from '../comparison/summary.ts';
import { ConnectionNote } from '../components/connection-note.tsx';
import type { ExperimentFieldsFragment, VerdictFieldsFragment } from '../graphql/generated/graphql.ts';
import { useLiveComparison } from '../hooks/use-live-comparison.ts';
import type { NoteDraft } from '../notes/note-composer.tsx';
import { NoteComposer } from '../notes/note-composer.tsx';
import { NoteList } from '../notes/note-list.tsx';
import { useNotes } from '../notes/use-notes.ts';
import { VerdictPanel } from '../verdict/verdict-panel.tsx';
import { ChartsPanel } from './charts-panel.tsx';
import { ComparisonHeader } from './comparison-header.tsx';
import { EventList } from './event-list.tsx';
import { ExchangeMenu } from './exchange-menu.tsx';
import { RunsPanel } from './runs-panel.tsx';
import { SetupDetails } from './setup-details.tsx';
import { SummaryPanel } from './summary-panel.tsx';
import { TargetPanel } from './target-panel.tsx';

/** The page of one comparison, from its state at rendering on. */
export function ComparisonView({
  experiment,
  now,
}: {
  /** As the service sent it: its columns are half as long as the rows that are made of them. */
  experiment: ExperimentFieldsFragment & { readonly verdict: VerdictFieldsFragment };
  /** The server's clock when it rendered the page, milliseconds since 1970. */
  now: number;
}) {
  const initial = useMemo(() => comparisonFrom(experiment), [experiment]);
  const { comparison, connection, accept } = useLiveComparison(initial);
  // What is under way at first stays in its place when it ends: nothing below it jumps.
  const [underWay, setUnderWay] = useState(!isOver(initial));
  if (!underWay && !isOver(comparison)) setUnderWay(true);
  const notes = useNotes(comparison.id);
  const [draft, setDraft] = useState<NoteDraft | null>(null);
  const [openNote, setOpenNote] = useState<string | null>(null);
  const contenders = experiment.contenders.map(({ id, label }) => ({ id, label }));
  const showNote = (id: string) => {
    setOpenNote(id);
    requestAnimationFrame(() =>
      document.getElementById(`note-${id}`)?.scrollIntoView({ block: 'center', behavior: 'smooth' }),
    );
  };
  const rows = useMemo(() => summaryRows(comparison), [comparison]);
  return (
    <div className="space-y-5">
      <ComparisonHeader
        comparison={comparison}
        author={experiment.author?.name ?? null}
        rows={rows}
        now={now}
        accept={accept}
        connection={<ConnectionNote state={connection} />}
        underWay={underWay}
        exchange={<ExchangeMenu comparison={comparison} accept={accept} />}
      />
      {underWay ? <RunsPanel comparison={comparison} accept={accept} /> : null}
      <VerdictPanel comparison={comparison} initial={experiment.verdict} />
      {hasNothingToDraw(comparison) ? null : (
        <ChartsPanel
          comparison={comparison}
          setup={experiment}
          notes={notes.notes ?? []}
          onNote={(metric, place) => setDraft({ metric, ...place, contenders })}
          onOpenNote={showNote}
        />
      )}
      <TargetPanel comparison={comparison} />
      <SummaryPanel comparison={comparison} rows={rows} accept={accept} />
      <div className="grid items-start gap-5 lg:grid-cols-[3fr_2fr]">
        <SetupDetails comparison={comparison} setup={experiment} />
        <div className="space-y-5">
          <NoteList
            notes={notes}
            open={openNote}
            now={now}
            onNew={() => setDraft({ metric: null, from: null, to: null, contenderId: null, contenders })}
          />
          <EventList comparison={comparison} />
        </div>
      </div>
      {draft ? <NoteComposer draft={draft} onClose={() => setDraft(null)} onWrite={notes.write} /> : null}
    </div>
  );
}

/** Ended without an epoch, and without a divergence that the charts would mark. */
function hasNothingToDraw(comparison: Comparison): boolean {
  return (
    isOver(comparison) &&
    comparison.runs.every((run) => run.status !== 'DIVERGED' && comparison.rows[run.id]?.length === 0)
  );
}
