/** Where to go after signing in: a page of this server that an address names, or the first page. */
export function backPath(given: string | string[] | undefined | null): string {
  if (typeof given !== 'string') return '/';
  // What starts with two slashes, or a slash and a backslash, names another host.
  return /^\/(?![/\\])/.test(given) && !/[\p{Cc}\\]/u.test(given) ? given : '/';
}

/** The sign-in page's address, from which one comes back to this page. */
export function signInPath(from: string): string {
  return from === '/' ? '/sign-in' : `/sign-in?back=${encodeURIComponent(from)}`;
}
