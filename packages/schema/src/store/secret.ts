import { createHash, randomBytes } from 'node:crypto';

/** A secret for a link or a token: 256 random bits, in characters that need no escaping in an address. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/**
 * What is kept of a secret. Without salt and stretching, which are for passwords: 256 random bits can be neither
 * guessed nor looked up.
 */
export function secretHash(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
