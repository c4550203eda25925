import { type Database, type MemberRole, touchSession, type Viewer } from '@optiscope/schema';
import type { Log } from '../log.ts';
import type { Auth } from './auth.ts';

/** A session that was revoked, or a member who was disabled or got another role, is known for at most so long. */
const REMEMBERED_MILLISECONDS = 1_000;
const MOST_REMEMBERED = 5_000;
/** When a session was last seen is noted to about this. */
const SEEN_MILLISECONDS = 5 * 60_000;
const ROLES: readonly MemberRole[] = ['VIEWER', 'EDITOR', 'ADMIN'];

/** The role of this name, or null. */
export function roleOf(name: unknown): MemberRole | null {
  return ROLES.find((known) => known === name) ?? null;
}

/**
 * Tells whose session a request's cookie carries: the member as they are now, or null. Asked again with the same
 * cookie within a second, the database is not asked.
 */
export async function createSessionViewer(
  auth: Auth,
  db: Database,
  log: Log,
): Promise<(headers: Headers) => Promise<Viewer | null>> {
  const { name } = (await auth.$context).authCookies.sessionToken;
  const remembered = new Map<string, { readonly viewer: Promise<Viewer | null>; readonly until: number }>();

  const read = async (value: string): Promise<Viewer | null> => {
    const found = await auth.api.getSession({
      headers: new Headers({ cookie: `${name}=${value}` }),
      query: { disableCookieCache: true, disableRefresh: true },
    });
    if (found === null) return null;
    const { session, user } = found;
    const role = roleOf(user.role);
    if (role === null || user.disabledAt != null) return null;
    if (Date.now() - session.updatedAt.getTime() > SEEN_MILLISECONDS) {
      touchSession(db, session.id).catch((error: unknown) =>
        log.warn('A session was not noted as seen', error),
      );
    }
    return {
      kind: 'MEMBER',
      role,
      name: user.name,
      memberId: user.id,
      tokenId: null,
      sessionId: session.id,
    };
  };

  return async (headers) => {
    const value = cookieNamed(name, headers.get('cookie'));
    if (value === null) return null;
    const now = Date.now();
    const before = remembered.get(value);
    if (before !== undefined && before.until > now) return await before.viewer;
    const viewer = read(value);
    remembered.delete(value);
    remembered.set(value, { viewer, until: now + REMEMBERED_MILLISECONDS });
    if (remembered.size > MOST_REMEMBERED) {
      const [oldest] = remembered.keys();
      if (oldest !== undefined) remembered.delete(oldest);
    }
    // What could not be read is not remembered.
    viewer.catch(() => remembered.delete(value));
    return await viewer;
  };
}

function cookieNamed(name: string, header: string | null): string | null {
  for (const part of header?.split(';') ?? []) {
    const at = part.indexOf('=');
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim();
  }
  return null;
}
