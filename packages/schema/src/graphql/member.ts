import { isOwnOrAdmin } from '../access/may.ts';
import {
  disableMember,
  enableMember,
  listMembers,
  renameMember,
  setMemberRole,
  setMemberRunLimit,
} from '../store/members.ts';
import { conflict, isRefusal } from '../store/refusal.ts';
import { rowsWithIds } from '../store/rows-with-ids.ts';
import { type MemberRow, type memberRole, members } from '../tables/member.ts';
import { builder } from './builder.ts';
import { Experiment } from './experiment.ts';
import { Node, nodesOfType } from './node.ts';
import { Conflict, InvalidInput, NotFound } from './refusal.ts';

export const MemberRole = builder.enumType('MemberRole', {
  description: 'What someone may do; each may also do what the ones before it may.',
  values: {
    VIEWER: { description: 'Reads everything, and writes notes of their own.' },
    EDITOR: { description: 'Starts, changes, stops and deletes comparisons.' },
    ADMIN: { description: 'Invites members, changes their roles, reads the audit log.' },
  } satisfies Record<(typeof memberRole.enumValues)[number], object>,
});

export const Member = builder.objectRef<MemberRow>('Member').implement({
  interfaces: [Node],
  description: 'A person of the team.',
  fields: (t) => ({
    name: t.exposeString('name', {}),
    email: t.string({
      nullable: true,
      description: 'Told to administrators and to oneself.',
      resolve: ({ id, email }, _args, { viewer }) => (isOwnOrAdmin(viewer, id) ? email : null),
    }),
    role: t.expose('role', { type: MemberRole }),
    createdAt: t.expose('createdAt', { type: 'DateTime' }),
    disabledAt: t.expose('disabledAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Since when they may no longer sign in; null while they may. What they made stays.',
    }),
    runLimit: t.exposeInt('runLimit', {
      nullable: true,
      description:
        'How many of the runs that they started may train at once; null: as many as there is room for.',
    }),
  }),
});

nodesOfType('Member', ({ db }, ids) => rowsWithIds(db, members, ids));

builder.objectField(Experiment, 'author', (t) =>
  t.field({
    type: Member,
    nullable: true,
    description: 'Who made it; null where nobody was signed in.',
    resolve: async ({ authorId }, _args, { load }) =>
      authorId === null ? null : ((await load.member(authorId)) ?? null),
  }),
);

const MemberResult = builder.unionType('MemberResult', {
  types: [Member, NotFound, InvalidInput, Conflict],
  resolveType: (value) => (isRefusal(value) ? value.refusal : 'Member'),
});

builder.queryField('members', (t) =>
  t.field({
    type: [Member],
    description: 'Everyone of the team; those who may no longer sign in come last.',
    resolve: (_root, _args, { db }) => listMembers(db),
  }),
);

builder.mutationField('setMemberRole', (t) =>
  t.field({
    type: MemberResult,
    description: 'Gives a member another role. The last administrator keeps theirs.',
    args: { id: t.arg.id({ required: true }), role: t.arg({ type: MemberRole, required: true }) },
    resolve: (_root, { id, role }, { db }) => setMemberRole(db, id, role),
  }),
);

builder.mutationField('disableMember', (t) =>
  t.field({
    type: MemberResult,
    description: "Ends a member's sessions and tokens, and lets them sign in no more. What they made stays.",
    args: { id: t.arg.id({ required: true }) },
    resolve: (_root, { id }, { db }) => disableMember(db, id),
  }),
);

builder.mutationField('enableMember', (t) =>
  t.field({
    type: MemberResult,
    description: 'Lets a member sign in again, with the password that they had. Their tokens stay ended.',
    args: { id: t.arg.id({ required: true }) },
    resolve: (_root, { id }, { db }) => enableMember(db, id),
  }),
);

builder.mutationField('setMemberRunLimit', (t) =>
  t.field({
    type: MemberResult,
    args: {
      id: t.arg.id({ required: true }),
      limit: t.arg.int({
        description:
          'How many of the runs that they started may train at once; left out, as many as there is room for.',
      }),
    },
    resolve: (_root, { id, limit }, { db }) => setMemberRunLimit(db, id, limit ?? null),
  }),
);

builder.mutationField('renameMember', (t) =>
  t.field({
    type: MemberResult,
    description: 'Gives oneself another name.',
    args: { name: t.arg.string({ required: true }) },
    resolve: (_root, { name }, { db, viewer }) =>
      viewer?.memberId == null
        ? conflict('NO_ACCOUNTS', 'Nobody is signed in here, so there is nobody to rename.')
        : renameMember(db, viewer.memberId, name),
  }),
);
