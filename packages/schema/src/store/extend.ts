import { optimizerNamed } from '@optiscope/trainer';
import { asc, eq, inArray } from 'drizzle-orm';
import type { Database } from '../database/database.ts';
import type { ContenderInput } from '../graphql/create-experiment-input.ts';
import { orderedId } from '../ordered-id.ts';
import { type ContenderRow, contenders } from '../tables/contender.ts';
import { type ExperimentRow, experiments } from '../tables/experiment.ts';
import { type RunRow, runs } from '../tables/run.ts';
import { addRuns, goesOn, MOST_RUNS, type NewRun } from './add-runs.ts';
import type { Change } from './change.ts';
import { type Answer, changeOnce, type Made } from './change-once.ts';
import { deletedRefusal, type Enqueue, takeFromWorkers } from './open-runs.ts';
import { type PlannedContender, planContenders } from './plan-contenders.ts';
import { problemsOfSeeds } from './plan-seeds.ts';
import { spansWholeRun } from './plan-settings.ts';
import { conflict, type InputProblem, invalidInput, type Refusal } from './refusal.ts';

const MOST_EPOCHS = 10_000;

/** What an experiment is to have more of; what is null stays as it is. */
export interface Extension {
  /** In all. */
  readonly epochs: number | null;
  /** Further ones, with each of which every contender runs. */
  readonly seeds: readonly number[] | null;
  /** Further ones, each of which runs with every seed. */
  readonly contenders: readonly ContenderInput[] | null;
}

/** A checked extension. */
interface Planned {
  /** Runs that have trained all epochs there were, or will: they go on to the new last one. */
  readonly longer: readonly RunRow[];
  readonly contenders: readonly PlannedContender[];
  /** Contenders that the trainer trains, and seeds with which it does. */
  readonly present: readonly ContenderRow[];
  readonly presentSeeds: readonly number[];
}

/**
 * Adds epochs, seeds and contenders to an experiment. With more epochs its finished runs go on from their
 * checkpoints, and those under way train to the new last one; runs that ended otherwise stay as they are.
 */
export async function extendExperiment(
  db: Database,
  id: string,
  extension: Extension,
  enqueue: Enqueue,
  key: string | null = null,
): Promise<Answer | Refusal> {
  const asked = { operation: 'extendExperiment', key, arguments: [id, extension] };
  return await changeOnce(db, asked, id, async (change) => {
    const planned = await plan(change, extension);
    return 'refusal' in planned ? planned : await extend(change, extension, planned, enqueue);
  });
}

async function plan(change: Change, extension: Extension): Promise<Planned | Refusal> {
  const { tx, experiment } = change;
  const deleted = deletedRefusal(experiment);
  if (deleted !== null) return deleted;
  const rows = await tx
    .select()
    .from(runs)
    .where(eq(runs.experimentId, experiment.id))
    .orderBy(asc(runs.position));
  const present = await tx
    .select()
    .from(contenders)
    .where(eq(contenders.experimentId, experiment.id))
    .orderBy(asc(contenders.position));
  const trained = rows.filter(({ origin }) => origin === 'TRAINED');
  const problems: InputProblem[] = [];
  const { epochs, seeds, contenders: inputs } = extension;
  if (epochs === null && seeds === null && inputs === null) {
    const message = 'Nothing is given to add; give epochs, seeds or contenders.';
    problems.push({ field: 'epochs', message });
  }
  if (trained.length === 0) {
    return conflict(
      'RUN_IMPORTED',
      `Every run of "${experiment.name}" was imported: there is nothing here that could train more. Create an experiment.`,
    );
  }
  if (epochs !== null && (epochs <= experiment.epochs || epochs > MOST_EPOCHS)) {
    problems.push({
      field: 'epochs',
      message: `epochs is ${epochs}; wanted more than the ${experiment.epochs} that there are, and at most ${MOST_EPOCHS}.`,
    });
  }
  const presentSeeds = [...new Set(trained.map(({ seed }) => seed))];
  if (seeds !== null) problems.push(...problemsOfSeeds(seeds, presentSeeds));
  const planned =
    inputs === null
      ? []
      : planContenders(
          inputs,
          problems,
          present.map(({ label, optimizer, hyperparameters }) => ({
            given: label,
            optimizer: titleOf(optimizer),
            learningRate: hyperparameters.learningRate ?? null,
          })),
        );
  const own = new Set(trained.map(({ contenderId }) => contenderId));
  const ownContenders = present.filter((contender) => own.has(contender.id));
  const added =
    ownContenders.length * (seeds?.length ?? 0) +
    planned.length * (presentSeeds.length + (seeds?.length ?? 0));
  if (rows.length + added > MOST_RUNS) {
    const message = `The experiment would have ${rows.length + added} runs; at most ${MOST_RUNS} are possible.`;
    problems.push({ field: seeds === null ? 'contenders' : 'seeds', message });
  }
  if (problems.length > 0) return invalidInput(problems);
  if (epochs !== null && spansWholeRun(experiment.settings) && trained.some(({ attempt }) => attempt > 0)) {
    return conflict(
      'SCHEDULE_SPANS_RUN',
      `The learning rate of "${experiment.name}" follows a schedule over all its ${experiment.epochs} epochs: with ${epochs} it would have been another from the first step on. Clone the experiment with more epochs (cloneExperiment).`,
    );
  }
  const longer =
    epochs === null
      ? []
      : trained.filter(
          ({ status, lastEpoch }) =>
            status === 'RUNNING' || (status === 'FINISHED' && lastEpoch >= experiment.epochs),
        );
  const stopped = trained.filter(
    ({ status, lastEpoch }) => status === 'FINISHED' && lastEpoch < experiment.epochs,
  );
  const waiting = trained.some(({ status }) => status === 'QUEUED' || status === 'PAUSED');
  if (
    epochs !== null &&
    seeds === null &&
    inputs === null &&
    !waiting &&
    longer.length === 0 &&
    stopped.length > 0
  )
    return conflict('EXPERIMENT_ENDED', stoppedMessage(experiment, stopped));
  return { longer, contenders: planned, present: ownContenders, presentSeeds };
}

