import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** An OpenID Connect provider of the test's own, at which one person is signed in. */
export interface TestIssuer {
  readonly url: string;
  /** Requests so far. */
  readonly asked: string[];
  /** Whether it answers that it cannot. */
  away: boolean;
  /** Who signs in next. */
  person: {
    readonly sub: string;
    readonly email: string;
    readonly email_verified: boolean;
    readonly name: string;
  };
  close(): Promise<void>;
}

export const CLIENT_ID = 'optiscope';
export const CLIENT_SECRET = 'the-secret-of-optiscope-at-the-issuer';

/** Starts it. It checks the code, the client's secret and PKCE, and signs ID tokens. */
export async function startIssuer(): Promise<TestIssuer> {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const codes = new Map<string, { nonce: string | null; challenge: string | null }>();
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', issuer.url);
    asked.push(url.pathname);
    const tell = (value: object, status = 200): void => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(value));
    };
    if (issuer.away) return tell({ error: 'temporarily_unavailable' }, 503);
    switch (url.pathname) {
      case '/.well-known/openid-configuration':
        return tell({
          issuer: issuer.url,
          authorization_endpoint: `${issuer.url}/authorize`,
          token_endpoint: `${issuer.url}/token`,
          userinfo_endpoint: `${issuer.url}/userinfo`,
          jwks_uri: `${issuer.url}/keys`,
          id_token_signing_alg_values_supported: ['RS256'],
        });
      case '/keys':
        return tell({
          keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'RS256', use: 'sig' }],
        });
      case '/authorize': {
        const query = url.searchParams;
        const code = randomBytes(8).toString('hex');
        codes.set(code, { nonce: query.get('nonce'), challenge: query.get('code_challenge') });
        const back = new URL(query.get('redirect_uri') ?? '');
        back.searchParams.set('code', code);
        back.searchParams.set('state', query.get('state') ?? '');
        back.searchParams.set('iss', issuer.url);
        response.writeHead(302, { location: back.href });
        return response.end();
      }
      case '/token': {
        const form = new URLSearchParams(await text(request));
        const given = codes.get(form.get('code') ?? '');
        codes.delete(form.get('code') ?? '');
        const verifier = createHash('sha256')
          .update(form.get('code_verifier') ?? '')
          .digest('base64url');
        const basic = `Basic ${Buffer.from(`${CLIENT_ID}:${CLIENT_SECRET}`).toString('base64')}`;
        const isClient =
          form.get('client_secret') === CLIENT_SECRET || request.headers.authorization === basic;
        if (given === undefined || !isClient || verifier !== given.challenge) {
          return tell({ error: 'invalid_grant' }, 400);
        }
        const now = Math.floor(Date.now() / 1000);
        const claims = {
          iss: issuer.url,
          aud: CLIENT_ID,
          iat: now,
          exp: now + 300,
          nonce: given.nonce,
          ...issuer.person,
        };
        const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
        const signed = `${part({ alg: 'RS256', kid: 'one', typ: 'JWT' })}.${part(claims)}`;
        const signature = sign('sha256', Buffer.from(signed), privateKey).toString('base64url');
        return tell({
          access_token: 'canary-access-token',
          token_type: 'Bearer',
          expires_in: 300,
          id_token: `${signed}.${signature}`,
        });
      }
      default:
        return tell({ error: 'not_found' }, 404);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer: TestIssuer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    away: false,
    person: { sub: '1', email: 'ada@example.org', email_verified: true, name: 'Ada' },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return issuer;
}
