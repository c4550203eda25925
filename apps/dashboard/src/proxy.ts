import { type NextRequest, NextResponse } from 'next/server';
import { PATH_HEADER } from './page-path.ts';

/**
 * Gives every page a content security policy of its own: only scripts that the page itself was rendered with
 * may run, whatever text a name, a label or a path brings into it. Next puts the nonce onto its scripts.
 */
export function proxy(request: NextRequest): NextResponse {
  const nonce = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64');
  const policy = contentSecurityPolicy(
    nonce,
    request.headers.get('host'),
    process.env.NODE_ENV !== 'production',
  );
  const headers = new Headers(request.headers);
  headers.set('content-security-policy', policy);
  headers.set(PATH_HEADER, `${request.nextUrl.pathname}${request.nextUrl.search}`);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set('content-security-policy', policy);
  return response;
}

function contentSecurityPolicy(nonce: string, host: string | null, development: boolean): string {
  // Not every browser takes 'self' to include the WebSocket of the same host.
  const sockets = host && /^[\w.:[\]-]+$/.test(host) ? ` ws://${host} wss://${host}` : '';
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${development ? " 'unsafe-eval'" : ''}`,
    // Places and colours of the charts are inline styles, and dialogs lock scrolling with a style element.
    "style-src 'self' 'unsafe-inline'",
    `connect-src 'self'${sockets}`,
    "img-src 'self' data:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}

export const config = {
  // Pages only: what is built is the same for everyone.
  matcher: [{ source: '/((?!_next/|icon\\.svg|favicon\\.ico).*)' }],
};
