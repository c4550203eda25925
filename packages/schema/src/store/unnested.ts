import { type Column, type SQL, sql } from 'drizzle-orm';

/** A column of a table, and the values of many rows in it. */
export type Values = readonly [column: Column, values: readonly (number | string | boolean | null)[]];

/**
 * Rows as a set that statements read from: one parameter for each column, however many rows there are, so that the
 * text stays the same and the database takes a hundred rows in little more time than one.
 */
export function unnested(columns: readonly Values[]): SQL {
  const arrays = columns.map(
    ([column, values]) => sql`${sql.param(arrayText(values))}::${sql.raw(column.getSQLType())}[]`,
  );
  return sql`unnest(${sql.join(arrays, sql`, `)})`;
}

/** The names of the columns, as an INSERT or the alias of a set lists them. */
export function namesOf(columns: readonly Values[]): SQL {
  return sql.join(
    columns.map(([column]) => sql.identifier(column.name)),
    sql`, `,
  );
}

/** An array as PostgreSQL writes it. Both drivers take it as it is; NaN, infinities and -0 are kept. */
function arrayText(values: readonly (number | string | boolean | null)[]): string {
  const items = values.map((value) => {
    if (value === null) return 'NULL';
    if (typeof value === 'string') return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
    return Object.is(value, -0) ? '-0' : String(value);
  });
  return `{${items.join(',')}}`;
}
