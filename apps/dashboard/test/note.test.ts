import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import { chartSpec } from '../src/chart/chart-spec.ts';
import { DEFAULT_VIEW } from '../src/chart/view-options.ts';
import { aboutText, mergeNotes, type Note, pinsOf } from '../src/notes/note.ts';
import { NoteBody } from '../src/notes/note-body.tsx';
import { comparison, row, run } from './samples.ts';

function note(id: string, more: Partial<Note> = {}): Note {
  return {
    id,
    author: null,
    metric: 'LOSS',
    axis: 'EPOCH',
    from: 2,
    to: 2,
    contender: null,
    seed: null,
    body: 'Look here.',
    createdAt: `2026-11-22T12:00:0${id}.000Z`,
    editedAt: null,
    resolvedAt: null,
    deletedAt: null,
    valueChanged: false,
    comments: [],
    ...more,
  };
}

const two = comparison([run(0, 'sgd'), run(1, 'adam')], {
  'run-0': [row(1, { LOSS: 2 }, 3), row(2, { LOSS: 1 }, 3), row(3, { LOSS: 1 }, 3)],
  'run-1': [row(1, { LOSS: 4 }, 5), row(2, { LOSS: 3 }, 5)],
});
const view = { ...DEFAULT_VIEW, zoom: null };
const pins = (notes: readonly Note[], more: Partial<typeof view> = {}) =>
  pinsOf(notes, 'LOSS', chartSpec(two, 'LOSS', { ...view, ...more }).lines).map(
    ({ number, fromX, toX, level }) => [number, fromX, toX, level],
  );

test('a pin stands where its epoch is, whatever the axis counts, and below another at one place', () => {
  const notes = [note('1'), note('2', { from: 1, to: 3 }), note('3')];
  expect(pins(notes)).toEqual([
    [1, 2, 2, 0],
    [2, 1, 3, 0],
    [3, 2, 2, 1],
  ]);
  expect(pins(notes, { x: 'seconds' })).toEqual([
    [1, 6, 6, 0],
    [2, 3, 9, 0],
    [3, 6, 6, 1],
  ]);
});

test('a note about a contender goes with its line; one that is deleted or on another chart has no pin', () => {
  const contender = { id: 'contender-1', label: 'ADAM' };
  expect(pins([note('1', { contender, from: 9 })])).toEqual([[1, 2, 2, 0]]);
  expect(pins([note('1', { contender })], { hidden: new Set([1]) })).toEqual([]);
  expect(
    pins([note('1', { deletedAt: '2026-11-22T13:00:00.000Z' }), note('2', { metric: 'VAL_LOSS' })]),
  ).toEqual([]);
});

test('news of a note replaces what was known of it, and the order is that of writing', () => {
  const merged = mergeNotes([note('1'), note('3')], [note('2'), note('1', { body: 'Edited.' })]);
  expect(merged.map(({ id, body }) => [id, body])).toEqual([
    ['1', 'Edited.'],
    ['2', 'Look here.'],
    ['3', 'Look here.'],
  ]);
});

test('what a note is about is told in words', () => {
  const title = () => 'training loss';
  expect(aboutText(note('1'), title)).toBe('training loss, epoch 2');
  const about = { contender: { id: 'c', label: 'Adam' }, seed: 3, from: 1, to: 4 };
  expect(aboutText(note('1', about), title)).toBe('training loss, epochs 1 to 4, Adam, seed 3');
  expect(aboutText(note('1', { metric: null, axis: null, from: null, to: null }), title)).toBe(
    'the whole comparison',
  );
});

test('Markdown becomes elements; HTML, scripts, images and addresses that run something do not', () => {
  const html = (text: string) => renderToStaticMarkup(createElement(NoteBody, { text }));
  expect(html('**Saw-tooth** from `epoch 3`\n\n- one\n- two')).toMatch(/<strong>Saw-tooth<\/strong>.*<li/s);
  for (const attack of [
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '[x](javascript:alert(1))',
    '[x](  JaVaScRiPt:alert(1))',
    '![x](https://example.org/pixel.png)',
    '<iframe src="https://example.org"></iframe>',
    '[x](data:text/html,<script>alert(1)</script>)',
    '<a href="javascript:alert(1)">x</a>',
    '[x](vbscript:msgbox)',
  ]) {
    const made = html(attack);
    expect(made, attack).not.toMatch(/<(script|img|iframe|object|svg)/i);
    expect(made, attack).not.toMatch(/(href|src)="?\s*(javascript|data|vbscript)/i);
    expect(made, attack).not.toMatch(/<[^>]* on\w+=/i);
  }
});
