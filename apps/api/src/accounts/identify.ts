import { LOCAL_OWNER, type Viewer } from '@optiscope/schema';

/** Tells who sends a request, from its headers: a session's cookie or a token. Null: a stranger. */
export type Identify = (headers: Headers) => Promise<Viewer | null>;

/** Where nobody signs in, everyone who reaches the server is its owner. */
export const everyoneIsOwner: Identify = async () => LOCAL_OWNER;

/** Tells whose token a secret is; null: nobody's. */
export type IdentifyToken = (secret: string) => Promise<Viewer | null>;

/**
 * Who carries a token is whom it stands for, and nobody where it is wrong: a cookie beside it does not count. Who
 * carries none is told by `otherwise`.
 */
export function tokenOr(token: IdentifyToken, otherwise: Identify): Identify {
  return async (headers) => {
    const authorization = headers.get('authorization');
    if (authorization === null) return await otherwise(headers);
    const [, secret] = /^Bearer +([^\s]+) *$/i.exec(authorization) ?? [];
    return secret === undefined ? null : await token(secret);
  };
}
