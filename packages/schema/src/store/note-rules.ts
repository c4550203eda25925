import { hasRole } from '../access/may.ts';
import type { Viewer } from '../access/viewer.ts';
import { conflict, type Refusal } from './refusal.ts';

/** Of whom a note is: a member, or null for the local owner. */
interface Authored {
  readonly authorId: string | null;
}

/**
 * Who may do what with a note that is there: its author everything. The words of others an admin alone may change;
 * an editor may take them away, bring them back, and say that they are dealt with. Everyone may write and answer.
 */
export function noteRefusal(
  viewer: Viewer | null,
  note: Authored,
  act: 'edit' | 'delete' | 'restore' | 'resolve' | 'reopen',
): Refusal | null {
  if (viewer !== null && viewer.memberId === note.authorId) return null;
  const role = act === 'edit' ? 'ADMIN' : 'EDITOR';
  if (hasRole(viewer, role)) return null;
  return conflict(
    'NOT_AUTHOR',
    `The note is someone else's; to ${act} it takes the role ${role}. Ask its author, or write a comment.`,
  );
}
