'use client';

import { signInPath } from './back-path.ts';

/** The code of an answer to someone who is signed in no more. */
export const SIGNED_OUT = 'UNAUTHENTICATED';

/** Opens the sign-in page, from which one comes back here. */
export function leaveForSignIn(): void {
  const { pathname, search } = window.location;
  if (pathname === '/sign-in') return;
  window.location.assign(signInPath(`${pathname}${search}`));
}
