import {
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isRequiredArgument,
  isRequiredInputField,
} from 'graphql';

export interface RootOperation {
  /** As `Mutation.createExperiment`. */
  readonly field: string;
  readonly kind: 'query' | 'mutation' | 'subscription';
  readonly query: string;
}

/** An id that no row has. */
const NOBODY = '00000000-0000-4000-8000-000000000000';

/** For every root field of a schema the smallest operation that asks for it, valid but about nothing that there is. */
export function rootOperations(schema: GraphQLSchema): RootOperation[] {
  const kinds = ['query', 'mutation', 'subscription'] as const;
  return kinds.flatMap((kind) => {
    const type = schema.getRootType(kind as Parameters<typeof schema.getRootType>[0]);
    return Object.values(type?.getFields() ?? {}).map((field) => ({
      field: `${type?.name}.${field.name}`,
      kind,
      query: `${kind} { ${asked(field)} }`,
    }));
  });
}

function asked(field: GraphQLField<unknown, unknown>): string {
  const given = field.args
    .filter(isRequiredArgument)
    .map((argument) => `${argument.name}: ${literalOf(argument.type)}`);
  const type = isNonNullType(field.type) ? field.type.ofType : field.type;
  const inner = isListType(type) ? (isNonNullType(type.ofType) ? type.ofType.ofType : type.ofType) : type;
  return `${field.name}${given.length > 0 ? `(${given.join(', ')})` : ''}${isLeafType(inner) ? '' : ' { __typename }'}`;
}

function literalOf(type: GraphQLInputType): string {
  if (isNonNullType(type)) return literalOf(type.ofType);
  if (isListType(type)) return '[]';
  if (isEnumType(type)) return type.getValues()[0]!.name;
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields());
    const given = type.isOneOf ? fields.slice(0, 1) : fields.filter(isRequiredInputField);
    return `{ ${given.map((field) => `${field.name}: ${literalOf(field.type)}`).join(', ')} }`;
  }
  switch (type.name) {
    case 'ID':
      return `"${NOBODY}"`;
    case 'Int':
    case 'Float':
      return '1';
    case 'Boolean':
      return 'true';
    case 'DateTime':
      return '"2026-01-01T00:00:00Z"';
    default:
      return '"x"';
  }
}
