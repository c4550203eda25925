import {
  INVITATION_DAYS,
  type Invited,
  inviteMember,
  listInvitations,
  revokeInvitation,
} from '../store/invitations.ts';
import { conflict, isRefusal, type Refusal } from '../store/refusal.ts';
import type { InvitationRow } from '../tables/member.ts';
import { builder } from './builder.ts';
import type { Context } from './context.ts';
import { Member, MemberRole } from './member.ts';
import { Conflict, InvalidInput, keyRefusal, NotFound } from './refusal.ts';

const InvitationStatus = builder.enumType('InvitationStatus', {
  values: ['OPEN', 'ACCEPTED', 'REVOKED', 'EXPIRED'] as const,
});

function statusOf({ acceptedAt, revokedAt, expiresAt }: InvitationRow): typeof InvitationStatus.$inferType {
  if (acceptedAt !== null) return 'ACCEPTED';
  if (revokedAt !== null) return 'REVOKED';
  return expiresAt.getTime() <= Date.now() ? 'EXPIRED' : 'OPEN';
}

const memberOf = async (id: string | null, { load }: Context) =>
  id === null ? null : ((await load.member(id)) ?? null);

const Invitation = builder.objectRef<InvitationRow>('Invitation').implement({
  description: 'A link by which someone becomes a member, once.',
  fields: (t) => ({
    id: t.exposeID('id', {}),
    email: t.exposeString('email', {
      nullable: true,
      description: 'For whom it is; null: whoever has the link.',
    }),
    role: t.expose('role', { type: MemberRole }),
    status: t.field({ type: InvitationStatus, resolve: statusOf }),
    createdAt: t.expose('createdAt', { type: 'DateTime' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime' }),
    invitedBy: t.field({
      type: Member,
      nullable: true,
      description: "Null when it was made on the server's command line.",
      resolve: ({ invitedBy }, _args, context) => memberOf(invitedBy, context),
    }),
    acceptedBy: t.field({
      type: Member,
      nullable: true,
      resolve: ({ acceptedBy }, _args, context) => memberOf(acceptedBy, context),
    }),
  }),
});

const InvitationMade = builder.objectRef<Invited>('InvitationMade').implement({
  fields: (t) => ({
    invitation: t.field({ type: Invitation, resolve: ({ invitation }) => invitation }),
    link: t.string({
      description:
        'To be given to whoever is invited. It is told only here: what is kept of it does not give it back.',
      resolve: ({ secret }, _args, { accounts }) => `${accounts?.publicUrl ?? ''}/invitation#${secret}`,
    }),
  }),
});

const InviteMemberResult = builder.unionType('InviteMemberResult', {
  types: [InvitationMade, NotFound, InvalidInput, Conflict],
  resolveType: (value) => (isRefusal(value) ? value.refusal : 'InvitationMade'),
});

const RevokeInvitationResult = builder.unionType('RevokeInvitationResult', {
  types: [Invitation, NotFound, InvalidInput, Conflict],
  resolveType: (value) => (isRefusal(value) ? value.refusal : 'Invitation'),
});

builder.queryField('invitations', (t) =>
  t.field({
    type: [Invitation],
    description: 'The newest first, at most 500.',
    args: {
      open: t.arg.boolean({
        required: true,
        defaultValue: true,
        description: 'Only those that can be accepted; false lists the others as well.',
      }),
    },
    resolve: (_root, { open }, { db }) => listInvitations(db, open),
  }),
);

builder.mutationField('inviteMember', (t) =>
  t.field({
    type: InviteMemberResult,
    description:
      'Makes a link by which someone becomes a member. An open invitation of the same address ends.',
    args: {
      email: t.arg.string({
        description: 'Left out, the link is good for whoever has it, with an address of their choice.',
      }),
      role: t.arg({ type: MemberRole, required: true }),
      expiresInDays: t.arg.int({ required: true, defaultValue: INVITATION_DAYS, description: '1 to 90.' }),
      idempotencyKey: t.arg.string({
        description:
          'Inviting twice with one key makes one invitation; its link is then the one of the latest answer.',
      }),
    },
    resolve: (
      _root,
      { email, role, expiresInDays, idempotencyKey },
      context,
    ): Promise<Invited | Refusal> | Refusal => {
      if (context.accounts == null) {
        return conflict(
          'NO_ACCOUNTS',
          'Nobody signs in to this server. Start it with ACCOUNTS=on (docs/accounts.md) before you invite someone.',
        );
      }
      const wrongKey = keyRefusal(idempotencyKey);
      if (wrongKey !== null) return wrongKey;
      const invitedBy = context.viewer?.memberId ?? null;
      return inviteMember(
        context.db,
        { email: email ?? null, role, expiresInDays, invitedBy },
        idempotencyKey ?? null,
      );
    },
  }),
);

builder.mutationField('revokeInvitation', (t) =>
  t.field({
    type: RevokeInvitationResult,
    description: 'Ends an invitation: its link is good no more.',
    args: { id: t.arg.id({ required: true }) },
    resolve: (_root, { id }, { db }) => revokeInvitation(db, id),
  }),
);
