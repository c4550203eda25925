// What a change of the GraphQL schema would break, held against what was declared.

import { BreakingChangeType, buildSchema, DangerousChangeType, findSchemaChanges } from 'graphql';

/**
 * @typedef {{ change: string, why: string }} Declaration a breaking change in GraphQL's own words, and why it is right
 * @typedef {{ undeclared: string[], declared: string[], dangerous: string[] }} Verdict
 */

/**
 * Compares two schemas as text.
 *
 * @param {string} before
 * @param {string} after
 * @param {Declaration[]} declarations
 * @returns {Verdict}
 */
export function compareSchemas(before, after, declarations) {
  const verdict = { undeclared: [], declared: [], dangerous: [] };
  const allowed = new Set(declarations.map(({ change }) => change));
  for (const { type, description } of findSchemaChanges(buildSchema(before), buildSchema(after))) {
    if (type in DangerousChangeType) verdict.dangerous.push(description);
    if (!(type in BreakingChangeType)) continue;
    verdict[allowed.has(description) ? 'declared' : 'undeclared'].push(description);
  }
  return verdict;
}

/**
 * The declarations of a file. Throws where one lacks what it takes.
 *
 * @param {string} text
 * @returns {Declaration[]}
 */
export function readDeclarations(text) {
  const declarations = JSON.parse(text);
  const isRight = (entry) =>
    ['change', 'why'].every((name) => typeof entry?.[name] === 'string' && entry[name]);
  if (!Array.isArray(declarations) || !declarations.every(isRight)) {
    throw new TypeError('wanted a list of { "change": "…", "why": "…" }');
  }
  return declarations;
}
