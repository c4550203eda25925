import {
  type ASTNode,
  type ASTVisitor,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  getNamedType,
  isListType,
  isNonNullType,
  isObjectType,
  type SelectionSetNode,
  type ValidationContext,
} from 'graphql';

/** Bounds of one operation. What the dashboard asks for stays below a tenth of each. */
export const LIMITS = {
  /** Characters of the text. */
  characters: 20_000,
  /** Tokens of the text. */
  tokens: 2_000,
  /** Fields under one another. */
  depth: 12,
  /** Fields that are renamed. */
  aliases: 60,
  /** Operations in one: fields of the root, with those of its fragments. */
  rootFields: 30,
  directives: 60,
  fragments: 60,
  /** Fields in the answer, where a list counts as `LIST_LENGTH` items. */
  size: 200_000,
} as const;

/** What a list is reckoned to hold. */
const LIST_LENGTH = 10;
/** What an answer about the schema is reckoned to hold, and one about a type. */
const SCHEMA_SIZE = 80_000;
const TYPE_SIZE = 5_000;

/** What a selection amounts to. */
interface Weight {
  readonly depth: number;
  readonly size: number;
  /** Fields at its top. */
  readonly width: number;
  /** Every list in it, as `Type.field`. */
  readonly lists: ReadonlySet<string>;
}

const NOTHING: Weight = { depth: 0, size: 0, width: 0, lists: new Set() };

/**
 * A validation rule that refuses operations that are too deep, rename too much, or would answer too much: also
 * those that ask for a list within itself (the runs of the experiments of runs), which nobody needs. A fragment is weighed once, however often it is spread, so weighing takes time in proportion to the text.
 * Introspection is bounded in depth by graphql's own rule, and here in how often it is asked for.
 */
export function operationLimits(context: ValidationContext): ASTVisitor {
  const fragments = new Map<string, Weight>();
  let aliases = 0;
  let directives = 0;
  let fragmentCount = 0;
  const refuse = (what: string, nodes: ASTNode): void =>
    context.reportError(
      new GraphQLError(`The operation has ${what}`, { nodes, extensions: { code: 'OPERATION_TOO_LARGE' } }),
    );

  const weighFragment = (fragment: FragmentDefinitionNode): Weight => {
    const name = fragment.name.value;
    const known = fragments.get(name);
    if (known !== undefined) return known;
    fragments.set(name, NOTHING); // a fragment within itself is another rule's finding
    const weight = weigh(fragment.selectionSet, fragment.typeCondition.name.value);
    fragments.set(name, weight);
    return weight;
  };

  const weigh = (selectionSet: SelectionSetNode, parentType: string): Weight => {
    let depth = 0;
    let size = 0;
    let width = 0;
    const lists = new Set<string>();
    for (const selection of selectionSet.selections) {
      let weight = NOTHING;
      if (selection.kind === 'Field') {
        weight = weighField(selection, parentType);
      } else if (selection.kind === 'InlineFragment') {
        weight = weigh(selection.selectionSet, selection.typeCondition?.name.value ?? parentType);
      } else {
        const fragment = context.getFragment(selection.name.value);
        if (fragment != null) weight = weighFragment(fragment);
      }
      depth = Math.max(depth, weight.depth);
      size += weight.size;
      width += selection.kind === 'Field' ? 1 : weight.width;
      for (const list of weight.lists) lists.add(list);
    }
    return { depth, size, width, lists };
  };

  const weighField = (field: FieldNode, parentType: string): Weight => {
    const name = field.name.value;
    if (name === '__schema') return { ...NOTHING, size: SCHEMA_SIZE };
    if (name === '__type') return { ...NOTHING, size: TYPE_SIZE };
    if (name.startsWith('__')) return NOTHING;
    const parent = context.getSchema().getType(parentType);
    const type = isObjectType(parent) ? parent.getFields()[name]?.type : undefined;
    if (field.selectionSet === undefined || type === undefined) return { ...NOTHING, depth: 1, size: 1 };
    const below = weigh(field.selectionSet, getNamedType(type).name);
    const depth = 1 + below.depth;
    if (!isListType(isNonNullType(type) ? type.ofType : type)) {
      return { ...NOTHING, depth, size: 1 + below.size, lists: below.lists };
    }
    const list = `${parentType}.${name}`;
    if (below.lists.has(list)) refuse(`${list} within itself; ask for it in an operation of its own.`, field);
    return { ...NOTHING, depth, size: 1 + below.size * LIST_LENGTH, lists: new Set(below.lists).add(list) };
  };

  return {
    Field(field) {
      if (field.alias !== undefined && ++aliases === LIMITS.aliases + 1) {
        refuse(`more than ${LIMITS.aliases} aliases.`, field);
      }
    },
    Directive(directive) {
      if (++directives === LIMITS.directives + 1) {
        refuse(`more than ${LIMITS.directives} directives.`, directive);
      }
    },
    FragmentDefinition(fragment) {
      if (++fragmentCount === LIMITS.fragments + 1) {
        refuse(`more than ${LIMITS.fragments} fragments.`, fragment);
      }
    },
    OperationDefinition(operation) {
      const root = context.getSchema().getRootType(operation.operation);
      if (root == null) return;
      const { depth, size, width } = weigh(operation.selectionSet, root.name);
      if (width > LIMITS.rootFields) {
        refuse(`${width} fields of the ${root.name}; at most ${LIMITS.rootFields} may be.`, operation);
      }
      if (depth > LIMITS.depth)
        refuse(`${depth} fields under one another; at most ${LIMITS.depth} may be.`, operation);
      if (size > LIMITS.size)
        refuse(`an answer of about ${size} fields; at most ${LIMITS.size} are given.`, operation);
    },
  };
}
