/** One thing that is wrong with an input. */
export interface InputProblem {
  /** Path of the field, such as `contenders.2.learningRate`. */
  readonly field: string;
  /** What was got, what was wanted, how to mend it. */
  readonly message: string;
}

/** States that do not allow what was asked for. */
export const CONFLICTS = [
  'RUN_ENDED',
  'RUN_IMPORTED',
  'EXPERIMENT_ENDED',
  'EXPERIMENT_UNDER_WAY',
  'EXPERIMENT_DELETED',
  'SCHEDULE_SPANS_RUN',
  'KEY_USED_OTHERWISE',
  'LAST_ADMIN',
  'EMAIL_TAKEN',
  'INVITATION_ENDED',
  'NO_ACCOUNTS',
  'TOO_MANY_TOKENS',
  'NOTE_DELETED',
  'NOT_AUTHOR',
  'TOO_MANY_NOTES',
] as const;
export type ConflictCode = (typeof CONFLICTS)[number];

/** Why nothing was done. Not an error: whoever asked can do something about it. */
export type Refusal =
  | { readonly refusal: 'NotFound'; readonly code: 'NOT_FOUND'; readonly message: string }
  | {
      readonly refusal: 'InvalidInput';
      readonly code: 'INVALID_INPUT';
      readonly message: string;
      readonly problems: readonly InputProblem[];
    }
  | { readonly refusal: 'Conflict'; readonly code: ConflictCode; readonly message: string };

/** What can be asked for by its id and not be there. */
export type Thing =
  | 'experiment'
  | 'run'
  | 'member'
  | 'invitation'
  | 'session'
  | 'token'
  | 'annotation'
  | 'comment'
  | 'worker';

export function notFound(what: Thing, id: string): Extract<Refusal, { refusal: 'NotFound' }> {
  return { refusal: 'NotFound', code: 'NOT_FOUND', message: `There is no ${what} ${id}.` };
}

/** All that is wrong with an input, at once. */
export function invalidInput(
  problems: readonly InputProblem[],
): Extract<Refusal, { refusal: 'InvalidInput' }> {
  const message = problems.map((problem) => problem.message).join(' ');
  return { refusal: 'InvalidInput', code: 'INVALID_INPUT', message, problems };
}

/** The message says which state it is and what would help. */
export function conflict(code: ConflictCode, message: string): Extract<Refusal, { refusal: 'Conflict' }> {
  return { refusal: 'Conflict', code, message };
}

export function isRefusal(value: object): value is Refusal {
  return 'refusal' in value;
}
