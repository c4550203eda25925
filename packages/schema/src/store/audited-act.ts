import { GraphQLError } from 'graphql';
import type { Database, Transaction } from '../database/database.ts';
import { type Audited, type AuditedBy, recordAudit } from './audit.ts';

/** What is to be written of an act, and by whom it is done. */
export interface Act extends Pick<Audited, 'operation' | 'aboutId'> {
  readonly by: AuditedBy;
  readonly arguments: Readonly<Record<string, unknown>>;
  /** Asked for when it is needed: who is refused before that has not touched it. */
  readonly database: () => Database;
}

/**
 * Does something and writes it into the audit log. What it does in a transaction of the database that it is given is
 * written into that same transaction, with no commit of its own: what was done is in the log, whatever becomes of the
 * process. What was refused or failed, or changed nothing, is written afterwards; of a stranger it is not: anyone could fill the disk.
 */
export async function auditedAct<Made>(
  { by, database, aboutId, ...about }: Act,
  act: (database: () => Database) => Promise<Made> | Made,
): Promise<Made> {
  let written = false;
  const end: End = {
    before: async (tx, made) => {
      if (written || !isDone(made)) return false;
      await recordAudit(tx, by, { ...about, aboutId: idIn(made) ?? aboutId ?? null });
      return true;
    },
    after: (wrote) => {
      written ||= wrote;
    },
  };
  const write = async (made: unknown, outcome: string | null): Promise<void> => {
    if (by !== 'COMMAND_LINE' && by.viewer === null) return;
    const id = idIn(made) ?? aboutId ?? null;
    await recordAudit(database(), by, { ...about, aboutId: id, ...(outcome !== null && { outcome }) });
  };
  let made: Made;
  try {
    made = await act(() => ending(database(), end));
  } catch (error) {
    const outcome = codeOf(error);
    // A flood of tries is not let into the log. The error is what the caller must hear of, also when the database is away.
    if (outcome !== 'RATE_LIMITED') await write(null, outcome).catch(() => undefined);
    throw error;
  }
  const refusal = refusalIn(made);
  if (refusal !== null || !written) await write(made, refusal);
  return made;
}

interface End {
  /** At the end of a transaction, while it can still be undone; whether it wrote an entry. */
  before(tx: Transaction, made: unknown): Promise<boolean>;
  /** When it is committed. */
  after(wrote: boolean): void;
}

/** A database of which every transaction ends so. */
function ending(db: Database, end: End): Database {
  const transaction: Database['transaction'] = async (act, config) => {
    const { made, wrote } = await db.transaction(async (tx) => {
      const made = await act(tx);
      return { made, wrote: await end.before(tx, made) };
    }, config);
    end.after(wrote);
    return made;
  };
  return new Proxy(db, {
    get: (target, name) => {
      if (name === 'transaction') return transaction;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** A transaction that changed nothing says so with null or with a refusal. */
function isDone(made: unknown): boolean {
  return made != null && refusalIn(made) === null;
}

function refusalIn(made: unknown): string | null {
  if (typeof made !== 'object' || made === null || !('refusal' in made)) return null;
  return 'code' in made ? String(made.code) : 'REFUSED';
}

function codeOf(error: unknown): string {
  return error instanceof GraphQLError && error.extensions.code !== undefined
    ? String(error.extensions.code)
    : 'FAILED';
}

/** The experiment that an answer is about: it is one, or names one. */
function idIn(made: unknown): string | null {
  if (typeof made !== 'object' || made === null) return null;
  if ('experimentId' in made && typeof made.experimentId === 'string') return made.experimentId;
  return 'id' in made && typeof made.id === 'string' ? made.id : null;
}
