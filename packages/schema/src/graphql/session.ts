import { isOwnOrAdmin } from '../access/may.ts';
import type { Viewer as ViewerOf } from '../access/viewer.ts';
import { deviceOf } from '../store/device.ts';
import { conflict, isRefusal } from '../store/refusal.ts';
import { revokeOtherSessions, revokeSession } from '../store/sessions.ts';
import type { SessionRow } from '../tables/member.ts';
import { builder } from './builder.ts';
import { Member, MemberRole } from './member.ts';
import { Conflict, InvalidInput, NotFound } from './refusal.ts';

/** Whose sessions nobody has. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

const Session = builder.objectRef<SessionRow>('Session').implement({
  description: 'One signed-in browser.',
  fields: (t) => ({
    id: t.exposeID('id', {}),
    device: t.string({
      description: 'Such as `Firefox on Linux`.',
      resolve: ({ userAgent }) => deviceOf(userAgent),
    }),
    address: t.exposeString('ipAddress', { nullable: true, description: 'Where the sign-in came from.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was signed in.' }),
    lastSeenAt: t.expose('updatedAt', { type: 'DateTime', description: 'To some minutes.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime' }),
    current: t.boolean({
      description: 'Whether it is the one that asks.',
      resolve: ({ id }, _args, { viewer }) => viewer?.sessionId === id,
    }),
  }),
});

builder.objectField(Member, 'sessions', (t) =>
  t.field({
    type: [Session],
    nullable: true,
    description: 'Where they are signed in, the last used first. Told to administrators and to oneself.',
    resolve: async ({ id }, _args, { viewer, load }) =>
      isOwnOrAdmin(viewer, id) ? ((await load.sessionsOf(id)) ?? []) : null,
  }),
);

const ViewerKind = builder.enumType('ViewerKind', {
  values: {
    LOCAL: { description: 'The owner of the machine, where nobody signs in.' },
    MEMBER: { description: 'Someone who is signed in.' },
    TOKEN: { description: 'A program with a token.' },
  } satisfies Record<ViewerOf['kind'], object>,
});

const Viewer = builder.objectRef<ViewerOf>('Viewer').implement({
  description: 'Who asks.',
  fields: (t) => ({
    kind: t.expose('kind', { type: ViewerKind }),
    role: t.expose('role', { type: MemberRole, description: 'What they may do.' }),
    name: t.exposeString('name', {}),
    member: t.field({
      type: Member,
      nullable: true,
      description: 'Null for the local owner and their tokens.',
      resolve: async ({ memberId }, _args, { load }) =>
        memberId === null ? null : ((await load.member(memberId)) ?? null),
    }),
  }),
});

builder.queryField('viewer', (t) =>
  t.field({
    type: Viewer,
    nullable: true,
    description: 'Who asks; null: a stranger, who has to sign in.',
    resolve: (_root, _args, { viewer }) => viewer,
  }),
);

const RevokeSessionResult = builder.unionType('RevokeSessionResult', {
  types: [Session, NotFound, InvalidInput, Conflict],
  resolveType: (value) => (isRefusal(value) ? value.refusal : Session),
});

builder.mutationField('revokeSession', (t) =>
  t.field({
    type: RevokeSessionResult,
    description:
      "Signs a browser out: one's own, or, as an administrator, anyone's. Answers with the session as it was.",
    args: { id: t.arg.id({ required: true }) },
    resolve: (_root, { id }, { db, viewer }) =>
      revokeSession(db, id, viewer?.role === 'ADMIN' ? null : (viewer?.memberId ?? NOBODY)),
  }),
);

const SessionsRevoked = builder.objectRef<{ readonly count: number }>('SessionsRevoked').implement({
  fields: (t) => ({ count: t.exposeInt('count', { description: 'How many browsers were signed out.' }) }),
});

const RevokeOtherSessionsResult = builder.unionType('RevokeOtherSessionsResult', {
  types: [SessionsRevoked, Conflict],
  resolveType: (value) => (isRefusal(value) ? Conflict : SessionsRevoked),
});

builder.mutationField('revokeOtherSessions', (t) =>
  t.field({
    type: RevokeOtherSessionsResult,
    description: 'Signs oneself out everywhere but here.',
    resolve: async (_root, _args, { db, viewer }) => {
      if (viewer?.memberId == null) return conflict('NO_ACCOUNTS', 'Nobody is signed in here.');
      return { count: await revokeOtherSessions(db, viewer.memberId, viewer.sessionId) };
    },
  }),
);
