import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  auditedAct,
  type Caller,
  CURVE_FORMATS,
  type Database,
  exportCsv,
  exportJson,
  exportNotesCsv,
  exportTensorboard,
  hasRole,
  type ImportRequest,
  importRuns,
  isRefusal,
  LONGEST_KEY,
  METRIC_COLUMN,
  type MemberRole,
  MOST_BYTES,
  metricNamed,
  type Refusal,
  recordAudit,
  refusedAccess,
  type Selection,
  selectedRuns,
} from '@optiscope/schema';
import { GraphQLError } from 'graphql';
import { z } from 'zod';
import { everyoneIsOwner, type Identify } from '../accounts/identify.ts';
import { callerOf } from './caller.ts';
import { addressOf } from './client-address.ts';
import { isOwnOrigin } from './origin.ts';
import { OPERATIONS_PER_MINUTE, RateLimits } from './rate-limits.ts';
import { headersOf } from './request-headers.ts';

/** Files in and out: `GET /export/…` and `POST /import`. See docs/exchange.md. */
export interface Exchange {
  /** Answers a request for one of its paths; false when the path is not one. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<boolean>;
}

const IMPORT_PATH = '/import';
const EXPORT = /^\/export\/([^/]+?)(\.csv|\.json|\/tensorboard\.zip|\/annotations\.csv)$/;
const MOST_EXPERIMENTS = 50;
const MOST_RUNS = 300;

type Extension = '.csv' | '.json' | '/tensorboard.zip' | '/annotations.csv';

const TYPE: Readonly<Record<Extension, string>> = {
  '.csv': 'text/csv; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '/tensorboard.zip': 'application/zip',
  '/annotations.csv': 'text/csv; charset=utf-8',
};

/** How the name of a downloaded file ends. */
const ENDING: Readonly<Record<Extension, string>> = {
  '.csv': '.csv',
  '.json': '.json',
  '/tensorboard.zip': '.zip',
  '/annotations.csv': ' annotations.csv',
};

/** What cannot be done, with the status that says so. */
class HttpProblem extends Error {
  readonly status: number;
  readonly body: object;
  readonly headers: Readonly<Record<string, string>>;
  constructor(
    status: number,
    body: { readonly code: string; readonly message: string },
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(body.message);
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}

const REFUSED: Readonly<Record<string, number>> = { UNAUTHENTICATED: 401, FORBIDDEN: 403, RATE_LIMITED: 429 };

/** What GraphQL would have been told, with the status that says so. */
function refusedAs({ message, extensions }: GraphQLError): HttpProblem | null {
  const code = String(extensions.code);
  const status = REFUSED[code];
  const { retryAfterSeconds: seconds } = extensions;
  if (status === undefined) return null;
  return new HttpProblem(
    status,
    { code, message },
    typeof seconds === 'number' ? { 'retry-after': String(seconds) } : {},
  );
}

export function createExchange(
  db: Database,
  identify: Identify = everyoneIsOwner,
  limits = new RateLimits(OPERATIONS_PER_MINUTE),
): Exchange {
  const allowed = async (request: IncomingMessage, what: string, role: MemberRole): Promise<Caller> => {
    const caller = await callerOf(identify, limits, headersOf(request), addressOf(request));
    limits.countOperation(caller);
    if (hasRole(caller.viewer, role)) return caller;
    throw refusedAccess(caller.viewer, what, role);
  };
  const answer = async (url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (!isOwnOrigin(request.headers.origin, request.headers.host)) {
      throw new HttpProblem(403, { code: 'FORBIDDEN', message: 'Requests of other sites are refused.' });
    }
    if (url.pathname === IMPORT_PATH) {
      const caller = await allowed(request, 'Importing', 'EDITOR');
      limits.countMutation(caller);
      await receive(db, caller, url.searchParams, request, response);
    } else {
      await send(db, await allowed(request, 'Exporting', 'VIEWER'), url, request, response);
    }
  };
  return {
    handle: async (request, response) => {
      const url = URL.parse(request.url ?? '/', 'http://host');
      if (url === null || !(url.pathname === IMPORT_PATH || url.pathname.startsWith('/export/')))
        return false;
      try {
        await answer(url, request, response);
      } catch (error) {
        const problem = error instanceof GraphQLError ? refusedAs(error) : error;
        if (!(problem instanceof HttpProblem)) throw error;
        for (const [name, value] of Object.entries(problem.headers)) response.setHeader(name, value);
        tell(response, problem.status, problem.body);
      }
      return true;
    },
  };
}

async function send(
  db: Database,
  caller: Caller,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  allow(request, 'GET', 'HEAD');
  const [, ids, extension] = EXPORT.exec(url.pathname) ?? [];
  const nothing = new HttpProblem(404, {
    code: 'NOT_FOUND',
    message:
      'There is nothing at this address. Wanted: /export/<experiment>.csv, .json, /tensorboard.zip or /annotations.csv, of an experiment and runs that there are.',
  });
  if (ids === undefined || extension === undefined) throw nothing;
  const selection = selectionOf(ids, url.searchParams);
  const selected = await selectedRuns(db, selection);
  if (selected === null) throw nothing;
  const { experiments, runs } = selected;
  const [first] = experiments;
  if (request.method !== 'HEAD') {
    const asked = Object.fromEntries(url.searchParams);
    const about = { arguments: { path: url.pathname, ...asked }, aboutId: first?.id ?? null };
    await recordAudit(db, caller, { operation: 'export', ...about });
  }
  const name = experiments.length === 1 && first ? first.name : `${experiments.length} experiments`;
  response.writeHead(200, {
    'content-type': TYPE[extension as Extension],
    'content-disposition': disposition(name, ENDING[extension as Extension]),
    'cache-control': 'no-store',
  });
  if (request.method === 'HEAD') return void response.end();
  const pieces =
    extension === '.csv'
      ? exportCsv(db, runs, selection)
      : extension === '.json'
        ? exportJson(db, experiments, runs, selection)
        : extension === '/annotations.csv'
          ? exportNotesCsv(db, experiments)
          : exportTensorboard(db, runs, selection);
  try {
    await pipeline(Readable.from(pieces, { objectMode: true, highWaterMark: 2 }), response);
  } catch (error) {
    // Who stops a download is not told about it.
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
}

function selectionOf(ids: string, query: URLSearchParams): Selection {
  const list = (name: string): string[] | null => query.get(name)?.split(',').filter(Boolean) ?? null;
  const experimentIds = [...new Set(ids.split(',').filter(Boolean))];
  const runIds = list('runs');
  if (experimentIds.length > MOST_EXPERIMENTS || (runIds?.length ?? 0) > MOST_RUNS) {
    throw invalid(
      `At most ${MOST_EXPERIMENTS} experiments and ${MOST_RUNS} chosen runs are exported at once.`,
    );
  }
  const rows = query.get('rows') ?? 'epochs';
  if (rows !== 'epochs' && rows !== 'steps') throw invalid('The parameter rows must be epochs or steps.');
  const metrics = list('metrics')?.map((name) => {
    const metric = metricNamed(name);
    if (metric !== null) return metric;
    throw invalid(`There is no such metric; known are ${Object.values(METRIC_COLUMN).join(', ')}.`);
  });
  return { experimentIds, runIds, rows, metrics: metrics ? [...new Set(metrics)] : null };
}

/** RFC 6266 and 8187: the name in ASCII, and as it is. */
function disposition(name: string, extension: string): string {
  const plain = name.replace(/[^\w .-]+/g, '_').slice(0, 100);
  const exact = encodeURIComponent(name.slice(0, 100).toWellFormed()).replace(
    /['()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}${extension}"; filename*=UTF-8''${exact}${extension}`;
}

/** An empty parameter is one that is left out. */
const optional = z
  .string()
  .nullish()
  .transform((text) => (text ? text : null));

const ImportQuery = z.object({
  experimentId: optional,
  name: z.string().default(''),
  format: optional.pipe(z.enum(CURVE_FORMATS).nullable()),
  label: optional,
  optimizer: optional,
  learningRate: optional.transform((text) => (text === null ? null : Number(text))),
  idempotencyKey: optional.pipe(z.string().max(LONGEST_KEY).nullable()),
});

async function receive(
  db: Database,
  caller: Caller,
  query: URLSearchParams,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  allow(request, 'POST');
  // A form of another site can be sent without asking; this type cannot.
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/octet-stream') {
    throw new HttpProblem(415, {
      code: 'UNSUPPORTED_MEDIA_TYPE',
      message: 'The file must be sent as it is, with content-type: application/octet-stream.',
    });
  }
  const parsed = ImportQuery.safeParse(Object.fromEntries(query));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw invalid(`The parameter ${issue?.path.join('.')} is wrong: ${issue?.message}.`);
  }
  const { idempotencyKey, ...asked } = parsed.data;
  const given: ImportRequest = { ...asked, bytes: await bodyOf(request) };
  const { experimentId: aboutId } = asked;
  const answer = await auditedAct(
    { by: caller, database: () => db, operation: 'import', arguments: parsed.data, aboutId },
    (audited) => importRuns(audited(), given, idempotencyKey, caller.viewer?.memberId ?? null),
  );
  if (isRefusal(answer)) tell(response, STATUS[answer.refusal], answer);
  else tell(response, 201, answer);
}

const STATUS: Readonly<Record<Refusal['refusal'], number>> = {
  NotFound: 404,
  InvalidInput: 422,
  Conflict: 409,
};

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > MOST_BYTES) {
      throw new HttpProblem(413, {
        code: 'TOO_LARGE',
        message: `The file is too large; at most ${MOST_BYTES / 2 ** 20} MiB are read.`,
      });
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

function allow(request: IncomingMessage, ...methods: readonly string[]): void {
  if (methods.includes(request.method ?? '')) return;
  throw new HttpProblem(405, {
    code: 'METHOD',
    message: `This address takes ${methods.join(' and ')} only.`,
  });
}

function invalid(message: string): HttpProblem {
  return new HttpProblem(400, { code: 'INVALID_INPUT', message });
}

function tell(response: ServerResponse, status: number, body: object): void {
  // What is left of a request that was refused is not read.
  if (status === 413) response.setHeader('connection', 'close');
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(`${JSON.stringify(body)}\n`);
}
