import { defaultFieldResolver, type GraphQLFieldResolver, type GraphQLSchema } from 'graphql';
import type { Context } from '../graphql/context.ts';
import { auditedAct } from '../store/audited-act.ts';

type Resolver = GraphQLFieldResolver<unknown, Context, Record<string, unknown>>;

/** Writes every mutation of a guarded schema into the audit log, as `auditedAct` says; refused ones too. */
export function audited(schema: GraphQLSchema): GraphQLSchema {
  for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) {
    const resolve: Resolver = field.resolve ?? defaultFieldResolver;
    field.resolve = auditedResolver(field.name, resolve);
  }
  return schema;
}

function auditedResolver(operation: string, resolve: Resolver): Resolver {
  return (source, given, context, info) =>
    auditedAct(
      {
        by: context,
        database: () => context.db,
        operation,
        arguments: given,
        aboutId: idGiven(given),
      },
      // The same context, but for a database that writes the log as well.
      (database) => resolve(source, given, Object.create(context, { db: { get: database } }), info),
    );
}

/** What the arguments name: an experiment, or something of one. */
function idGiven(given: Readonly<Record<string, unknown>>): string | null {
  for (const name of ['experimentId', 'runId', 'annotationId', 'id']) {
    const id = given[name];
    if (typeof id === 'string') return id;
  }
  const { input } = given;
  return typeof input === 'object' && input !== null ? idGiven({ ...input, input: null }) : null;
}
