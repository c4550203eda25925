import type { Viewer } from '../src/access/viewer.ts';
import type { OpenDatabase } from '../src/database/database.ts';
import { orderedId } from '../src/ordered-id.ts';
import { type MemberRole, members } from '../src/tables/member.ts';

/** A new member who is signed in. */
export async function aMember({ db }: Pick<OpenDatabase, 'db'>, role: MemberRole): Promise<Viewer> {
  const id = orderedId();
  await db.insert(members).values({ id, name: 'Ada', email: `${id}@example.org`, role });
  return { kind: 'MEMBER', role, name: 'Ada', memberId: id, tokenId: null, sessionId: orderedId() };
}
