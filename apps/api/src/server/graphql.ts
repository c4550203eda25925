import type { IncomingMessage } from 'node:http';
import { type Caller, type Context, operationContext, type Service, schema } from '@optiscope/schema';
import { GraphQLError, parse } from 'graphql';
import { createYoga, type Plugin, type YogaServerInstance } from 'graphql-yoga';
import { everyoneIsOwner, type Identify } from '../accounts/identify.ts';
import type { Log } from '../log.ts';
import { operationSpans } from '../tracing/operation-spans.ts';
import { callerOf, NOBODY } from './caller.ts';
import { addressOf } from './client-address.ts';
import { createMaskError } from './mask-error.ts';
import { LIMITS, operationLimits } from './operation-limits.ts';
import { isOwnOrigin } from './origin.ts';
import { OPERATIONS_PER_MINUTE, RateLimits } from './rate-limits.ts';
import { RevokedAccess } from './revoked-access.ts';
import { sharedLoading } from './shared-loading.ts';
import { nothingForStrangers } from './strangers.ts';
import { textProblem } from './text-limits.ts';

/** Sixty contenders with all their hyper-parameters are some 30 kB. */
const MOST_BODY_BYTES = 256 * 1024;

export const GRAPHQL_PATH = '/graphql';

/** What comes with an operation: over HTTP the request, over WebSocket who the connection's request came from. */
export interface OperationOrigin {
  readonly req?: IncomingMessage;
  readonly caller?: Caller;
}

export type GraphqlServer = YogaServerInstance<OperationOrigin, Context>;

/** GraphQL over HTTP: queries and mutations by POST, queries by GET, subscriptions as Server-Sent Events. */
export function createGraphql(
  service: Service,
  log: Log,
  identify: Identify = everyoneIsOwner,
  limits = new RateLimits(OPERATIONS_PER_MINUTE),
  revoked = new RevokedAccess(),
): GraphqlServer {
  const maskError = createMaskError(log);
  /** Says who asks before anything else is done, and counts it. Over WebSocket that has been done. */
  const asked: Plugin<Context, OperationOrigin> = {
    async onParams({ request, context }) {
      if (context.caller !== undefined) return;
      const caller = await callerOf(identify, limits, request.headers, context.req && addressOf(context.req));
      Object.assign(context, { caller } satisfies OperationOrigin);
      limits.countOperation(caller);
    },
  };
  return createYoga<OperationOrigin, Context>({
    schema,
    context: ({ caller }) => operationContext(service, caller ?? NOBODY),
    graphqlEndpoint: GRAPHQL_PATH,
    // Its page would run scripts from a public CDN with this server's rights.
    graphiql: false,
    landingPage: false,
    cors: false,
    multipart: false,
    batching: false,
    maxRequestBodySize: MOST_BODY_BYTES,
    maskedErrors: { maskError },
    plugins: [
      ownPagesOnly,
      jsonOnly,
      jsonInQuery,
      badBodies,
      asked,
      limitedOperations,
      nothingForStrangers,
      sharedLoading(),
      revoked.plugin,
      operationSpans,
    ],
    logging: {
      debug: (...told) => log.debug(told.map(String).join(' ')),
      info: (...told) => log.debug(told.map(String).join(' ')),
      warn: (...told) => log.warn(told.map(String).join(' ')),
      // Masking has logged it, with its id.
      error: () => undefined,
    },
  });
}

const ownPagesOnly: Plugin = {
  onRequest({ request, endResponse, fetchAPI }) {
    const origin = request.headers.get('origin') ?? undefined;
    if (isOwnOrigin(origin, request.headers.get('host') ?? new URL(request.url).host)) return;
    endResponse(new fetchAPI.Response('Requests of other sites are refused.\n', { status: 403 }));
  },
};

/** A form can be posted by any page without asking; JSON cannot. */
const jsonOnly: Plugin = {
  onRequest({ request, endResponse, fetchAPI }) {
    if (request.method !== 'POST') return;
    const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
    if (type === 'application/json') return;
    endResponse(
      new fetchAPI.Response('The body must be JSON, with content-type: application/json.\n', { status: 415 }),
    );
  },
};

/** Yoga takes variables that are no JSON for a fault of the server. */
const jsonInQuery: Plugin = {
  onRequest({ request, url, endResponse, fetchAPI }) {
    if (request.method !== 'GET') return;
    for (const name of ['variables', 'extensions']) {
      const text = url.searchParams.get(name);
      if (text === null || text === '' || isJson(text)) continue;
      endResponse(new fetchAPI.Response(`The parameter ${name} must be JSON.\n`, { status: 400 }));
    }
  },
};

/** A body that is no JSON is answered with 400, whatever the client accepts. Yoga does so for one type of answer only. */
const badBodies: Plugin = {
  onRequestParse({ requestParser, setRequestParser }) {
    if (requestParser === undefined) return;
    setRequestParser(async (request) => {
      try {
        return await requestParser(request);
      } catch (error) {
        if (!(error instanceof GraphQLError)) throw error;
        const { http, ...rest } = error.extensions;
        const status = typeof http === 'object' && http !== null && 'status' in http ? http.status : 400;
        throw new GraphQLError(error.message, { extensions: { ...rest, http: { status } } });
      }
    });
  },
};

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const limitedOperations: Plugin = {
  onParams({ params }) {
    const problem = textProblem(params.query);
    if (problem !== null) throw problem;
  },
  onParse({ setParseFn }) {
    setParseFn((source, options) => parse(source, { ...options, maxTokens: LIMITS.tokens }));
  },
  onValidate({ addValidationRule }) {
    addValidationRule(operationLimits);
  },
};
