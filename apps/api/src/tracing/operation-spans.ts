import { SpanKind } from '@opentelemetry/api';
import { type ExecutionArgs, getOperationAST } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { failed, isTraced, type SpanStart, startSpan, traced, within } from './spans.ts';

/**
 * A span for each GraphQL operation: its type and its name, never its variables. A subscription's ends when it is set
 * up; what it sends later belongs to nobody's request.
 */
export const operationSpans: Plugin = {
  onExecute({ executeFn, setExecuteFn }) {
    setExecuteFn(async (args: ExecutionArgs) => {
      const span = startSpan(...spanOf(args));
      try {
        const result = await within(span, () => executeFn(args));
        const errors: unknown = Object(result).errors;
        if (Array.isArray(errors) && errors.length > 0) failed(span, errors[0]);
        return result;
      } catch (error) {
        failed(span, error);
        throw error;
      } finally {
        span?.end();
      }
    });
  },
  onSubscribe({ subscribeFn, setSubscribeFn }) {
    setSubscribeFn((args: ExecutionArgs) => traced(...spanOf(args), async () => await subscribeFn(args)));
  },
};

function spanOf({ document, operationName }: ExecutionArgs): [string, SpanStart] {
  const operation = getOperationAST(document, operationName);
  const type = operation?.operation ?? 'query';
  const name = operation?.name?.value;
  return [
    name === undefined ? `graphql ${type}` : `graphql ${type} ${name}`,
    {
      // Over a WebSocket there is no request of HTTP that it would be a part of.
      kind: isTraced() ? SpanKind.INTERNAL : SpanKind.SERVER,
      attributes: {
        'graphql.operation.type': type,
        ...(name === undefined ? {} : { 'graphql.operation.name': name }),
      },
    },
  ];
}
