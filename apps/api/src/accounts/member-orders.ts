import {
  type Database,
  disableMember,
  enableMember,
  INVITATION_DAYS,
  inviteMember,
  isRefusal,
  listInvitations,
  listMembers,
  type MemberRow,
  makePasswordLink,
  memberWithEmail,
  type Refusal,
  recordAudit,
  setMemberRole,
} from '@optiscope/schema';
import { z } from 'zod';
import { isLoopback } from '../server/origin.ts';

const Role = z.enum(['VIEWER', 'EDITOR', 'ADMIN']);
const email = z.string();

/** What the command line can do with the team. */
export const MemberOrder = z.discriminatedUnion('do', [
  z.object({ do: z.literal('list') }),
  z.object({ do: z.literal('invite'), email, role: Role, days: z.number().default(INVITATION_DAYS) }),
  z.object({ do: z.literal('role'), email, role: Role }),
  z.object({ do: z.literal('disable'), email }),
  z.object({ do: z.literal('enable'), email }),
  z.object({ do: z.literal('reset'), email }),
]);
export type MemberOrder = z.infer<typeof MemberOrder>;

/** What an order came to, as text for a person; `done: false` says why nothing was done. */
export interface Obeyed {
  readonly done: boolean;
  readonly message: string;
}

/** Does it, and writes it into the audit log. Links begin with `publicUrl`. */
export async function obeyMemberOrder(db: Database, order: MemberOrder, publicUrl: string): Promise<Obeyed> {
  if (order.do === 'list') return { done: true, message: await listing(db) };
  if (order.do === 'invite') {
    const { role, days } = order;
    const made = await inviteMember(db, { email: order.email, role, expiresInDays: days, invitedBy: null });
    await audit(db, 'inviteMember', { email: order.email, role }, made);
    if (isRefusal(made)) return refused(made);
    const link = `${publicUrl}/invitation#${made.secret}`;
    const until = made.invitation.expiresAt.toISOString().slice(0, 10);
    const message = `${link}\nGive this link to ${made.invitation.email}. It makes them ${aRole(role)}, once, until ${until}, and is not shown again.`;
    return { done: true, message: `${message}${elsewhere(publicUrl)}` };
  }
  const member = await memberWithEmail(db, order.email);
  if (member === null) {
    const message = `No member has the address ${order.email}. "members list" tells who there is.`;
    return { done: false, message };
  }
  if (order.do === 'reset') {
    if (member.disabledAt !== null) {
      const message = `${member.name} may not sign in. "members enable ${member.email}" allows it again.`;
      return { done: false, message };
    }
    const link = `${publicUrl}/new-password#${await makePasswordLink(db, member)}`;
    await audit(db, 'resetMemberPassword', { email: member.email }, member);
    const message = `${link}\nGive this link to ${member.email}. It sets a new password, once, within a day, and is not shown again.`;
    return { done: true, message: `${message}${elsewhere(publicUrl)}` };
  }
  const changed = await change(db, order, member);
  await audit(
    db,
    OPERATION[order.do],
    { email: member.email, ...('role' in order && { role: order.role }) },
    changed,
  );
  return isRefusal(changed) ? refused(changed) : { done: true, message: line(changed) };
}

const OPERATION = { role: 'setMemberRole', disable: 'disableMember', enable: 'enableMember' } as const;

async function change(
  db: Database,
  order: Extract<MemberOrder, { do: keyof typeof OPERATION }>,
  { id }: MemberRow,
): Promise<MemberRow | Refusal> {
  if (order.do === 'role') return await setMemberRole(db, id, order.role);
  return order.do === 'disable' ? await disableMember(db, id) : await enableMember(db, id);
}

async function audit(
  db: Database,
  operation: string,
  asked: Readonly<Record<string, string>>,
  outcome: object,
): Promise<void> {
  const refusal = isRefusal(outcome) ? { outcome: outcome.code } : {};
  await recordAudit(db, 'COMMAND_LINE', { operation, arguments: asked, ...refusal });
}

async function listing(db: Database): Promise<string> {
  const members = await listMembers(db);
  const invitations = await listInvitations(db, true);
  const lines = [
    ...members.map(line),
    ...invitations.map(
      ({ email: to, role, expiresAt }) =>
        `${to ?? 'whoever has the link'}  ${role.toLowerCase()}  invited, until ${expiresAt.toISOString().slice(0, 10)}`,
    ),
  ];
  return lines.length > 0 ? lines.join('\n') : 'There are no members and no open invitations.';
}

function line({ email: address, role, name, disabledAt }: MemberRow): string {
  const state = disabledAt === null ? '' : `  disabled since ${disabledAt.toISOString().slice(0, 10)}`;
  return `${address}  ${role.toLowerCase()}  ${name}${state}`;
}

/** A link to this machine itself is of use only to whoever sits at it. */
function elsewhere(publicUrl: string): string {
  if (!isLoopback(new URL(publicUrl).hostname)) return '';
  return `\nOn other machines, put the address of this server in the place of ${publicUrl}; PUBLIC_URL sets it for good.`;
}

function aRole(role: z.infer<typeof Role>): string {
  return role === 'VIEWER' ? 'a viewer' : role === 'EDITOR' ? 'an editor' : 'an administrator';
}

function refused({ message }: Refusal): Obeyed {
  return { done: false, message };
}
