import { type ExecutionResult, graphql } from 'graphql';
import { type Caller, LOCAL_CALLER } from '../src/access/viewer.ts';
import type { OpenDatabase } from '../src/database/database.ts';
import { ChangeFeed } from '../src/feed/change-feed.ts';
import { operationContext, type Service } from '../src/graphql/context.ts';
import { schema } from '../src/graphql/schema.ts';

/** The schema on a database, and every run that was put into the queue, in order. */
export function serviceOn({ db }: OpenDatabase): { service: Service; queued: string[] } {
  const queued: string[] = [];
  return {
    queued,
    service: {
      db,
      feed: new ChangeFeed(),
      enqueue: async (_tx, runIds) => {
        queued.push(...runIds);
      },
      server: { version: '1', database: 'pglite', workers: 2 },
    },
  };
}

/** The data of an answer; throws its errors. */
export async function ask<Answer = Record<string, unknown>>(
  service: Service,
  source: string,
  variableValues: Record<string, unknown> = {},
  caller: Caller = LOCAL_CALLER,
): Promise<Answer> {
  const result: ExecutionResult = await graphql({
    schema,
    source,
    variableValues,
    contextValue: operationContext(service, caller),
  });
  if (result.errors) throw new AggregateError(result.errors, result.errors.join('\n'));
  return JSON.parse(JSON.stringify(result.data));
}

/** A mutation of one field, whose answer is told by its type and by what the tests look at. */
export async function mutate(
  service: Service,
  field: string,
  parameters: string,
  variables: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  const given = [...parameters.matchAll(/\$(\w+)/g)].map(([, name]) => `${name}: $${name}`);
  const of = ['pauseRun', 'resumeRun', 'rerun'].includes(field)
    ? '... on Run { id status seed label }'
    : '... on Experiment { id name status epochs tags deletedAt }';
  const answer = await ask<Record<string, Record<string, unknown>>>(
    service,
    `mutation (${parameters}) { ${field}(${given.join(', ')}) {
      __typename
      ${of}
      ... on Refusal { code message }
      ... on InvalidInput { problems { field message } }
    } }`,
    variables,
  );
  return answer[field]!;
}

/** Parameters of a mutation of one thing. */
export const ID = '$id: ID!, $idempotencyKey: String';
