import { builder } from './builder.ts';
import type { Context } from './context.ts';

/** What every node has: an id of which nothing but equality is promised, in lower case. */
export interface Identified {
  readonly id: string;
}

/** The rows with these ids, of one type; ids that are none of its own are left out, whatever text they are. */
type FindRows = (context: Context, ids: readonly string[]) => Promise<readonly Identified[]>;

const finders = new Map<string, FindRows>();
/** A row does not say which type it is of; whoever found it does. */
const types = new WeakMap<Identified, string>();

export const Node = builder.interfaceRef<Identified>('Node').implement({
  description: 'What has an id of its own and can be asked for by it alone.',
  resolveType: (row) => types.get(row),
  fields: (t) => ({ id: t.exposeID('id', {}) }),
});

/** Says how the rows of a type that is a `Node` are found by their ids: one statement for all of them. */
export function nodesOfType(type: string, find: FindRows): void {
  finders.set(type, find);
}

/** The nodes with these ids, by their ids. An id is a UUID for most types and does not say its type. */
export async function nodesWithIds(
  context: Context,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Identified>> {
  const asked = [...new Set(ids.map((id) => id.toLowerCase()))];
  const found = new Map<string, Identified>();
  for (const [type, find] of finders) {
    const left = asked.filter((id) => !found.has(id));
    if (left.length === 0) break;
    for (const row of await find(context, left)) {
      types.set(row, type);
      found.set(row.id, row);
    }
  }
  return found;
}
