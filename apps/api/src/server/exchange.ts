import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  CURVE_FORMATS,
  type Database,
  exportCsv,
  exportJson,
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
  refusedAccess,
  type Selection,
  selectedRuns,
  type Viewer,
} from '@optiscope/schema';
import { z } from 'zod';
import { everyoneIsOwner, type Identify } from '../accounts/identify.ts';
import { isOwnOrigin } from './origin.ts';
import { headersOf } from './request-headers.ts';

/** Files in and out: `GET /export/…` and `POST /import`. See docs/exchange.md. */
export interface Exchange {
  /** Answers a request for one of its paths; false when the path is not one. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<boolean>;
}

const IMPORT_PATH = '/import';
const EXPORT = /^\/export\/([^/]+?)(\.csv|\.json|\/tensorboard\.zip)$/;
const MOST_EXPERIMENTS = 50;
const MOST_RUNS = 300;

type Extension = '.csv' | '.json' | '/tensorboard.zip';

const TYPE: Readonly<Record<Extension, string>> = {
  '.csv': 'text/csv; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '/tensorboard.zip': 'application/zip',
};

/** What cannot be done, with the status that says so. */
class HttpProblem extends Error {
  readonly status: number;
  readonly body: object;
  constructor(status: number, body: { readonly code: string; readonly message: string }) {
    super(body.message);
    this.status = status;
    this.body = body;
  }
}

export function createExchange(db: Database, identify: Identify = everyoneIsOwner): Exchange {
  const viewerOf = async (
    request: IncomingMessage,
    what: string,
    role: MemberRole,
  ): Promise<Viewer | null> => {
    const viewer = await identify(headersOf(request));
    if (hasRole(viewer, role)) return viewer;
    const { message, extensions } = refusedAccess(viewer, what, role);
    throw new HttpProblem(viewer === null ? 401 : 403, { code: String(extensions.code), message });
  };
  const answer = async (url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (!isOwnOrigin(request.headers.origin, request.headers.host)) {
      throw new HttpProblem(403, { code: 'FORBIDDEN', message: 'Requests of other sites are refused.' });
    }
    if (url.pathname === IMPORT_PATH) {
      const viewer = await viewerOf(request, 'Importing', 'EDITOR');
      await receive(db, viewer, url.searchParams, request, response);
    } else {
      await viewerOf(request, 'Exporting', 'VIEWER');
      await send(db, url, request, response);
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
        if (!(error instanceof HttpProblem)) throw error;
        tell(response, error.status, error.body);
      }
      return true;
    },
  };
}

async function send(db: Database, url: URL, request: IncomingMessage, response: ServerResponse) {
  allow(request, 'GET', 'HEAD');
  const [, ids, extension] = EXPORT.exec(url.pathname) ?? [];
  const nothing = new HttpProblem(404, {
    code: 'NOT_FOUND',
    message:
      'There is nothing at this address. Wanted: /export/<experiment>.csv, .json or /tensorboard.zip, of an experiment and runs that there are.',
  });
  if (ids === undefined || extension === undefined) throw nothing;
  const selection = selectionOf(ids, url.searchParams);
  const selected = await selectedRuns(db, selection);
  if (selected === null) throw nothing;
  const { experiments, runs } = selected;
  const [first] = experiments;
  const name = experiments.length === 1 && first ? first.name : `${experiments.length} experiments`;
  response.writeHead(200, {
    'content-type': TYPE[extension as Extension],
    'content-disposition': disposition(name, extension === '/tensorboard.zip' ? '.zip' : extension),
    'cache-control': 'no-store',
  });
  if (request.method === 'HEAD') return void response.end();
  const pieces =
    extension === '.csv'
      ? exportCsv(db, runs, selection)
      : extension === '.json'
        ? exportJson(db, experiments, runs, selection)
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
  viewer: Viewer | null,
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
  const answer = await importRuns(db, given, idempotencyKey, viewer?.memberId ?? null);
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
