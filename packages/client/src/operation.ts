/**
 * The text of an operation, with the types of its answer and its variables. What GraphQL Code Generator makes with
 * `documentMode: 'string'` is one, too.
 */
export interface Operation<Data, Variables> {
  toString(): string;
  /** For the types only; nothing is there. */
  readonly __apiType?: (variables: Variables) => Data;
}

/** An operation of one's own: `operation<{ server: { version: string } }>('{ server { version } }')`. */
export function operation<Data, Variables = Record<string, never>>(text: string): Operation<Data, Variables> {
  return text;
}
