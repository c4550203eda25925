import { createHash } from 'node:crypto';
import { optimizerNamed, resolveHyperparameters } from '@optiscope/trainer';
import { count, eq } from 'drizzle-orm';
import type { Database } from '../database/database.ts';
import { CurveFileError, type Curves } from '../exchange/curves.ts';
import { type CurveFormat, readCurves } from '../exchange/read-curves.ts';
import { REFERENCES } from '../exchange/references.ts';
import { orderedId } from '../ordered-id.ts';
import { experiments } from '../tables/experiment.ts';
import { runs } from '../tables/run.ts';
import { addImported, type ImportedRun, UNKNOWN_OPTIMIZER } from './add-imported.ts';
import { MOST_RUNS } from './add-runs.ts';
import { type Change, changeExperiment } from './change.ts';
import { type Answer, type Asked, changeOnce, type Made } from './change-once.ts';
import { planExperiment } from './experiment-plan.ts';
import { labelFrom } from './imported-labels.ts';
import { LONGEST_LABEL, nameProblem } from './labels.ts';
import { deletedRefusal } from './open-runs.ts';
import { type InputProblem, invalidInput, isRefusal, type Refusal } from './refusal.ts';

/** A file of curves, and what its reader knows of it. */
export interface ImportRequest {
  /** Where to add them; null for a new experiment. */
  readonly experimentId: string | null;
  /** The file's name, or what else to call the source. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Null to tell it from the content. */
  readonly format: CurveFormat | null;
  /** Null to take the file's own names. */
  readonly label: string | null;
  /** Null where it is not known. */
  readonly optimizer: string | null;
  readonly learningRate: number | null;
}

/** Adds the curves of a file as runs that were trained elsewhere: to an experiment, or as a new one. */
export async function importRuns(
  db: Database,
  request: ImportRequest,
  key: string | null = null,
  authorId: string | null = null,
): Promise<Answer | Refusal> {
  const { experimentId, name, bytes, format, label, optimizer, learningRate } = request;
  const planned = planImport(request);
  if ('problems' in planned) return invalidInput(planned.problems);
  const content = createHash('sha256').update(bytes).digest('hex');
  const asked: Asked = {
    operation: 'importRuns',
    key,
    arguments: [experimentId, name, content, format, label, optimizer, learningRate],
  };
  if (experimentId !== null) {
    return await changeOnce(db, asked, experimentId, (change) => add(change, planned.runs));
  }
  return await importAsExperiment(db, asked, labelFrom(name), planned.runs, authorId);
}

/** Adds results that others published to an experiment, each as a run. */
export async function addReference(
  db: Database,
  experimentId: string,
  id: string,
  key: string | null = null,
): Promise<Answer | Refusal> {
  const reference = REFERENCES.find((candidate) => candidate.id === id);
  if (reference === undefined) {
    const known = REFERENCES.map((candidate) => candidate.id).join(', ');
    return invalidInput([
      { field: 'reference', message: `There is no reference "${id}"; known are ${known}.` },
    ]);
  }
  const asked = { operation: 'addReference', key, arguments: [experimentId, id] };
  return await changeOnce(db, asked, experimentId, (change) =>
    add(
      change,
      reference.results.map(({ label, optimizer, epoch, values }) => ({
        label,
        optimizer: optimizer.name,
        hyperparameters: resolveHyperparameters(optimizer),
        from: reference.source,
        rows: [{ epoch, values }],
      })),
    ),
  );
}

async function add(change: Change, imported: readonly ImportedRun[]): Promise<Made> {
  const { tx, experiment } = change;
  const deleted = deletedRefusal(experiment);
  if (deleted !== null) return deleted;
  const [row] = await tx.select({ total: count() }).from(runs).where(eq(runs.experimentId, experiment.id));
  const total = (row?.total ?? 0) + imported.length;
  if (total > MOST_RUNS) {
    const message = `The experiment would have ${total} runs; at most ${MOST_RUNS} are possible.`;
    return invalidInput([{ field: 'content', message }]);
  }
  const [runId] = await addImported(change, imported);
  return { changed: true, runId: runId! };
}

/**
 * What it would train with, if anything were trained in it, is the smallest preset's: files of curves do not tell
 * the data and the model behind them.
 */
async function importAsExperiment(
  db: Database,
  { key }: Asked,
  name: string,
  imported: readonly ImportedRun[],
  authorId: string | null,
): Promise<Answer | Refusal> {
  const epochs = Math.max(...imported.map(({ rows }) => rows.at(-1)!.epoch));
  const planned = await planExperiment({ name, epochs });
  if (!('plan' in planned)) return isRefusal(planned) ? planned : invalidInput(planned.problems);
  const { contenders: _none, seeds, ...shared } = planned.plan;
  const idempotencyKey = key === null ? null : `importRuns:${key}`;
  return await db.transaction(async (tx) => {
    const [experiment] = await tx
      .insert(experiments)
      .values({ ...shared, seed: seeds[0]!, id: orderedId(), idempotencyKey, authorId, status: 'FINISHED' })
      .onConflictDoNothing({ target: experiments.idempotencyKey })
      .returning();
    if (experiment === undefined) {
      const [first] = await tx
        .select({ id: experiments.id })
        .from(experiments)
        .where(eq(experiments.idempotencyKey, idempotencyKey ?? ''));
      return { experimentId: first!.id, runId: null };
    }
    const runId = await changeExperiment(tx, experiment.id, async (change) => {
      const [first] = await addImported(change, imported);
      return first!;
    });
    return { experimentId: experiment.id, runId };
  });
}

function planImport({
  name,
  bytes,
  format,
  label,
  optimizer,
  learningRate,
}: ImportRequest): { runs: ImportedRun[] } | { problems: InputProblem[] } {
  const problems: InputProblem[] = [];
  const wrongName = nameProblem(name);
  if (wrongName !== null) problems.push({ field: 'name', message: wrongName });
  if (label !== null && (label.trim() === '' || label.length > LONGEST_LABEL || label.includes('\0'))) {
    problems.push({
      field: 'label',
      message: `The label has ${label.length} characters; it must have 1 to ${LONGEST_LABEL}. Leave it out to take the file's own names.`,
    });
  }
  if (learningRate !== null && !(Number.isFinite(learningRate) && learningRate > 0)) {
    const message = `The learning rate is ${learningRate}; it must be a number above 0. Leave it out where it is not known.`;
    problems.push({ field: 'learningRate', message });
  }
  if (optimizer !== null && !isKnown(optimizer)) {
    const message = `There is no optimizer "${optimizer}" (see the query optimizers). Leave it out where it is not known.`;
    problems.push({ field: 'optimizer', message });
  }
  let curves: Curves[] = [];
  try {
    curves = readCurves(bytes, format);
  } catch (error) {
    if (!(error instanceof CurveFileError)) throw error;
    problems.push({ field: 'content', message: error.message });
  }
  if (problems.length > 0) return { problems };
  const source = labelFrom(name);
  const made = curves.map((curve): ImportedRun => {
    const own = curve.name ?? (label === null ? source.replace(/\.[^.]{1,8}$/, '') || source : null);
    return {
      label: labelFrom([label, own].filter((part) => part !== null).join(' ')),
      optimizer: optimizer ?? UNKNOWN_OPTIMIZER,
      hyperparameters: learningRate === null ? {} : { learningRate },
      from: source,
      rows: curve.rows,
    };
  });
  return { runs: made };
}

function isKnown(optimizer: string): boolean {
  try {
    return optimizerNamed(optimizer).name === optimizer;
  } catch {
    return false;
  }
}
