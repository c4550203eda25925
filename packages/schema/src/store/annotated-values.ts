import { type NonFiniteKind, nonFiniteKind } from '@optiscope/trainer';
import { and, asc, desc, eq, gte, lte, sql } from 'drizzle-orm';
import type { Executor } from '../database/database.ts';
import type { AnnotatedValues, AnnotationRow } from '../tables/annotation.ts';
import { type EpochMetric, epochs } from '../tables/epoch.ts';
import { runs } from '../tables/run.ts';
import { STEP_METRICS, stepChunks } from '../tables/step-chunk.ts';
import { valuesFromHex } from './step-batch.ts';

/** What of an annotation says which values lie under it. */
export type Annotated = Pick<
  AnnotationRow,
  'id' | 'experimentId' | 'metric' | 'axis' | 'from' | 'contenderId' | 'seed'
>;

const BYTES = Float64Array.BYTES_PER_ELEMENT;

/**
 * The values under annotations as they are now, by the annotation's id: at the epoch or step nearest to the beginning
 * of each, of every contender and seed that it is about and that has come so far; of one that ran again, of its newest
 * run. One statement for the annotations of epochs, and one for those of steps.
 */
export async function valuesUnder(
  db: Executor,
  annotations: readonly Annotated[],
): Promise<ReadonlyMap<string, AnnotatedValues>> {
  const anchored = annotations.filter(({ metric, from }) => metric !== null && from !== null);
  const byId = new Map(anchored.map((annotation) => [annotation.id, annotation]));
  const values = new Map<string, Record<string, number | NonFiniteKind>>();
  const rows = [
    ...(await epochsUnder(
      db,
      anchored.filter(({ axis }) => axis === 'EPOCH'),
    )),
    ...(await stepsUnder(
      db,
      anchored.filter(({ axis }) => axis === 'STEP'),
    )),
  ];
  for (const { noteId, contenderId, seed, value } of rows) {
    const annotation = byId.get(noteId)!;
    if (annotation.contenderId !== null && annotation.contenderId !== contenderId) continue;
    if (annotation.seed !== null && annotation.seed !== seed) continue;
    const number = value(annotation.metric!);
    if (number === undefined) continue;
    const ofNote = values.get(noteId) ?? {};
    ofNote[`${contenderId} ${seed}`] = nonFiniteKind(number) ?? number;
    values.set(noteId, ofNote);
  }
  return values;
}

/** Whether a value that was there when a note was written is another now, or gone. */
export function haveChanged(written: AnnotatedValues, now: AnnotatedValues | undefined): boolean {
  return Object.entries(written).some(([key, value]) => !Object.is(now?.[key], value));
}

interface Found {
  readonly noteId: string;
  readonly contenderId: string;
  readonly seed: number;
  readonly value: (metric: string) => number | undefined;
}

/** Notes as rows: their ids, experiments and places, for a statement to join. */
function places(annotations: readonly Annotated[]) {
  const rows = annotations.map(({ id, experimentId, from }) => ({
    note_id: id,
    experiment_id: experimentId,
    place: Math.max(1, Math.round(from ?? 1)),
  }));
  return sql`json_to_recordset(${JSON.stringify(rows)}::json) as notes(note_id uuid, experiment_id uuid, place integer)`;
}

const NOTE_ID = sql<string>`notes.note_id`;
/** Runs in their order: the newest of one contender and seed comes last and counts. */
const IN_ORDER = [asc(runs.experimentId), asc(runs.position)];

async function epochsUnder(db: Executor, annotations: readonly Annotated[]): Promise<Found[]> {
  if (annotations.length === 0) return [];
  // Row by row, by the key: joined at once, the planner would read all epochs.
  const there = db
    .select()
    .from(epochs)
    .where(and(eq(epochs.runId, runs.id), eq(epochs.epoch, sql`notes.place`)))
    .limit(1)
    .as('there');
  const rows = await db
    .select({
      noteId: NOTE_ID,
      contenderId: runs.contenderId,
      seed: runs.seed,
      epoch: {
        loss: there.loss,
        accuracy: there.accuracy,
        valLoss: there.valLoss,
        valAccuracy: there.valAccuracy,
        learningRate: there.learningRate,
        trainSeconds: there.trainSeconds,
        evaluationSeconds: there.evaluationSeconds,
        examplesSeen: there.examplesSeen,
        gradientNorm: there.gradientNorm,
        updateRatio: there.updateRatio,
      } satisfies Record<EpochMetric, unknown>,
    })
    .from(places(annotations))
    .innerJoin(runs, eq(runs.experimentId, sql`notes.experiment_id`))
    .crossJoinLateral(there)
    .orderBy(...IN_ORDER);
  return rows.map(({ epoch, ...row }) => {
    const metrics: Readonly<Record<string, unknown>> = epoch;
    const value = (metric: string): number | undefined => {
      const found = metrics[metric];
      return typeof found === 'number' ? found : undefined;
    };
    return { ...row, value };
  });
}

async function stepsUnder(db: Executor, annotations: readonly Annotated[]): Promise<Found[]> {
  if (annotations.length === 0) return [];
  const { firstStep, steps, values } = stepChunks;
  const ofMetric = (row: number) =>
    sql`substring(${values} from 1 + ${sql.raw(String(BYTES))} * (${sql.raw(String(row))} * ${steps} + notes.place - ${firstStep}) for ${sql.raw(String(BYTES))})`;
  const hex = sql`encode(${sql.join(
    STEP_METRICS.map((_metric, row) => ofMetric(row)),
    sql` || `,
  )}, 'hex')`;
  const there = db
    .select({ hex: hex.as('hex') })
    .from(stepChunks)
    .where(
      and(
        eq(stepChunks.runId, runs.id),
        lte(firstStep, sql`notes.place`),
        gte(sql`${firstStep} + ${steps} - 1`, sql`notes.place`),
      ),
    )
    .orderBy(desc(firstStep))
    .limit(1)
    .as('there');
  const rows = await db
    .select({
      noteId: NOTE_ID,
      contenderId: runs.contenderId,
      seed: runs.seed,
      values: sql`${there.hex}`.mapWith(valuesFromHex),
    })
    .from(places(annotations))
    .innerJoin(runs, eq(runs.experimentId, sql`notes.experiment_id`))
    .crossJoinLateral(there)
    .orderBy(...IN_ORDER);
  return rows.map(({ values: ofStep, ...row }) => ({
    ...row,
    value: (metric) => ofStep[placeOf(metric)],
  }));
}

function placeOf(metric: string): number {
  const names: readonly string[] = STEP_METRICS;
  return names.indexOf(metric);
}
