import { and, asc, count, eq, inArray, lte, type SQL, sql } from 'drizzle-orm';
import type { AnyPgColumn, PgTable } from 'drizzle-orm/pg-core';
import type { Database } from '../database/database.ts';
import { isId } from '../ordered-id.ts';

/** A table whose rows have a time-ordered id of their own. */
type Identified = PgTable & { readonly id: AnyPgColumn };

/** What a list is sorted by before the id. */
export interface Sorting {
  /** Name of the order, which its cursors carry. */
  readonly by: string;
  /** Never null. Null itself: by the id alone, which is by age. */
  readonly key: SQL | null;
  /** The key's type: a cursor's value is compared as one. */
  readonly type: 'text' | 'double precision' | 'integer';
  /** Whether a text can be a row's id; by default a UUID. */
  readonly isId?: (text: string) => boolean;
}

/** A place in a list: it stays one when its row changes or is gone. */
export interface Place {
  readonly by: string;
  readonly value: string | number | null;
  readonly id: string;
}

/** Which part of a list is wanted. */
export interface Window {
  readonly limit: number;
  readonly after: Place | null;
  readonly before: Place | null;
  /** Whether the limit counts from the end. */
  readonly fromEnd: boolean;
}

export interface Page<Row> {
  readonly rows: readonly { readonly row: Row; readonly place: Place }[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
}

/** A list of a table's rows. */
export interface Listing<Table extends Identified> {
  readonly table: Table;
  /** Of which row each is: a page is read for each owner. Null: one list of all. */
  readonly owner: AnyPgColumn | SQL<string> | null;
  readonly conditions: readonly (SQL | undefined)[];
  readonly sorting: Sorting;
  readonly rises: boolean;
}

/** The only owner of a list that has none. */
export const NO_OWNER = '';

/** A page for each owner, in one statement however many there are. */
export async function pagesOf<Table extends Identified>(
  db: Database,
  { table, owner, conditions, sorting, rises }: Listing<Table>,
  owners: readonly string[],
  window: Window,
): Promise<Map<string, Page<Table['$inferSelect']>>> {
  const { key } = sorting;
  const id = sql`${table.id}`;
  const here = key === null ? id : sql`(${key}, ${id})`;
  const beyond = (place: Place | null, back: boolean): SQL | undefined => {
    if (place === null) return undefined;
    const there =
      key === null
        ? sql`${place.id}::uuid`
        : sql`(${place.value}::${sql.raw(sorting.type)}, ${place.id}::uuid)`;
    return rises !== back ? sql`${here} > ${there}` : sql`${here} < ${there}`;
  };
  const direction = sql.raw(rises !== window.fromEnd ? 'asc' : 'desc');
  const order = key === null ? sql`${id} ${direction}` : sql`${key} ${direction}, ${id} ${direction}`;
  const within = owner === null ? sql`` : sql`partition by ${owner} `;
  const numbered = db
    .select({
      id: sql<string>`${id}`.as('ranked_id'),
      owner: (owner === null ? sql<string>`${NO_OWNER}::text` : sql<string>`${owner}`).as('owner'),
      key: sql<string | number | null>`${key ?? sql`null::text`}`.as('key'),
      place: sql<number>`row_number() over (${within}order by ${order})`.as('place'),
    })
    .from(table as PgTable)
    .where(
      and(
        owner === null ? undefined : inArray(sql`${owner}`, [...owners]),
        ...conditions,
        beyond(window.after, false),
        beyond(window.before, true),
      ),
    );
  // One list needs no numbers to be cut off: the index is read as far as the page goes.
  const ranked = (owner === null ? numbered.orderBy(order).limit(window.limit + 1) : numbered).as('ranked');
  const rows = await db
    .select({ row: table as PgTable, owner: ranked.owner, key: ranked.key, place: ranked.place })
    .from(table as PgTable)
    .innerJoin(ranked, eq(ranked.id, table.id))
    .where(lte(ranked.place, window.limit + 1))
    .orderBy(asc(ranked.owner), asc(ranked.place));
  const byOwner = Map.groupBy(rows, (row) => row.owner);
  const pages = owners.map((one): [string, Page<Table['$inferSelect']>] => {
    const found = byOwner.get(one) ?? [];
    const more = found.length > window.limit;
    const kept = found.slice(0, window.limit);
    if (window.fromEnd) kept.reverse();
    const placed = kept.map(({ row, key: value }) => ({
      row,
      place: { by: sorting.by, value, id: (row as { id: string }).id },
    }));
    // As the Relay specification has it: of the far side it is known only that there is a cursor.
    return [
      one,
      {
        rows: placed,
        hasNextPage: window.fromEnd ? window.before !== null : more,
        hasPreviousPage: window.fromEnd ? more : window.after !== null,
      },
    ];
  });
  return new Map(pages);
}

/** How many rows the lists have in all, by owner; one statement. */
export async function countsOf<Table extends Identified>(
  db: Database,
  { table, owner, conditions }: Pick<Listing<Table>, 'table' | 'owner' | 'conditions'>,
  owners: readonly string[],
): Promise<Map<string, number>> {
  if (owner === null) {
    const [row] = await db
      .select({ total: count() })
      .from(table as PgTable)
      .where(and(...conditions));
    return new Map([[NO_OWNER, row?.total ?? 0]]);
  }
  const rows = await db
    .select({ owner: sql<string>`${owner}`, total: count() })
    .from(table as PgTable)
    .where(and(inArray(sql`${owner}`, [...owners]), ...conditions))
    .groupBy(sql`${owner}`);
  return new Map(rows.map((row) => [row.owner, row.total]));
}

/** A place as clients see it. */
export function placeText({ by, value, id }: Place): string {
  return Buffer.from(JSON.stringify([by, value, id])).toString('base64url');
}

/** The place that a text names, or null when it names none, or one of another order. */
export function placeFrom(text: string, { by, key, type, isId: isOwnId = isId }: Sorting): Place | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    return null;
  }
  if (!Array.isArray(parsed) || parsed.length !== 3 || parsed[0] !== by) return null;
  const [, value, id]: unknown[] = parsed;
  if (typeof id !== 'string' || !isOwnId(id)) return null;
  if (key === null) return value === null ? { by, value, id } : null;
  if (type === 'text') return typeof value === 'string' && !value.includes('\0') ? { by, value, id } : null;
  if (typeof value !== 'number' || (type === 'integer' && (value | 0) !== value)) return null;
  return { by, value, id };
}
