import { createHash } from 'node:crypto';
import { and, eq } from 'drizzle-orm';
import type { Database, Transaction } from '../database/database.ts';
import { isId } from '../ordered-id.ts';
import { mutationKeys } from '../tables/mutation-key.ts';
import { runs } from '../tables/run.ts';
import { type Change, changeExperiment } from './change.ts';
import { conflict, isRefusal, notFound, type Refusal } from './refusal.ts';

/** What a client asked for, so that asking again with its key can be told from asking for something else. */
export interface Asked {
  /** Name of the mutation's field. */
  readonly operation: string;
  /** The client's; without one every asking is a new one. */
  readonly key: string | null;
  /** The mutation's arguments. */
  readonly arguments: readonly unknown[];
}

/** What was done, as ids: whoever asks again gets the rows as they are then. */
export interface Answer {
  readonly experimentId: string;
  readonly runId: string | null;
  /** Of the annotation or comment. */
  readonly noteId?: string;
}

/** What a change to an experiment came to: the run or note that it was about, or why nothing was done. */
export type Made = { readonly changed: boolean; readonly runId?: string; readonly noteId?: string } | Refusal;

export const LONGEST_KEY = 200;

/**
 * Changes an experiment as a client asked, once for each key. The key is kept in the same transaction as what it
 * did, so both are there or neither, also when two with one key come at once. What was refused is not kept: it
 * changed nothing, and may be asked again when the reason for it is gone. `changed: false` says that all is
 * as it was asked for already: nothing is announced, and the key counts as used.
 */
export async function changeOnce(
  db: Database,
  asked: Asked,
  experimentId: string,
  make: (change: Change) => Promise<Made>,
): Promise<Answer | Refusal> {
  if (!isId(experimentId)) return notFound('experiment', experimentId);
  let outcome: Answer | Refusal = notFound('experiment', experimentId);
  try {
    await changeExperiment(db, experimentId, async (change) => {
      const before = await answerBefore(change.tx, asked);
      if (before !== null) {
        outcome = before;
        return null;
      }
      const made = await make(change);
      if (isRefusal(made)) {
        outcome = made;
        return null;
      }
      const { runId, noteId } = made;
      outcome = { experimentId, runId: runId ?? null, ...(noteId !== undefined && { noteId }) };
      await keep(change.tx, asked, outcome);
      return made.changed ? true : null;
    });
  } catch (error) {
    if (!(error instanceof KeyTaken)) throw error;
    // The key was used for another experiment meanwhile, and that is committed now.
    return (await answerBefore(db, asked)) ?? conflict('KEY_USED_OTHERWISE', keyUsed(asked));
  }
  return outcome;
}

/** `changeOnce` for the experiment of a run. */
export async function changeRunOnce(
  db: Database,
  asked: Asked,
  runId: string,
  make: (change: Change) => Promise<Made>,
): Promise<Answer | Refusal> {
  const [found] = isId(runId)
    ? await db.select({ experimentId: runs.experimentId }).from(runs).where(eq(runs.id, runId))
    : [];
  return found === undefined ? notFound('run', runId) : await changeOnce(db, asked, found.experimentId, make);
}

/** Another transaction used the key while this one ran. Thrown, so that what was done is undone. */
class KeyTaken extends Error {}

async function answerBefore(tx: Database | Transaction, asked: Asked): Promise<Answer | Refusal | null> {
  if (asked.key === null) return null;
  const [row] = await tx
    .select({ result: mutationKeys.result })
    .from(mutationKeys)
    .where(and(eq(mutationKeys.operation, asked.operation), eq(mutationKeys.key, asked.key)));
  if (row === undefined) return null;
  const { asked: before, experimentId, runId, noteId } = row.result;
  if (before !== digest(asked)) return conflict('KEY_USED_OTHERWISE', keyUsed(asked));
  return {
    experimentId: String(experimentId),
    runId: runId === null ? null : String(runId),
    ...(noteId !== undefined && { noteId: String(noteId) }),
  };
}

async function keep(tx: Transaction, asked: Asked, answer: Answer): Promise<void> {
  if (asked.key === null) return;
  const kept = await tx
    .insert(mutationKeys)
    .values({ operation: asked.operation, key: asked.key, result: { ...answer, asked: digest(asked) } })
    .onConflictDoNothing()
    .returning({ key: mutationKeys.key });
  if (kept.length === 0) throw new KeyTaken();
}

function digest({ arguments: given }: Asked): string {
  return createHash('sha256').update(JSON.stringify(given)).digest('hex');
}

function keyUsed({ key, operation }: Asked): string {
  return `The key "${key}" was used for another ${operation}. Take a new key for a new request.`;
}
