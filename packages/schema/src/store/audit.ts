import { sql } from 'drizzle-orm';
import type { Caller } from '../access/viewer.ts';
import type { Executor } from '../database/database.ts';
import { isId, orderedId } from '../ordered-id.ts';
import { type AuditEntryRow, auditEntries } from '../tables/audit-entry.ts';

/** Something that was done, or that someone tried to do. */
export interface Audited {
  /** Name of the mutation, or of what else was done, such as `signIn`. */
  readonly operation: string;
  /** What it was asked with. Secrets are left out here, by their names; what is long is cut. */
  readonly arguments?: Readonly<Record<string, unknown>>;
  /** The experiment that it is about, or anything of one: a run, an annotation, a comment. */
  readonly aboutId?: string | null;
  /** `DONE` where it is left out; else the code of the refusal. */
  readonly outcome?: string;
}

/** Who did it; `COMMAND_LINE`: whoever runs the server, in a terminal. */
export type AuditedBy = Caller | 'COMMAND_LINE';

const DONE = 'DONE';
const LONGEST_TEXT = 200;
const MOST_ENTRIES = 20;
const MOST_CHARACTERS = 8_000;
/** A token that someone took for something else, such as its id. */
const TOKEN = /opt_[\w-]{20,}/g;
const SECRET = /password|secret|token|cookie|authorization|code$/i;
/** Arguments that hold a whole file. */
const FILE = /^(content|bytes|file)$/;

/**
 * Writes an entry of the audit log. Within the transaction of what was done, both are there or neither; else it is
 * written right after, and a server that is killed in between has done something that is not in the log.
 */
export async function recordAudit(db: Executor, by: AuditedBy, audited: Audited): Promise<void> {
  const about = audited.aboutId != null && isId(audited.aboutId) ? audited.aboutId : null;
  await db.insert(auditEntries).values({
    id: orderedId(),
    operation: audited.operation,
    arguments: shownArguments(audited.arguments ?? {}),
    experimentId: about === null ? null : experimentOf(about),
    outcome: audited.outcome ?? DONE,
    ...actorOf(by),
  });
}

type Actor = Pick<AuditEntryRow, 'actor' | 'memberId' | 'tokenId' | 'requestId' | 'address'>;

function actorOf(by: AuditedBy): Actor {
  if (by === 'COMMAND_LINE') {
    return { actor: by, memberId: null, tokenId: null, requestId: null, address: null };
  }
  const { viewer, requestId, address } = by;
  return {
    actor: viewer?.kind ?? 'STRANGER',
    memberId: viewer?.memberId ?? null,
    tokenId: viewer?.tokenId ?? null,
    requestId,
    address,
  };
}

/** Names of its own for the tables: drizzle would leave them out. */
function experimentOf(id: string) {
  return sql`coalesce(
    (select e.id from experiments e where e.id = ${id}::uuid),
    (select r.experiment_id from runs r where r.id = ${id}::uuid),
    (select a.experiment_id from annotations a where a.id = ${id}::uuid),
    (select c.experiment_id from comments c where c.id = ${id}::uuid))`;
}

/** Arguments as the log keeps them: no secrets, no files, nothing long. */
export function shownArguments(given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const shown = shownObject(given);
  const length = JSON.stringify(shown).length;
  return length <= MOST_CHARACTERS ? shown : { leftOut: `${length} characters` };
}

function shownObject(given: object): Record<string, unknown> {
  const fields = Object.entries(given).flatMap(([name, value]): [string, unknown][] => {
    if (value === null || value === undefined) return [];
    if (SECRET.test(name)) return [[name, '(left out)']];
    if (FILE.test(name)) return [[name, `(${typeof value === 'string' ? value.length : 0} characters)`]];
    return [[name, shownValue(value)]];
  });
  return Object.fromEntries(fields);
}

function shownValue(value: unknown): unknown {
  if (typeof value === 'string') {
    // A text column of the database takes no NUL, and neither does its JSON.
    const text = value.replaceAll('\0', '\uFFFD').replace(TOKEN, '(a token, left out)').toWellFormed();
    return text.length <= LONGEST_TEXT ? text : `${text.slice(0, LONGEST_TEXT).toWellFormed()}…`;
  }
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) {
    const shown = value.slice(0, MOST_ENTRIES).map(shownValue);
    return value.length <= MOST_ENTRIES ? shown : [...shown, `and ${value.length - MOST_ENTRIES} more`];
  }
  return typeof value === 'object' && value !== null ? shownObject(value) : value;
}
