import {
  defaultFieldResolver,
  GraphQLError,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  isObjectType,
} from 'graphql';
import type { Context } from '../graphql/context.ts';
import { classOf } from './classes.ts';
import { hasRole, leastRole, refusedAccess } from './may.ts';

/** What comes with an operation; undefined where something asks the schema without saying who it is. */
type Given = Pick<Context, 'viewer' | 'countMutation'> | undefined;
type Resolver = GraphQLFieldResolver<unknown, Given>;

/**
 * Puts the check of `classes.ts` before every resolver and every `subscribe` of a built schema. There is no way past it
 * through fragments, aliases, interfaces, unions or `node(id)`: whatever leads to an object, its fields are resolved
 * by the object's own type. It costs one comparison a field. A refused field has run nothing.
 */
export function guarded(schema: GraphQLSchema): GraphQLSchema {
  const mutations = schema.getMutationType();
  const roots = new Set([schema.getQueryType(), mutations, schema.getSubscriptionType()]);
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) guard(type.name, field, roots.has(type));
    if (type === mutations) for (const field of Object.values(type.getFields())) countTries(field);
  }
  return schema;
}

function guard(typeName: string, field: GraphQLField<unknown, Given>, isRoot: boolean): void {
  const what = `${typeName}.${field.name}`;
  const of = classOf(typeName, field.name);
  if (of === null) {
    const refuse = (): never => {
      throw new Error(`${what} stands in no class of access/classes.ts, so nobody may read it.`);
    };
    field.resolve = refuse;
    if (field.subscribe) field.subscribe = refuse;
    return;
  }
  const role = leastRole(of);
  if (role === null) return;
  const check = (resolve: Resolver): Resolver => {
    return (source, given, context, info) => {
      if (hasRole(context?.viewer, role)) return resolve(source, given, context, info);
      throw withStatus(refusedAccess(context?.viewer, what, role), isRoot);
    };
  };
  field.resolve = check(field.resolve ?? defaultFieldResolver);
  if (field.subscribe) field.subscribe = check(field.subscribe);
}

/** Each mutation that is tried counts, whoever tries it and whatever comes of it: a request may hold many. */
function countTries(field: GraphQLField<unknown, Given>): void {
  const resolve: Resolver = field.resolve ?? defaultFieldResolver;
  field.resolve = (source, given, context, info) => {
    context?.countMutation?.();
    return resolve(source, given, context, info);
  };
}

/** An operation that was refused as such is answered with 401 or 403; one of which a part was refused is not. */
function withStatus(error: GraphQLError, isRoot: boolean): GraphQLError {
  if (!isRoot) return error;
  const status = error.extensions.code === 'UNAUTHENTICATED' ? 401 : 403;
  return new GraphQLError(error.message, { extensions: { ...error.extensions, http: { status } } });
}
