import { GraphQLError } from 'graphql';
import { hasRole, isOwnOrAdmin, refusedAccess } from '../access/may.ts';
import type { Viewer } from '../access/viewer.ts';
import {
  createApiToken,
  listApiTokens,
  type MadeToken,
  revokeApiToken,
  TOKEN_DAYS,
  tokenRoleProblem,
} from '../store/api-tokens.ts';
import { invalidInput, isRefusal, type Refusal } from '../store/refusal.ts';
import { rowsWithIds } from '../store/rows-with-ids.ts';
import { type ApiTokenRow, apiTokens } from '../tables/api-token.ts';
import { builder } from './builder.ts';
import { Member, MemberRole } from './member.ts';
import { Node, nodesOfType } from './node.ts';
import { Conflict, InvalidInput, keyRefusal, NotFound } from './refusal.ts';

const ApiToken = builder.objectRef<ApiTokenRow>('ApiToken').implement({
  interfaces: [Node],
  description: 'A secret by which a program acts for its owner. Only its hash is kept.',
  fields: (t) => ({
    name: t.exposeString('name', {}),
    prefix: t.exposeString('prefix', {
      description: 'The first characters of the secret, by which its owner knows it again.',
    }),
    role: t.expose('role', {
      type: MemberRole,
      description: 'What it may do at most; less when its member may less by now.',
    }),
    member: t.field({
      type: Member,
      nullable: true,
      description: 'Whose it is; null of a server where nobody signs in.',
      resolve: async ({ memberId }, _args, { load }) =>
        memberId === null ? null : ((await load.member(memberId)) ?? null),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', nullable: true }),
    lastUsedAt: t.expose('lastUsedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'To the minute; null: never.',
    }),
    revokedAt: t.expose('revokedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Since when it is good no more; null of one that was not revoked.',
    }),
  }),
});

// Another's token is not there, for whoever may not see it.
nodesOfType('ApiToken', async ({ db, viewer }, ids) =>
  (await rowsWithIds(db, apiTokens, ids)).filter(({ memberId }) => isOwnOrAdmin(viewer, memberId)),
);

builder.queryField('apiTokens', (t) =>
  t.field({
    type: [ApiToken],
    description: "One's own tokens, the newest first, with those that are good no more.",
    args: {
      everyones: t.arg.boolean({
        required: true,
        defaultValue: false,
        description: "As an administrator: everyone's.",
      }),
    },
    resolve: (_root, { everyones }, { db, viewer }) => {
      if (everyones && !hasRole(viewer, 'ADMIN')) {
        throw refusedAccess(viewer, 'Query.apiTokens of everyone', 'ADMIN');
      }
      return listApiTokens(db, everyones ? 'everyone' : (viewer?.memberId ?? null));
    },
  }),
);

const ApiTokenMade = builder.objectRef<MadeToken>('ApiTokenMade').implement({
  fields: (t) => ({
    token: t.field({ type: ApiToken, resolve: ({ token }) => token }),
    secret: t.exposeString('secret', {
      nullable: true,
      description:
        'To be sent as `authorization: Bearer …`. It is told only here: what is kept of it does not give it back. Null when one asks again with the key of a token that is in use.',
    }),
  }),
});

const CreateApiTokenResult = builder.unionType('CreateApiTokenResult', {
  types: [ApiTokenMade, NotFound, InvalidInput, Conflict],
  resolveType: (value) => (isRefusal(value) ? value.refusal : 'ApiTokenMade'),
});

const RevokeApiTokenResult = builder.unionType('RevokeApiTokenResult', {
  types: [ApiToken, NotFound, InvalidInput, Conflict],
  resolveType: (value) => (isRefusal(value) ? value.refusal : 'ApiToken'),
});

builder.mutationField('createApiToken', (t) =>
  t.field({
    type: CreateApiTokenResult,
    description: "Makes a token for oneself, with at most one's own role. A token makes no tokens.",
    args: {
      name: t.arg.string({ required: true, description: 'What it is for.' }),
      role: t.arg({ type: MemberRole, required: true }),
      expiresInDays: t.arg.int({ required: true, defaultValue: TOKEN_DAYS, description: '1 to 3650.' }),
      idempotencyKey: t.arg.string({
        description:
          'Asking twice with one key makes one token; its secret is the one of the latest answer, while it was not used.',
      }),
    },
    resolve: (
      _root,
      { name, role, expiresInDays, idempotencyKey },
      { db, viewer },
    ): Promise<MadeToken | Refusal> | Refusal => {
      const person = aPerson(viewer);
      const wrongRole = tokenRoleProblem(person, role);
      const wrong = keyRefusal(idempotencyKey) ?? (wrongRole === null ? null : invalidInput([wrongRole]));
      if (wrong !== null) return wrong;
      const { memberId } = person;
      return createApiToken(db, { name, role, expiresInDays, memberId }, idempotencyKey ?? null);
    },
  }),
);

builder.mutationField('revokeApiToken', (t) =>
  t.field({
    type: RevokeApiTokenResult,
    description:
      "Ends a token for good, within seconds everywhere: one's own or, as an administrator, anyone's.",
    args: { id: t.arg.id({ required: true }) },
    resolve: (_root, { id }, { db, viewer }) =>
      revokeApiToken(db, id, ({ memberId, id: tokenId }) =>
        // A token may end itself, and nothing else of its owner's.
        viewer?.kind === 'TOKEN' && viewer.role !== 'ADMIN'
          ? viewer.tokenId === tokenId
          : isOwnOrAdmin(viewer, memberId),
      ),
  }),
);

/** Whoever has got hold of a token shall not be able to make another that outlasts it. */
function aPerson(viewer: Viewer | null): Viewer {
  if (viewer !== null && viewer.kind !== 'TOKEN') return viewer;
  throw new GraphQLError('A token cannot make tokens. Sign in, or use `optiscope tokens create`.', {
    extensions: { code: 'FORBIDDEN', http: { status: 403 } },
  });
}
