import { GraphQLError } from 'graphql';
import { LIMITS } from './operation-limits.ts';

/** Brackets within one another: fields, arguments and values. A parser that follows more runs out of stack. */
const MOST_NESTED = 60;

/** What is wrong with the text of an operation before it is parsed, or null. Takes time in proportion to the text. */
export function textProblem(query: unknown): GraphQLError | null {
  if (typeof query !== 'string') return null; // that it is none is found, and told, by others
  const characters = query.length;
  if (characters > LIMITS.characters) {
    return tooLarge(
      `The query has ${characters} characters; at most ${LIMITS.characters} are read. Put values into variables.`,
      413,
    );
  }
  const nested = nestingOf(query);
  if (nested <= MOST_NESTED) return null;
  return tooLarge(
    `The query has brackets ${nested} deep within one another; at most ${MOST_NESTED} may be.`,
    400,
  );
}

/** How deep brackets are within one another, those in texts and comments left out. Each character is looked at once. */
function nestingOf(query: string): number {
  let deepest = 0;
  let depth = 0;
  for (let at = 0; at < query.length; at++) {
    const character = query[at] ?? '';
    if (character === '"') at = endOfText(query, at);
    else if (character === '#') at = endOr(query.indexOf('\n', at), query);
    else if ('([{'.includes(character)) deepest = Math.max(deepest, ++depth);
    else if (')]}'.includes(character)) depth--;
  }
  return deepest;
}

/** Where the text that begins here has its last quotation mark; one that has none goes to the end. */
function endOfText(query: string, begin: number): number {
  const isBlock = query.startsWith('"""', begin);
  const mark = isBlock ? '"""' : '"';
  let at = begin + mark.length;
  while (at < query.length && !query.startsWith(mark, at)) {
    at += query[at] === '\\' ? (isBlock && query.startsWith('"""', at + 1) ? 4 : isBlock ? 1 : 2) : 1;
  }
  return at + mark.length - 1;
}

function endOr(found: number, query: string): number {
  return found === -1 ? query.length : found;
}

function tooLarge(message: string, status: number): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'OPERATION_TOO_LARGE', http: { status } } });
}
