'use client';

import dynamic from 'next/dynamic';
import { useState } from 'react';
import { METRIC_TEXT } from '../comparison/metric.ts';
import { Ago } from '../components/ago.tsx';
import { aboutText, type Note } from './note.ts';
import type { Notes } from './use-notes.ts';

// The renderer is a fifth of the page's code, and most comparisons have no notes.
const NoteBody = dynamic(async () => (await import('./note-body.tsx')).NoteBody);

/** The notes of a comparison with their threads; those that are dealt with come on request. */
export function NoteList({
  notes,
  open,
  now,
  onNew,
}: {
  notes: Notes;
  /** The note that was opened on a chart. */
  open: string | null;
  now: number;
  onNew(): void;
}) {
  const [all, setAll] = useState(false);
  const told = (notes.notes ?? []).map((note, index) => ({ note, number: index + 1 }));
  const present = told.filter(({ note }) => note.deletedAt === null);
  const shown = present.filter(({ note }) => all || note.resolvedAt === null || note.id === open);
  const hidden = present.length - shown.length;
  return (
    <section aria-labelledby="notes-title" className="panel px-4 py-3">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <h2 id="notes-title" className="text-lg font-semibold">
          Notes
        </h2>
        <button type="button" className="button min-h-8 text-sm" onClick={onNew}>
          Write a note
        </button>
      </div>
      {notes.notes === null ? (
        <p className="mt-2 text-sm text-muted">Asking for the notes…</p>
      ) : present.length === 0 ? (
        <p className="mt-2 text-sm text-muted">
          None yet. Click on a chart, or press N while you read it, to note something where it happened.
        </p>
      ) : (
        <ol className="mt-1">
          {shown.map(({ note, number }) => (
            <NoteThread
              key={note.id}
              note={note}
              number={number}
              notes={notes}
              isOpen={note.id === open}
              now={now}
            />
          ))}
        </ol>
      )}
      {hidden > 0 || all ? (
        <button type="button" className="mt-1 text-sm text-muted underline" onClick={() => setAll(!all)}>
          {all ? 'Only open notes' : `${hidden} dealt with`}
        </button>
      ) : null}
    </section>
  );
}

function NoteThread({
  note,
  number,
  notes,
  isOpen,
  now,
}: {
  note: Note;
  number: number;
  notes: Notes;
  isOpen: boolean;
  now: number;
}) {
  const [mode, setMode] = useState<'read' | 'edit' | 'reply'>('read');
  const [problem, setProblem] = useState<string | null>(null);
  const done = (wrong: string | null) => {
    setProblem(wrong);
    if (wrong === null) setMode('read');
  };
  const order = async (what: Parameters<Notes['order']>[1]) => done(await notes.order(note, what));
  return (
    <li
      id={`note-${note.id}`}
      data-note=""
      className={`border-b border-line py-3 last:border-b-0 ${isOpen ? '-mx-2 rounded-lg bg-sunken px-2' : ''}`}
    >
      <p className="flex flex-wrap items-baseline gap-x-2 text-xs text-muted">
        <span className="rounded-full bg-ink px-1.5 text-[0.7rem] leading-4 text-page">{number}</span>
        <span className="font-medium text-ink">{note.author?.name ?? 'Owner'}</span>
        <span>{aboutText(note, (metric) => METRIC_TEXT[metric].title.toLowerCase())}</span>
        <Ago then={note.createdAt} now={now} />
        {note.editedAt ? <span>edited</span> : null}
        {note.resolvedAt ? <span className="text-good">dealt with</span> : null}
      </p>
      {note.valueChanged ? (
        <p className="mt-1 text-xs text-bad">The value under it is another than when it was written.</p>
      ) : null}
      <div className="mt-1 text-sm">
        {mode === 'edit' ? (
          <NoteEditor
            initial={note.body}
            action="Keep"
            onCancel={() => setMode('read')}
            onSubmit={async (body) => done(await notes.edit(note, body))}
          />
        ) : (
          <NoteBody text={note.body} />
        )}
      </div>
      {note.comments
        .filter(({ deletedAt }) => deletedAt === null)
        .map((comment) => (
          <div key={comment.id} className="mt-2 border-l-2 border-line pl-3 text-sm">
            <p className="flex gap-2 text-xs text-muted">
              <span className="font-medium text-ink">{comment.author?.name ?? 'Owner'}</span>
              <Ago then={comment.createdAt} now={now} />
            </p>
            <NoteBody text={comment.body} />
          </div>
        ))}
      {mode === 'reply' ? (
        <div className="mt-2 pl-3">
          <NoteEditor
            initial=""
            action="Reply"
            onCancel={() => setMode('read')}
            onSubmit={async (body) => done(await notes.reply(note, body))}
          />
        </div>
      ) : null}
      {mode === 'read' ? (
        <p className="mt-1.5 flex flex-wrap gap-x-3 text-xs text-muted">
          <button type="button" className="underline" onClick={() => setMode('reply')}>
            Reply
          </button>
          <button type="button" className="underline" onClick={() => setMode('edit')}>
            Edit
          </button>
          <button
            type="button"
            className="underline"
            onClick={() => void order(note.resolvedAt === null ? 'resolve' : 'reopen')}
          >
            {note.resolvedAt === null ? 'Dealt with' : 'Open again'}
          </button>
          <button type="button" className="underline" onClick={() => void order('delete')}>
            Delete
          </button>
        </p>
      ) : null}
      {problem ? (
        <p role="alert" className="mt-1 text-sm text-bad">
          {problem}
        </p>
      ) : null}
    </li>
  );
}

function NoteEditor({
  initial,
  action,
  onCancel,
  onSubmit,
}: {
  initial: string;
  action: string;
  onCancel(): void;
  onSubmit(body: string): Promise<void>;
}) {
  const [body, setBody] = useState(initial);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void onSubmit(body);
      }}
    >
      <textarea
        // biome-ignore lint/a11y/noAutofocus: it was opened to write.
        autoFocus
        rows={3}
        aria-label={action === 'Reply' ? 'Reply (Markdown)' : 'Note (Markdown)'}
        className="field h-auto py-2 text-sm"
        value={body}
        onChange={(event) => setBody(event.target.value)}
      />
      <span className="mt-1 flex gap-2">
        <button type="submit" className="button min-h-8 text-sm" disabled={body.trim() === ''}>
          {action}
        </button>
        <button type="button" className="text-sm text-muted underline" onClick={onCancel}>
          Cancel
        </button>
      </span>
    </form>
  );
}
