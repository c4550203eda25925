'use client';

/** What the account's addresses of the service answer. */
export type AccountAnswer =
  | { readonly ok: true; readonly data: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly code: string; readonly message: string };

const NO_ANSWER = 'The service did not answer. Try again in a moment.';

/** Sends something to one of them, such as `/sign-in/email`. */
export async function sendAccount(path: string, body: object): Promise<AccountAnswer> {
  try {
    const response = await fetch(`/auth${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const data: unknown = await response.json();
    if (typeof data !== 'object' || data === null)
      return { ok: false, code: 'NO_ANSWER', message: NO_ANSWER };
    if (response.ok) return { ok: true, data: { ...data } };
    const message = 'message' in data ? String(data.message) : NO_ANSWER;
    return { ok: false, code: 'code' in data ? String(data.code) : 'NO_ANSWER', message };
  } catch {
    return { ok: false, code: 'NO_ANSWER', message: NO_ANSWER };
  }
}
