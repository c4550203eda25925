import type { Database } from '@optiscope/schema';
import { z } from 'zod';
import { MemberOrder, type Obeyed, obeyMemberOrder } from './member-orders.ts';
import { obeyTokenOrder, TokenOrder } from './token-orders.ts';

/** What the command line can do with the team, itself or through the server that has the database open. */
export const TeamOrder = z.union([z.object({ members: MemberOrder }), z.object({ tokens: TokenOrder })]);
export type TeamOrder = z.infer<typeof TeamOrder>;

/** Does it. Links begin with `publicUrl`. */
export async function obeyTeamOrder(db: Database, order: TeamOrder, publicUrl: string): Promise<Obeyed> {
  return 'members' in order
    ? await obeyMemberOrder(db, order.members, publicUrl)
    : await obeyTokenOrder(db, order.tokens);
}
