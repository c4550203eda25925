import type { InputProblem } from './refusal.ts';

export const LONGEST_BODY = 10_000;

/** A note's text as it is kept: lines end in LF, nothing but it at the end. */
export function bodyOf(given: string): string {
  return given.replace(/\r\n?/g, '\n').normalize('NFC').trimEnd();
}

/** What is wrong with a text as a note, or nothing. */
export function problemsOfBody(body: string): InputProblem[] {
  const field = 'body';
  if (body.trim() === '') return [{ field, message: 'The text is empty; write what is to be noted.' }];
  if (body.length > LONGEST_BODY) {
    const message = `The text has ${body.length} characters; at most ${LONGEST_BODY} are kept. Shorten it, or go on in a comment.`;
    return [{ field, message }];
  }
  const control = /[\p{Cc}\p{Cs}]/u.exec(body.replace(/[\n\t]/g, ''))?.[0];
  if (control === undefined) return [];
  const code = control.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
  return [
    {
      field,
      message: `The text has the control character U+${code}; take it out. Line ends and tabs may stay.`,
    },
  ];
}
