import { type AnswerError, ConnectionError, RequestError } from './errors.ts';

interface Answer<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly AnswerError[];
}

/** Faults that lie with the server: another try may find them gone. */
const PASSING = ['DATABASE_AWAY', 'INTERNAL_SERVER_ERROR'];

/** The data of an answer's text. Throws `RequestError` when there are errors in it, or when it is no answer. */
export function dataOf<Data>(text: string, status: number): Data {
  const { data, errors = [] } = parsed<Data>(text, status);
  if (errors.length === 0 && data != null) return data;
  const message = errors.map((error) => error.message).join('\n') || 'The answer has no data.';
  throw new RequestError(message, status, errors);
}

/** The data of one message of a stream. A fault of the server's own breaks the stream, as a cut connection does. */
export function streamedData<Data>(text: string): Data {
  try {
    return dataOf(text, 200);
  } catch (error) {
    if (!(error instanceof RequestError) || !PASSING.includes(error.code ?? '')) throw error;
    throw new ConnectionError(error.message, { cause: error });
  }
}

/** Too many requests; or the server, or what stands before it, cannot answer now. */
export function isTemporary(status: number): boolean {
  return status === 429 || status === 502 || status === 503 || status === 504;
}

/** What such an answer says. */
export async function unavailable(response: Response): Promise<ConnectionError> {
  const text = await response.text().catch(() => '');
  const after = Number(response.headers.get('retry-after') ?? Number.NaN);
  let told = text.trim();
  try {
    told = parsed(text, response.status).errors?.[0]?.message ?? told;
  } catch {
    // a sentence and no JSON
  }
  return new ConnectionError(told || `The server answered with status ${response.status}.`, {
    status: response.status,
    retryAfterSeconds: Number.isFinite(after) ? after : null,
  });
}

function parsed<Data>(text: string, status: number): Answer<Data> {
  try {
    const answer: unknown = JSON.parse(text);
    if (typeof answer === 'object' && answer !== null) return answer;
  } catch {
    // told below
  }
  throw new RequestError(
    text.trim() || `The server answered with status ${status} and nothing else.`,
    status,
  );
}
