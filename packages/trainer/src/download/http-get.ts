import http, { type IncomingHttpHeaders } from 'node:http';
import https from 'node:https';
import { isIP } from 'node:net';
import { HttpBody } from './http-body.ts';
import { isPublicAddress, lookupPublic, notPublic } from './public-address.ts';

const MOST_REDIRECTS = 5;
/** Silence for this long ends a connection. */
const IDLE_MILLISECONDS = 30_000;

export interface HttpAnswer {
  readonly status: number;
  /** What the server calls the status. */
  readonly reason: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: HttpBody;
}

/**
 * A GET request whose body is the file as it is stored: `fetch` would unpack a `.tgz` that a server labels with
 * `Content-Encoding: x-gzip`, and then neither its size nor its checksum would be the file's.
 *
 * Follows redirects, but never from https to http, and never to this machine or its network: whoever answers for the
 * address shall not make this machine ask others that only it can reach. An address of this machine, which only the
 * program itself can ask for, may redirect to itself. Rejects with the connection's error; a server that falls silent
 * destroys the connection.
 */
export async function httpGet(
  address: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal | undefined,
  idleMilliseconds: number = IDLE_MILLISECONDS,
): Promise<HttpAnswer> {
  let url = new URL(address);
  const own = isOfThisMachine(url) ? url.hostname : null;
  for (let redirects = 0; ; redirects++) {
    const answer = await request(url, own, headers, signal, idleMilliseconds);
    const { location } = answer.headers;
    if (![301, 302, 303, 307, 308].includes(answer.status) || location === undefined) return answer;
    answer.body.destroy();
    const next = new URL(location, url);
    const isWorse = next.protocol !== 'https:' && next.protocol !== url.protocol;
    if (redirects === MOST_REDIRECTS || isWorse) {
      throw new Error(
        isWorse
          ? `${url.host} redirects to ${next.protocol}//`
          : `${url.host} redirects more than ${MOST_REDIRECTS} times`,
      );
    }
    url = next;
  }
}

function request(
  url: URL,
  own: string | null,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal | undefined,
  idleMilliseconds: number,
): Promise<HttpAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>();
  const { get, globalAgent } = url.protocol === 'https:' ? https : http;
  const literal = url.hostname.replace(/^\[|\]$/g, '');
  const isOwn = own === url.hostname;
  if (!isOwn && isIP(literal) !== 0 && !isPublicAddress(literal)) {
    reject(notPublic(literal, literal));
    return promise;
  }
  // Through a proxy it is the proxy that looks the name up, and its own address may well be an inner one.
  const isChecked = !isOwn && !usesProxy(globalAgent);
  const asked = get(url, {
    ...(isChecked && { lookup: lookupPublic }),
    headers: { 'user-agent': 'optiscope', accept: '*/*', 'accept-encoding': 'identity', ...headers },
    ...(signal ? { signal } : {}),
  });
  asked.setTimeout(idleMilliseconds, () =>
    asked.destroy(new Error(`the server was silent for ${idleMilliseconds / 1000} s`)),
  );
  asked.once('response', (response) => {
    const { statusCode: status = 0, statusMessage: reason = '' } = response;
    resolve({ status, reason, headers: response.headers, body: new HttpBody(response) });
  });
  asked.once('error', reject);
  return promise;
}

function isOfThisMachine({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/** Whether Node was told to use the proxies of its environment (NODE_USE_ENV_PROXY). */
function usesProxy(agent: object): boolean {
  if (!('options' in agent) || typeof agent.options !== 'object' || agent.options === null) return false;
  return 'proxyEnv' in agent.options && agent.options.proxyEnv != null;
}
