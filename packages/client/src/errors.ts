/** One of the errors of an answer, as GraphQL has them. */
export interface AnswerError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: { readonly code?: string; readonly id?: string };
}

/** The server could not be reached, or cannot answer now. Nothing is wrong with the request: it can be sent again. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
  /** How the server answered; null when nothing arrived. */
  readonly status: number | null;
  /** After how long the server wants to be asked again; null where it did not say. */
  readonly retryAfterSeconds: number | null;

  constructor(
    message: string,
    told: {
      readonly status?: number;
      readonly retryAfterSeconds?: number | null;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, { cause: told.cause });
    this.status = told.status ?? null;
    this.retryAfterSeconds = told.retryAfterSeconds ?? null;
  }
}

/** The server answered that the request cannot be served; sent again, it would be answered the same. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  readonly status: number;
  /** Empty where the answer was no GraphQL. */
  readonly errors: readonly AnswerError[];

  constructor(message: string, status: number, errors: readonly AnswerError[] = []) {
    super(message);
    this.status = status;
    this.errors = errors;
  }

  /** Of the first error, such as `NOT_FOUND`. */
  get code(): string | null {
    return this.errors[0]?.extensions?.code ?? null;
  }

  /** Of a fault of the server: its log has the cause under this id. */
  get id(): string | null {
    return this.errors.find(({ extensions }) => extensions?.id !== undefined)?.extensions?.id ?? null;
  }
}
