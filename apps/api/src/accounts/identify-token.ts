import { createHash } from 'node:crypto';
import { type Database, noteTokenUse, type Viewer, viewerWithToken } from '@optiscope/schema';
import type { Log } from '../log.ts';
import type { IdentifyToken } from './identify.ts';

/** How long an answer about a token is good: one that was revoked is refused at the latest after this time. */
const KEPT_MILLISECONDS = 5_000;
const MOST_KEPT = 1_000;

/** Tells by the database whose token a secret is, and notes that it was used. */
export function identifyTokens(db: Database, log: Log, keptMilliseconds = KEPT_MILLISECONDS): IdentifyToken {
  /** By the secrets' hashes, the oldest first. */
  const kept = new Map<string, { readonly viewer: Promise<Viewer | null>; readonly until: number }>();

  const look = async (secret: string): Promise<Viewer | null> => {
    const viewer = await viewerWithToken(db, secret);
    if (viewer?.tokenId != null) {
      // A database that takes no writes just now is no reason to turn its readers away.
      await noteTokenUse(db, viewer.tokenId).catch((error: unknown) =>
        log.warn('The use of a token could not be noted', error),
      );
    }
    return viewer;
  };

  return async (secret) => {
    const key = createHash('sha256').update(secret).digest('base64');
    const now = Date.now();
    const known = kept.get(key);
    if (known !== undefined && known.until > now) return await known.viewer;
    const viewer = look(secret);
    kept.delete(key);
    kept.set(key, { viewer, until: now + keptMilliseconds });
    // What failed, or is nobody's, is asked anew.
    viewer.then(
      (found) => found ?? kept.delete(key),
      () => kept.delete(key),
    );
    const [oldest] = kept.keys();
    if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
    return await viewer;
  };
}
