import type { Database } from '../database/database.ts';
import type { EpochMetric } from '../tables/epoch.ts';
import { STEP_METRICS } from '../tables/step-chunk.ts';
import { csvCell, csvLine } from './csv-line.ts';
import { METRIC_COLUMN } from './curves.ts';
import { type ExportedRun, epochsOfRun, type Selection, STEP_COLUMN, stepsOfRun } from './exported-runs.ts';

const RUN_COLUMNS = ['experiment_id', 'experiment', 'run_id', 'contender', 'optimizer', 'seed', 'origin'];
/** Rows that are handed on together. */
const ROWS_AT_ONCE = 2_000;

/**
 * The epochs, or the steps, of runs as CSV (RFC 4180, UTF-8), a row each, piece by piece. Numbers have as many
 * digits as it takes to read the same double again; what is not finite is `NaN`, `Infinity` or `-Infinity`.
 */
export async function* exportCsv(
  db: Database,
  runs: readonly ExportedRun[],
  { rows, metrics }: Pick<Selection, 'rows' | 'metrics'>,
): AsyncGenerator<string> {
  const chosen = metrics ?? (Object.keys(METRIC_COLUMN) as EpochMetric[]);
  const columns =
    rows === 'epochs'
      ? ['epoch', ...chosen.map((metric) => METRIC_COLUMN[metric])]
      : ['step', ...STEP_METRICS.map((metric) => STEP_COLUMN[metric])];
  yield csvLine([...RUN_COLUMNS, ...columns]);
  for (const { experiment, contender, run } of runs) {
    const texts = [experiment.id, experiment.name, run.id, contender.label, contender.optimizer];
    const head = [...texts.map(csvCell), run.seed, run.origin].join(',');
    const numbers = rows === 'epochs' ? await epochLines(db, run.id, chosen) : await stepLines(db, run.id);
    yield* pieces(head, numbers);
  }
}

async function epochLines(
  db: Database,
  runId: string,
  metrics: readonly EpochMetric[],
): Promise<Iterable<string>> {
  const epochs = await epochsOfRun(db, runId);
  return epochs.map((row) => [row.epoch, ...metrics.map((metric) => numberText(row[metric]))].join(','));
}

async function stepLines(db: Database, runId: string): Promise<Iterable<string>> {
  const found = await stepsOfRun(db, runId);
  return found === null ? [] : linesOf(found);
}

function* linesOf({ steps, values }: NonNullable<Awaited<ReturnType<typeof stepsOfRun>>>): Generator<string> {
  for (const [index, step] of steps.entries()) {
    yield [step, ...STEP_METRICS.map((metric) => numberText(values[metric]?.[index]))].join(',');
  }
}

/** As JavaScript writes it, and with the sign of minus zero, which that drops. */
function numberText(value: number | undefined): string {
  return value === undefined ? '' : Object.is(value, -0) ? '-0' : String(value);
}

function* pieces(head: string, numbers: Iterable<string>): Generator<string> {
  let piece: string[] = [];
  for (const text of numbers) {
    piece.push(`${head},${text}\r\n`);
    if (piece.length < ROWS_AT_ONCE) continue;
    yield piece.join('');
    piece = [];
  }
  if (piece.length > 0) yield piece.join('');
}
