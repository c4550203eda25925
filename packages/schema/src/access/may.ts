import { GraphQLError } from 'graphql';
import type { MemberRole } from '../tables/member.ts';
import type { AccessClass } from './classes.ts';
import type { Viewer } from './viewer.ts';

const RANK: Readonly<Record<MemberRole, number>> = { VIEWER: 1, EDITOR: 2, ADMIN: 3 };

/** The role that a class wants at the least; null where none is wanted. */
export function leastRole(of: AccessClass): MemberRole | null {
  if (of === 'STRANGER') return null;
  return of === 'OWN' ? 'VIEWER' : of;
}

/** Whether someone has at least this role. */
export function hasRole(viewer: Viewer | null | undefined, role: MemberRole): boolean {
  return viewer != null && RANK[viewer.role] >= RANK[role];
}

/** The lesser of two roles: what a token may do whose member may less by now. */
export function lesserRole(one: MemberRole, other: MemberRole): MemberRole {
  return RANK[one] <= RANK[other] ? one : other;
}

/**
 * Whether a row of this member is the viewer's own, or the viewer may see everyone's. Rows of no member are the local
 * owner's and of tokens of theirs.
 */
export function isOwnOrAdmin(viewer: Viewer | null, memberId: string | null): boolean {
  if (viewer === null) return false;
  return viewer.role === 'ADMIN' || viewer.memberId === memberId;
}

/** What is told to whoever may not: which role it takes, and nothing of what there is. */
export function refusedAccess(
  viewer: Viewer | null | undefined,
  what: string,
  role: MemberRole,
): GraphQLError {
  if (viewer == null) {
    return new GraphQLError(`${what} is for members. Sign in, or send a token (authorization: Bearer …).`, {
      extensions: { code: 'UNAUTHENTICATED' },
    });
  }
  const { kind, role: has } = viewer;
  const who = kind === 'TOKEN' ? 'this token' : 'you';
  return new GraphQLError(
    `${what} takes the role ${role}; ${who} ${kind === 'TOKEN' ? 'has' : 'have'} ${has}. An administrator can give it.`,
    { extensions: { code: 'FORBIDDEN', role } },
  );
}
