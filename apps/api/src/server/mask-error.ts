import { randomUUID } from 'node:crypto';
import { isDiskFull } from '@optiscope/schema';
import { GraphQLError } from 'graphql';
import type { Log } from '../log.ts';

const DISK_FULL =
  'The disk of the database is full: nothing was changed. What is there can be read. Free some space, and ask again.';

/** What is told to whoever may not. The log has them for whoever looks into what someone tries. */
const REFUSALS = new Set(['UNAUTHENTICATED', 'FORBIDDEN', 'RATE_LIMITED']);

/**
 * What a client is told of an error. One that was thrown as a `GraphQLError` is meant for it. Any other is a
 * fault of the server: the client gets an id, and the log has the id with the error.
 */
export function createMaskError(log: Log): (error: unknown) => GraphQLError {
  return (error) => {
    if (error instanceof GraphQLError) {
      const { code } = error.extensions;
      if (REFUSALS.has(String(code))) log.debug(`${code}: ${error.message}`);
      const cause = error.cause ?? error.originalError;
      if (cause == null) return withoutInternals(error);
      if (cause instanceof GraphQLError) return withoutInternals(error);
    }
    const nodes = error instanceof GraphQLError && { nodes: error.nodes ?? null, path: error.path ?? null };
    if (isDiskFull(error instanceof GraphQLError ? (error.cause ?? error.originalError) : error)) {
      log.error(DISK_FULL);
      return new GraphQLError(DISK_FULL, { ...nodes, extensions: { code: 'DISK_FULL' } });
    }
    const id = randomUUID().slice(0, 8);
    log.error(`error ${id}`, error instanceof GraphQLError ? (error.cause ?? error.originalError) : error);
    return new GraphQLError(`The server met an error. Its log has it under the id ${id}.`, {
      ...nodes,
      extensions: { code: 'INTERNAL_SERVER_ERROR', id },
    });
  };
}

/** Yoga attaches what a JSON parser said, which quotes the request. */
function withoutInternals(error: GraphQLError): GraphQLError {
  if (error.extensions.originalError !== undefined) delete error.extensions.originalError;
  return error;
}
