import { type DocumentNode, type FragmentDefinitionNode, print, visit } from 'graphql';

interface Source {
  readonly document?: DocumentNode;
}

/**
 * A plugin of GraphQL Code Generator: each operation as its text, fragments included, with the types of its answer and
 * its variables. The usual plugins make syntax trees, which need a GraphQL library to be sent, or objects of a class.
 */
export function plugin(_schema: unknown, sources: readonly Source[]): { prepend: string[]; content: string } {
  const definitions = sources.flatMap(({ document }) => document?.definitions ?? []);
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of definitions) {
    if (definition.kind === 'FragmentDefinition') fragments.set(definition.name.value, definition);
  }
  const texts = definitions.flatMap((definition) => {
    if (definition.kind !== 'OperationDefinition') return [];
    const name = definition.name?.value;
    if (name === undefined) throw new Error(`An operation has no name:\n${print(definition)}`);
    const needed = new Map<string, FragmentDefinitionNode>();
    const need = (node: FragmentDefinitionNode | typeof definition): void => {
      visit(node, {
        FragmentSpread: ({ name: { value } }) => {
          const fragment = fragments.get(value);
          if (fragment === undefined) throw new Error(`${name} spreads ${value}, which is nowhere.`);
          if (needed.has(value)) return;
          needed.set(value, fragment);
          need(fragment);
        },
      });
    };
    need(definition);
    const text = [definition, ...needed.values()].map((node) => print(node)).join('\n\n');
    const kind = definition.operation[0]!.toUpperCase() + definition.operation.slice(1);
    return `export const ${name} = /* @__PURE__ */ operation<${name}${kind}, ${name}${kind}Variables>(\`${text}\`);`;
  });
  return { prepend: ["import { operation } from '../operation.ts';"], content: texts.join('\n\n') };
}
