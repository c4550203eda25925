import type { Database } from '../database/database.ts';
import type { ExperimentRow } from '../tables/experiment.ts';
import { csvCell, csvLine } from './csv-line.ts';
import { type ExportedNote, notesOf } from './exported-notes.ts';

const COLUMNS = [
  'experiment_id',
  'experiment',
  'annotation_id',
  'comment_id',
  'author',
  'created_at',
  'edited_at',
  'resolved_at',
  'metric',
  'axis',
  'from',
  'to',
  'contender',
  'seed',
  'body',
];

/** Annotations and their comments as CSV, a row each: a comment has a `comment_id` and stands behind its annotation. */
export async function* exportNotesCsv(
  db: Database,
  experiments: readonly ExperimentRow[],
): AsyncGenerator<string> {
  yield csvLine(COLUMNS);
  for (const { id, name } of experiments) {
    const notes = (await notesOf(db, [id])).get(id) ?? [];
    yield notes.flatMap((note) => linesOf(note, [id, name, note.id])).join('');
  }
}

function linesOf(note: ExportedNote, head: readonly string[]): string[] {
  const { author, createdAt, editedAt, resolvedAt, metric, axis, from, to, contender, seed, body } = note;
  const written = [author, createdAt, editedAt, resolvedAt];
  const anchor = [metric, axis, from, to, contender, seed];
  return [
    line([...head, '', ...written, ...anchor, body]),
    ...note.comments.map((answer) => {
      const own = [answer.id, answer.author, answer.createdAt, answer.editedAt, null];
      return line([...head, ...own, ...anchor.map(() => null), answer.body]);
    }),
  ];
}

function line(cells: readonly (string | number | Date | null)[]): string {
  return csvLine(
    cells.map((cell) => {
      if (cell === null) return '';
      if (typeof cell === 'number') return String(cell);
      return csvCell(typeof cell === 'string' ? cell : cell.toISOString());
    }),
  );
}
