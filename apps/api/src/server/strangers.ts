import { type ASTVisitor, GraphQLError, type ValidationContext, validate } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { OperationOrigin } from './graphql.ts';

/**
 * Tells strangers nothing of the schema: no introspection, and no suggestions in errors. Members get both, and so does
 * the owner of a server where nobody signs in.
 */
export const nothingForStrangers: Plugin<OperationOrigin, OperationOrigin> = {
  onValidate({ context, addValidationRule, setValidationFn }) {
    if (context.caller?.viewer != null) return;
    // Its name keeps a stranger's findings apart from a member's where they are remembered by the text and the rules.
    addValidationRule(noIntrospectionForStrangers);
    setValidationFn((schema, document, rules, _typeInfo, options) =>
      validate(schema, document, rules, { ...options, hideSuggestions: true }),
    );
  },
  onExecutionResult({ result, setResult, context }) {
    if (context.caller?.viewer != null || result === undefined) return;
    if (!('errors' in result) || result.errors === undefined) return;
    setResult({ ...result, errors: result.errors.map(withoutSuggestion) });
  },
};

function noIntrospectionForStrangers(context: ValidationContext): ASTVisitor {
  return {
    Field(node) {
      if (node.name.value !== '__schema' && node.name.value !== '__type') return;
      context.reportError(
        new GraphQLError('The schema is told to members only. Sign in, or send a token.', {
          nodes: node,
          extensions: { code: 'UNAUTHENTICATED', http: { status: 401 } },
        }),
      );
    },
  };
}

/** What values of variables are wrong is found while it runs, and graphql suggests others there as well. */
function withoutSuggestion(error: GraphQLError): GraphQLError {
  const message = error.message.replace(/ Did you mean .*\?$/s, '');
  if (message === error.message) return error;
  const { nodes, path, extensions } = error;
  return new GraphQLError(message, { nodes: nodes ?? null, path: path ?? null, extensions });
}
