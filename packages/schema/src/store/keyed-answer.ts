import { createHash } from 'node:crypto';
import { and, eq } from 'drizzle-orm';
import type { Transaction } from '../database/database.ts';
import { mutationKeys } from '../tables/mutation-key.ts';
import type { Asked } from './change-once.ts';
import { conflict, type Refusal } from './refusal.ts';

export type { Asked } from './change-once.ts';

/**
 * What a mutation that is not about an experiment answered to a client's key, as ids; null when the key is new.
 * Two that come at once with one key: the second waits for the first, and finds its answer.
 */
export async function keptAnswer(
  tx: Transaction,
  asked: Asked,
): Promise<Readonly<Record<string, unknown>> | Refusal | null> {
  if (asked.key === null) return null;
  const own = { asked: digest(asked) };
  const taken = await tx
    .insert(mutationKeys)
    .values({ operation: asked.operation, key: asked.key, result: own })
    .onConflictDoNothing()
    .returning({ key: mutationKeys.key });
  if (taken.length > 0) return null;
  const [row] = await tx.select({ result: mutationKeys.result }).from(mutationKeys).where(ofKey(asked));
  if (row?.result.asked === own.asked) return row.result;
  return conflict(
    'KEY_USED_OTHERWISE',
    `The key "${asked.key}" was used for another ${asked.operation}. Take a new key for a new request.`,
  );
}

/** Keeps the answer with the key that `keptAnswer` has taken, in the same transaction. */
export async function keepAnswer(
  tx: Transaction,
  asked: Asked,
  answer: Readonly<Record<string, string>>,
): Promise<void> {
  if (asked.key === null) return;
  await tx
    .update(mutationKeys)
    .set({ result: { ...answer, asked: digest(asked) } })
    .where(ofKey(asked));
}

/** Gives a key back, in the transaction that took it: what was asked for was refused, and may be asked again. */
export async function freeKey(tx: Transaction, asked: Asked): Promise<void> {
  if (asked.key !== null) await tx.delete(mutationKeys).where(ofKey(asked));
}

function ofKey(asked: Asked) {
  return and(eq(mutationKeys.operation, asked.operation), eq(mutationKeys.key, asked.key ?? ''));
}

function digest({ arguments: given }: Asked): string {
  return createHash('sha256').update(JSON.stringify(given)).digest('hex');
}
