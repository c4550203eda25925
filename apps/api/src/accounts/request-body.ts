import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';

const MOST_BYTES = 16 * 1024;

/** What cannot be done, with the status and the answer that say so. */
export class AccountProblem extends Error {
  readonly status: number;
  readonly code: string;
  /** After how many seconds to try again. */
  readonly retryAfter: number | null;
  constructor(status: number, code: string, message: string, retryAfter: number | null = null) {
    super(message);
    this.status = status;
    this.code = code;
    this.retryAfter = retryAfter;
  }
}

/** The JSON of a request, as text. A form can be posted by any page without asking; JSON cannot. */
export async function jsonText(request: IncomingMessage): Promise<string> {
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') {
    throw new AccountProblem(
      415,
      'UNSUPPORTED_MEDIA_TYPE',
      'The body must be JSON, with content-type: application/json.',
    );
  }
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > MOST_BYTES)
      throw new AccountProblem(413, 'TOO_LARGE', `The body has more than ${MOST_BYTES} bytes.`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

/** The value of a JSON text of this shape. What was sent is not repeated: it may hold a password. */
export function parsed<T>(shape: z.ZodType<T>, text: string): T {
  const wrong = (what: string) => new AccountProblem(400, 'INVALID_INPUT', what);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw wrong('The body is no JSON.');
  }
  const read = shape.safeParse(value);
  if (read.success) return read.data;
  const fields = [...new Set(read.error.issues.map((issue) => issue.path.join('.') || 'the body'))];
  throw wrong(`Missing or wrong: ${fields.join(', ')}.`);
}
