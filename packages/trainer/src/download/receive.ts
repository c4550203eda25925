import type { Download, DownloadOptions } from './download.ts';
import { BrokenBodyError, type HttpBody } from './http-body.ts';
import { type HttpAnswer, httpGet } from './http-get.ts';
import type { PartialFile } from './partial-file.ts';

/** The connection failed in a way that may pass; what has arrived is kept. */
export class PassingError extends Error {
  override readonly name = 'PassingError';
  /** How much of the file is there by now. */
  readonly size: number;
  constructor(message: string, size: number, options?: ErrorOptions) {
    super(message, options);
    this.size = size;
  }
}

/** What the server gives is not the file that is wanted. */
export class WrongFileError extends Error {
  override readonly name = 'WrongFileError';
  /** Whether what has arrived is worth nothing. */
  readonly spoilt: boolean;
  constructor(message: string, spoilt: boolean) {
    super(message);
    this.spoilt = spoilt;
  }
}

/** Without these nothing can come of repeating at once: there is no network, or no such server. */
const HOPELESS = new Map([
  ['ENOTFOUND', 'the host was not found; is there a network?'],
  ['ECONNREFUSED', 'the host refuses the connection'],
  ['ENETUNREACH', 'the network cannot be reached'],
  ['EHOSTUNREACH', 'the host cannot be reached'],
]);

/**
 * Brings the partial file to its full length over one connection, from where it stands (RFC 9110: `Range`, with
 * `If-Range` so that a file that changed is sent whole). Throws a PassingError, a WrongFileError, or another error
 * that ends the download.
 */
export async function receive(
  request: Download,
  partial: PartialFile,
  { signal, onProgress, idleMilliseconds }: DownloadOptions,
): Promise<void> {
  const { url, bytes, md5, maxBytes } = request;
  const before = await partial.state(url);
  const from = resumable(before, md5 !== undefined) ? before!.size : 0;
  if (from > 0 && from === (before!.origin.total ?? bytes)) return;
  const validator = before?.origin.validator;
  const response = await connect(
    url,
    from === 0 ? {} : { range: `bytes=${from}-`, ...(validator ? { 'if-range': validator } : {}) },
    signal,
    idleMilliseconds,
  );
  try {
    const { start, total } = await interpret(response, from, partial);
    const limit = total ?? bytes ?? maxBytes;
    if (bytes !== undefined && limit !== bytes) {
      throw new WrongFileError(`the server offers ${limit} bytes where ${bytes} were wanted`, false);
    }
    if (limit > maxBytes) {
      throw new WrongFileError(`the server offers ${limit} bytes; at most ${maxBytes} are taken`, false);
    }
    // A partial answer need not repeat what the whole one said.
    const known = start > 0 ? before?.origin : undefined;
    const origin = {
      url,
      validator: validatorOf(response) ?? known?.validator ?? null,
      total,
      md5: md5Of(response) ?? known?.md5 ?? null,
    };
    const size = await append(response, partial, origin, start, limit, (done) => onProgress?.(done, total));
    if (total !== null && size < total) {
      throw new PassingError(`the connection ended after ${size} of ${total} bytes`, size);
    }
  } finally {
    response.body.destroy();
  }
}

/** Without a validator only a checksum can tell whether the pieces belong together. */
function resumable(before: Awaited<ReturnType<PartialFile['state']>>, hasChecksum: boolean): boolean {
  return before !== null && (before.origin.validator !== null || hasChecksum);
}

async function connect(
  url: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal | undefined,
  idleMilliseconds: number | undefined,
): Promise<HttpAnswer> {
  try {
    return await httpGet(url, headers, signal, idleMilliseconds);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const hopeless = HOPELESS.get(code);
    if (hopeless !== undefined) throw new Error(`${hopeless} (${code})`, { cause: error });
    if (code === 'ENOTPUBLIC' || /redirects/.test(String(error))) throw error;
    throw new PassingError(error instanceof Error ? error.message : String(error), 0, { cause: error });
  }
}

/** Where the body begins in the file, and how long the file is. */
async function interpret(
  response: HttpAnswer,
  from: number,
  partial: PartialFile,
): Promise<{ start: number; total: number | null }> {
  const { status, headers } = response;
  if (status < 300 && headers['content-type']?.startsWith('text/html')) {
    throw new WrongFileError(
      'the server answers with a web page (does the network ask for a sign-in?)',
      false,
    );
  }
  if (status === 200) {
    const length = Number(headers['content-length']);
    return { start: 0, total: headers['content-length'] !== undefined && length >= 0 ? length : null };
  }
  const [, start, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers['content-range'] ?? '') ?? [];
  if (status === 206 && Number(start) === from) {
    return { start: from, total: total === '*' ? null : Number(total) };
  }
  if (status === 206 || status === 416) {
    await partial.remove();
    throw new PassingError(`the server cannot go on at byte ${from} (status ${status})`, 0);
  }
  const what = `the server answers with status ${status} ${response.reason}`.trim();
  if (status === 408 || status === 429 || status >= 500) throw new PassingError(what, 0);
  throw new Error(what);
}

/** Writes the body behind what is there; resolves with the file's length. */
async function append(
  response: HttpAnswer,
  partial: PartialFile,
  origin: Parameters<PartialFile['open']>[0],
  start: number,
  limit: number,
  onProgress: (done: number) => void,
): Promise<number> {
  const file = await partial.open(origin, start);
  let size = start;
  try {
    onProgress(size);
    for await (const chunk of chunksOf(response.body, () => size)) {
      if (size + chunk.length > limit) {
        throw new WrongFileError(`the server sends more than the ${limit} bytes that were expected`, true);
      }
      for (let at = 0; at < chunk.length; ) at += (await file.write(chunk, at)).bytesWritten;
      size += chunk.length;
      onProgress(size);
    }
    return size;
  } finally {
    // Also of a connection that broke: what a later one goes on from must outlast a power cut.
    await file.sync().finally(() => file.close());
  }
}

/** The body's chunks; a connection that breaks becomes a PassingError, a disk that fails does not. */
async function* chunksOf(body: HttpBody, size: () => number): AsyncGenerator<Buffer> {
  try {
    yield* body;
  } catch (error) {
    if (!(error instanceof BrokenBodyError)) throw error;
    throw new PassingError(error.message, size(), { cause: error });
  }
}

/** A weak ETag does not promise equal bytes, so it is of no use for going on. */
function validatorOf({ headers }: HttpAnswer): string | null {
  const { etag } = headers;
  if (etag?.startsWith('"')) return etag;
  return headers['last-modified'] ?? null;
}

/**
 * The whole file's MD5 in hex, where a header says it: `x-goog-hash` of Google Cloud Storage (base64, beside a CRC-32C),
 * or `content-md5` of others (RFC 1864); the latter of a part is the part's, and is not taken.
 */
function md5Of({ status, headers }: HttpAnswer): string | null {
  const google = [headers['x-goog-hash']].flat().join();
  const base64 = /(?:^|[, ])md5=([A-Za-z0-9+/]{22}==)/.exec(google)?.[1];
  const general = status === 200 ? headers['content-md5'] : undefined;
  const found = base64 ?? (typeof general === 'string' ? general : undefined);
  return found === undefined ? null : Buffer.from(found, 'base64').toString('hex');
}
