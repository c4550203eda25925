'use client';

import { Dialog } from 'radix-ui';
import { useState } from 'react';
import { type DrawnMetric, METRIC_TEXT } from '../comparison/metric.ts';
import type { Anchor } from './note.ts';

const MOST_CHARACTERS = 10_000;

/** Where a new note begins: the place that was pointed at, and whom. */
export interface NoteDraft extends Anchor {
  readonly contenders: readonly { readonly id: string; readonly label: string }[];
}

/** Writes a note: what it is about, and the text. What is wrong stands below, and nothing that was typed is lost. */
export function NoteComposer({
  draft,
  onClose,
  onWrite,
}: {
  draft: NoteDraft;
  onClose(): void;
  /** Answers what is wrong, or null. */
  onWrite(anchor: Anchor, body: string): Promise<string | null>;
}) {
  const [body, setBody] = useState('');
  const [about, setAbout] = useState(draft.contenderId ?? '');
  const [from, setFrom] = useState(draft.from === null ? '' : String(draft.from));
  const [to, setTo] = useState(draft.to === null || draft.to === draft.from ? '' : String(draft.to));
  const [problem, setProblem] = useState<string | null>(null);
  const [sending, setSending] = useState(false);

  const submit = async () => {
    if (body.trim() === '') return setProblem('Nothing is written yet.');
    const [first, last] = [from.trim() === '' ? null : Number(from), to.trim() === '' ? null : Number(to)];
    if (Number.isNaN(first) || Number.isNaN(last)) return setProblem('Epochs are numbers, such as 7.');
    setSending(true);
    setProblem(null);
    const anchor = { metric: draft.metric, from: first, to: last, contenderId: about === '' ? null : about };
    const wrong = await onWrite(anchor, body);
    setSending(false);
    if (wrong === null) onClose();
    else setProblem(wrong);
  };

  return (
    <Dialog.Root open onOpenChange={(shown) => !shown && onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-[rgb(10_12_14/0.5)]" />
        <Dialog.Content className="fixed top-1/2 left-1/2 z-50 w-[min(30rem,calc(100vw-2rem))] -translate-x-1/2 -translate-y-1/2 rounded-xl border border-line bg-raised p-5 shadow-2xl">
          <Dialog.Title className="text-lg font-semibold">
            {draft.metric === null ? 'Note on the comparison' : `Note on ${titleOf(draft.metric)}`}
          </Dialog.Title>
          <Dialog.Description className="mt-1 text-sm text-muted">
            It stays with the data, whatever the axes show, and everyone who opens this page sees it.
          </Dialog.Description>
          <form
            className="mt-4 space-y-3"
            onSubmit={(event) => {
              event.preventDefault();
              void submit();
            }}
          >
            <div className="flex flex-wrap gap-3">
              <label className="block text-sm">
                <span className="mb-1 block text-muted">About</span>
                <select
                  className="field w-auto text-sm"
                  value={about}
                  onChange={(event) => setAbout(event.target.value)}
                >
                  <option value="">all contenders</option>
                  {draft.contenders.map(({ id, label }) => (
                    <option key={id} value={id}>
                      {label}
                    </option>
                  ))}
                </select>
              </label>
              {draft.metric === null ? null : (
                <>
                  <EpochField label="Epoch" value={from} onChange={setFrom} />
                  <EpochField label="to (optional)" value={to} onChange={setTo} />
                </>
              )}
            </div>
            <label className="block text-sm">
              <span className="mb-1 block text-muted">Text (Markdown)</span>
              <textarea
                // biome-ignore lint/a11y/noAutofocus: the dialog was opened to write.
                autoFocus
                rows={5}
                maxLength={MOST_CHARACTERS}
                className="field h-auto py-2"
                value={body}
                aria-invalid={problem !== null}
                aria-describedby={problem === null ? undefined : 'note-problem'}
                onChange={(event) => setBody(event.target.value)}
                onKeyDown={(event) => {
                  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void submit();
                }}
              />
            </label>
            {problem ? (
              <p id="note-problem" role="alert" className="text-sm text-bad">
                {problem}
              </p>
            ) : null}
            <div className="flex justify-end gap-2">
              <button type="button" className="button" onClick={onClose}>
                Close
              </button>
              <button type="submit" className="button button-primary" disabled={sending}>
                {sending ? 'Writing…' : 'Write the note'}
              </button>
            </div>
          </form>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function titleOf(metric: DrawnMetric): string {
  return METRIC_TEXT[metric].title.toLowerCase();
}

function EpochField({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string;
  onChange(value: string): void;
}) {
  return (
    <label className="block text-sm">
      <span className="mb-1 block text-muted">{label}</span>
      <input
        inputMode="numeric"
        className="field w-24 text-sm"
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </label>
  );
}
