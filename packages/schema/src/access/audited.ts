import { defaultFieldResolver, GraphQLError, type GraphQLFieldResolver, type GraphQLSchema } from 'graphql';
import type { Database, Transaction } from '../database/database.ts';
import type { Context } from '../graphql/context.ts';
import { type Audited, recordAudit } from '../store/audit.ts';

type Resolver = GraphQLFieldResolver<unknown, Context, Record<string, unknown>>;

/**
 * Writes every mutation of a guarded schema into the audit log. What a mutation does in a transaction is written into
 * that same transaction, with no commit of its own: what was done is in the log, whatever becomes of the process.
 * What was refused or failed, or changed nothing, is written afterwards. A stranger's is not written: anyone could fill the disk.
 */
export function audited(schema: GraphQLSchema): GraphQLSchema {
  for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) {
    const resolve: Resolver = field.resolve ?? defaultFieldResolver;
    field.resolve = auditedResolver(field.name, resolve);
  }
  return schema;
}

function auditedResolver(operation: string, resolve: Resolver): Resolver {
  return async (source, given, context, info) => {
    const about = { operation, arguments: given };
    let written = false;
    const end: End = {
      before: async (tx, made) => {
        if (written || !isDone(made)) return false;
        await recordAudit(tx, context, { ...about, aboutId: idIn(made) ?? idGiven(given) });
        return true;
      },
      after: (wrote) => {
        written ||= wrote;
      },
    };
    const write = async (rest: Pick<Audited, 'aboutId' | 'outcome'>): Promise<void> => {
      if (context.viewer == null) return;
      await recordAudit(context.db, context, { ...about, ...rest });
    };
    try {
      const made: unknown = await resolve(source, given, inLog(context, end), info);
      const refusal = refusalIn(made);
      if (refusal !== null || !written) {
        await write({ aboutId: idIn(made) ?? idGiven(given), ...(refusal !== null && { outcome: refusal }) });
      }
      return made;
    } catch (error) {
      const outcome = codeOf(error);
      // A flood of tries is not let into the log either. The error is what the caller must hear of, also when the
      // database is away.
      if (outcome !== 'RATE_LIMITED') {
        await write({ aboutId: idGiven(given), outcome }).catch(() => undefined);
      }
      throw error;
    }
  };
}

interface End {
  /** At the end of a transaction, while it can still be undone; whether it wrote an entry. */
  before(tx: Transaction, made: unknown): Promise<boolean>;
  /** When it is committed. */
  after(wrote: boolean): void;
}

/** The context with such a database, made when it is asked for: who is refused before that has not touched it. */
function inLog(context: Context, end: End): Context {
  return Object.create(context, { db: { get: () => ending(context.db, end), enumerable: true } });
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

/** What the arguments name: an experiment, or something of one. */
function idGiven(given: Readonly<Record<string, unknown>>): string | null {
  for (const name of ['experimentId', 'runId', 'annotationId', 'id']) {
    const id = given[name];
    if (typeof id === 'string') return id;
  }
  const { input } = given;
  return typeof input === 'object' && input !== null ? idGiven({ ...input, input: null }) : null;
}