/** Such runs ended by their own rule, not by the number of epochs: with another number they would have ended alike. */
function stoppedMessage({ name, epochs }: ExperimentRow, stopped: readonly RunRow[]): string {
  const last = stopped.map(({ lastEpoch }) => lastEpoch);
  const [least, most] = [Math.min(...last), Math.max(...last)];
  const where = least === most ? `after epoch ${least}` : `after epochs ${least} to ${most}`;
  return (
    `No run of "${name}" would train on: they were stopped ${where} of ${epochs} by early stopping, a target or a time ` +
    'budget, and would be again. Clone the experiment with other settings for stopping (cloneExperiment).'
  );
}

/** An optimizer that is not known here any more, or was imported, goes by its name. */
function titleOf(optimizer: string): string {
  try {
    return optimizerNamed(optimizer).label;
  } catch {
    return optimizer;
  }
}

async function extend(
  change: Change,
  { epochs, seeds }: Extension,
  planned: Planned,
  enqueue: Enqueue,
): Promise<Made> {
  const { tx, experiment } = change;
  if (epochs !== null) {
    await tx.update(experiments).set({ epochs }).where(eq(experiments.id, experiment.id));
    change.listingChanged();
    await trainLonger(change, planned.longer, enqueue);
  }
  const newSeeds = seeds ?? [];
  const newContenders = await addContenders(change, planned.contenders);
  const added: NewRun[] = [
    ...planned.presentSeeds.flatMap((seed) => newContenders.map((contenderId) => ({ contenderId, seed }))),
    ...newSeeds.flatMap((seed) =>
      [...planned.present.map(({ id }) => id), ...newContenders].map((contenderId) => ({
        contenderId,
        seed,
      })),
    ),
  ];
  if (added.length > 0) await addRuns(change, added, enqueue);
  return { changed: true };
}

/** Those under way are taken up anew, with the new number: their workers stop with a checkpoint. */
async function trainLonger(change: Change, longer: readonly RunRow[], enqueue: Enqueue): Promise<void> {
  if (longer.length === 0) return;
  const ids = longer.map(({ id }) => id);
  await change.tx
    .update(runs)
    .set({
      status: 'QUEUED',
      finishedAt: null,
      imagesPerSecond: null,
      secondsLeft: null,
      version: change.version,
    })
    .where(inArray(runs.id, ids));
  await takeFromWorkers(
    change,
    longer.filter(({ status }) => status === 'RUNNING'),
    'The experiment was given more epochs.',
  );
  await goesOn(change);
  await enqueue(change.tx, ids);
}

/** Returns their ids. */
async function addContenders(
  { tx, experiment }: Change,
  planned: readonly PlannedContender[],
): Promise<string[]> {
  if (planned.length === 0) return [];
  const present = await tx
    .select({ position: contenders.position })
    .from(contenders)
    .where(eq(contenders.experimentId, experiment.id));
  const first = Math.max(-1, ...present.map(({ position }) => position)) + 1;
  const rows = planned.map((contender, index) => ({
    ...contender,
    id: orderedId(),
    experimentId: experiment.id,
    position: first + index,
  }));
  await tx.insert(contenders).values(rows);
  return rows.map(({ id }) => id);
}
