import { nonFiniteKind } from '@optiscope/trainer';
import type { Database } from '../database/database.ts';
import type { EpochMetric } from '../tables/epoch.ts';
import type { ExperimentRow } from '../tables/experiment.ts';
import { STEP_METRICS } from '../tables/step-chunk.ts';
import { METRIC_COLUMN } from './curves.ts';
import { type ExportedNote, notesOf } from './exported-notes.ts';
import { type ExportedRun, epochsOfRun, type Selection, STEP_COLUMN, stepsOfRun } from './exported-runs.ts';

/** A column of numbers: null where one is not finite. */
interface Column {
  readonly values: (number | null)[];
  readonly nonFinite: { at: number; kind: string }[];
}

/**
 * Experiments with their runs as one JSON document, piece by piece. A run's epochs, and with `rows: 'steps'` also
 * its steps, are columns; what is not finite is null there and named in `nonFinite` by column, epoch or step, and kind.
 * What the team noted comes with it.
 */
export async function* exportJson(
  db: Database,
  experiments: readonly ExperimentRow[],
  runs: readonly ExportedRun[],
  selection: Pick<Selection, 'rows' | 'metrics'>,
): AsyncGenerator<string> {
  yield '{"format":"optiscope-export","version":1,"experiments":[';
  for (const [index, experiment] of experiments.entries()) {
    const { id, name, createdAt, status, data, weights, alpha, inputSize } = experiment;
    const { freezeIndex, batchSize, epochs, settings } = experiment;
    const setup = { data, weights, alpha, inputSize, freezeIndex, batchSize, epochs, settings };
    const head = JSON.stringify({ id, name, createdAt, status, ...setup });
    yield `${index === 0 ? '' : ','}\n${head.slice(0, -1)},"runs":[`;
    let first = true;
    for (const one of runs) {
      if (one.experiment.id !== id) continue;
      yield `${first ? '' : ','}\n${JSON.stringify(await exportedRun(db, one, selection))}`;
      first = false;
    }
    const notes = (await notesOf(db, [id])).get(id) ?? [];
    yield `],\n"annotations":${JSON.stringify(notes.map(exportedNote))}}`;
  }
  yield '\n]}\n';
}

function exportedNote(note: ExportedNote): object {
  const { id, author, body, metric, axis, from, to, contender, seed, createdAt, editedAt, resolvedAt } = note;
  const anchor = { metric, axis, from, to, contender, seed };
  return { id, author, body, ...anchor, createdAt, editedAt, resolvedAt, comments: note.comments };
}

async function exportedRun(
  db: Database,
  { contender, run }: ExportedRun,
  { rows, metrics }: Pick<Selection, 'rows' | 'metrics'>,
): Promise<object> {
  const chosen = metrics ?? (Object.keys(METRIC_COLUMN) as EpochMetric[]);
  const epochs = await epochsOfRun(db, run.id);
  const places = epochs.map(({ epoch }) => epoch);
  const steps = rows === 'steps' ? await stepsOfRun(db, run.id) : null;
  const { id, seed, status, reason, origin, importedFrom, startedAt, finishedAt } = run;
  const { label, optimizer, hyperparameters, lookahead } = contender;
  return {
    id,
    contender: { label, optimizer, hyperparameters, lookahead },
    seed,
    status,
    reason,
    origin,
    importedFrom,
    startedAt,
    finishedAt,
    epochs: table(
      'epoch',
      places,
      chosen.map((metric) => [METRIC_COLUMN[metric], epochs.map((row) => row[metric])]),
    ),
    ...(rows === 'steps' && {
      steps: table(
        'step',
        steps?.steps ?? [],
        STEP_METRICS.map((metric) => [STEP_COLUMN[metric], steps?.values[metric] ?? []]),
      ),
    }),
  };
}

function table(
  index: 'epoch' | 'step',
  places: ArrayLike<number>,
  columns: readonly (readonly [name: string, values: ArrayLike<number>])[],
): object {
  const made = columns.map(([name, values]) => ({ name, ...columnOf(places, values) }));
  return {
    [index]: Array.from(places),
    ...Object.fromEntries(made.map(({ name, values }) => [name, values])),
    nonFinite: made.flatMap(({ name, nonFinite }) =>
      nonFinite.map(({ at, kind }) => ({ column: name, [index]: at, kind })),
    ),
  };
}

function columnOf(places: ArrayLike<number>, values: ArrayLike<number>): Column {
  const nonFinite: Column['nonFinite'] = [];
  const finite = Array.from(values, (value, index) => {
    const kind = nonFiniteKind(value);
    if (kind === null) return value;
    nonFinite.push({ at: places[index]!, kind });
    return null;
  });
  return { values: finite, nonFinite };
}
