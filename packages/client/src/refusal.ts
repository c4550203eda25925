import type { RefusalCode } from './generated/operations.ts';

/** What every refusal has, in every union of answers. */
export interface AnyRefusal {
  readonly code: RefusalCode;
  /** What was got, what was wanted, how to mend it. */
  readonly message: string;
  /** What is wrong with which field, where the input is. */
  readonly problems?: ReadonlyArray<{ readonly field: string; readonly message: string }>;
}

/** Whether an answer says that nothing was done, and why. */
export function isRefusal<Answer extends object>(answer: Answer): answer is Extract<Answer, AnyRefusal> {
  return 'code' in answer && 'message' in answer && typeof answer.code === 'string';
}

/** The server did nothing and said why. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly code: RefusalCode;
  readonly problems: NonNullable<AnyRefusal['problems']>;

  constructor({ code, message, problems = [] }: AnyRefusal) {
    super(message);
    this.code = code;
    this.problems = problems;
  }
}

/** The answer, when it is no refusal. Throws `RefusedError` when it is one. */
export function accepted<Answer extends object>(answer: Answer): Exclude<Answer, AnyRefusal> {
  if (isRefusal(answer)) throw new RefusedError(answer);
  // The compiler does not see that what is not extracted is what is left.
  return answer as Exclude<Answer, AnyRefusal>;
}
