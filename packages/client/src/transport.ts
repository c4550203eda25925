import { dataOf, isTemporary, streamedData, unavailable } from './answer.ts';
import { ConnectionError, RequestError } from './errors.ts';
import type { Operation } from './operation.ts';
import { serverSentEvents } from './server-sent-events.ts';

export interface TransportOptions {
  /** Where the server is, such as `http://localhost:3000`. In a page of the server's own it may be left out. */
  readonly url?: string | URL;
  /** An API token, or what gives one each time that it is needed. */
  readonly token?: string | (() => string | Promise<string>);
  /** In place of the platform's `fetch`. */
  readonly fetch?: typeof fetch;
}

export interface Transport {
  /** A query or mutation, sent once. */
  once<Data>(operation: Operation<Data, never>, variables: unknown, signal?: AbortSignal): Promise<Data>;
  /** A subscription over one connection, as Server-Sent Events. */
  stream<Data>(
    operation: Operation<Data, never>,
    variables: unknown,
    signal?: AbortSignal,
  ): AsyncGenerator<Data, void, undefined>;
}

/** The server tells a stream every 12 seconds that it is there; one that is silent for so long is not. */
const SILENT_MILLISECONDS = 30_000;

export function createTransport({ url, token, fetch: send = fetch }: TransportOptions): Transport {
  const endpoint = endpointOf(url);

  const post = async (
    operation: Operation<unknown, never>,
    variables: unknown,
    accept: string,
    signal?: AbortSignal,
  ): Promise<Response> => {
    const query = operation.toString();
    if (query.startsWith('[object')) {
      throw new TypeError(
        'The operation is a syntax tree; wanted its text. Generate it with documentMode: "string", or use operation(…).',
      );
    }
    const bearer = typeof token === 'function' ? await token() : token;
    const response = await send(endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept,
        ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
      },
      body: JSON.stringify({ query, variables }),
      ...(signal === undefined ? {} : { signal }),
    }).catch((error: unknown) => {
      throw signal?.aborted
        ? signal.reason
        : new ConnectionError(`${endpoint} cannot be reached.`, { cause: error });
    });
    if (isTemporary(response.status)) throw await unavailable(response);
    return response;
  };

  return {
    once: async (operation, variables, signal) => {
      const accept = 'application/graphql-response+json, application/json';
      const response = await post(operation, variables, accept, signal);
      const text = await response.text().catch((error: unknown) => {
        const broke = new ConnectionError('The answer broke off.', { status: response.status, cause: error });
        throw signal?.aborted ? signal.reason : broke;
      });
      return dataOf(text, response.status);
    },

    stream: async function* <Data>(
      operation: Operation<Data, never>,
      variables: unknown,
      signal?: AbortSignal,
    ): AsyncGenerator<Data, void, undefined> {
      signal?.throwIfAborted();
      const controller = new AbortController();
      const stop = (): void => controller.abort(signal?.reason);
      signal?.addEventListener('abort', stop, { once: true });
      let silence: ReturnType<typeof setTimeout> | undefined;
      const heard = (): void => {
        clearTimeout(silence);
        const seconds = SILENT_MILLISECONDS / 1_000;
        const end = (): void => controller.abort(new ConnectionError(`Nothing was heard for ${seconds} s.`));
        silence = setTimeout(end, SILENT_MILLISECONDS);
      };
      try {
        heard();
        const response = await post(operation, variables, 'text/event-stream', controller.signal);
        if (!response.body || !response.headers.get('content-type')?.startsWith('text/event-stream')) {
          dataOf(await response.text(), response.status);
          throw new RequestError(
            'The operation was answered at once; wanted a subscription.',
            response.status,
          );
        }
        const events = serverSentEvents(response.body, heard);
        for (;;) {
          const next = await events.next().catch((error: unknown) => {
            if (controller.signal.aborted) throw controller.signal.reason;
            throw new ConnectionError('The stream broke off.', { cause: error });
          });
          if (next.done) throw new ConnectionError('The stream ended before it was complete.');
          if (next.value.event === 'complete') return;
          if (next.value.event !== 'next') continue;
          clearTimeout(silence); // the reader may take its time
          yield streamedData<Data>(next.value.data);
          heard();
        }
      } finally {
        clearTimeout(silence);
        signal?.removeEventListener('abort', stop);
        controller.abort(); // whoever leaves early takes the connection along
      }
    },
  };
}

function endpointOf(url: string | URL | undefined): string {
  if (url === undefined) return '/graphql';
  const base = new URL(url);
  if (base.protocol !== 'http:' && base.protocol !== 'https:') {
    throw new TypeError(`The server's address is ${base}; wanted one that begins with http:// or https://.`);
  }
  return new URL('graphql', base.href.endsWith('/') ? base : `${base.href}/`).href;
}
