import { sql } from 'drizzle-orm';
import { type ExecutionResult, graphql } from 'graphql';
import { expect, test } from 'vitest';
import { LOCAL_OWNER, type Viewer } from '../src/access/viewer.ts';
import type { OpenDatabase } from '../src/database/database.ts';
import { operationContext } from '../src/graphql/context.ts';
import { schema } from '../src/graphql/schema.ts';
import { orderedId } from '../src/ordered-id.ts';
import { createApiToken, noteTokenUse, revokeApiToken, viewerWithToken } from '../src/store/api-tokens.ts';
import { isRefusal } from '../src/store/refusal.ts';
import { apiTokens } from '../src/tables/api-token.ts';
import { type MemberRole, members } from '../src/tables/member.ts';
import { mutationKeys } from '../src/tables/mutation-key.ts';
import { serviceOn } from './ask.ts';
import { describeOnBoth } from './databases.ts';
import { aMember } from './test-member.ts';

async function asked(
  database: OpenDatabase,
  viewer: Viewer | null,
  source: string,
): Promise<ExecutionResult> {
  const { service } = serviceOn(database);
  const contextValue = operationContext(service, { viewer, requestId: null, address: null });
  return JSON.parse(JSON.stringify(await graphql({ schema, source, contextValue })));
}

const create = (name: string, role: MemberRole, more = '') => `mutation {
  createApiToken(name: "${name}", role: ${role} ${more}) {
    __typename
    ... on ApiTokenMade { secret token { id name prefix role lastUsedAt expiresAt } }
    ... on Refusal { code message }
    ... on InvalidInput { problems { field } }
  }
}`;

interface Made {
  readonly secret: string | null;
  readonly token: { readonly id: string; readonly prefix: string };
}

const madeBy = ({ data }: ExecutionResult): Made => data?.createApiToken as Made;

describeOnBoth('API tokens', (opened) => {
  test('a secret is told once, of 256 random bits, and only its hash is kept', async (context) => {
    const database = opened(context);
    const { secret, token } = madeBy(await asked(database, LOCAL_OWNER, create('ci', 'EDITOR')));
    expect(secret).toMatch(/^opt_[\w-]{43}$/);
    expect(secret).toContain(token.prefix);
    const rows = await database.db.execute(sql`select row_to_json(t)::text as row from api_tokens t`);
    const everything = JSON.stringify(rows) + JSON.stringify(await database.db.select().from(mutationKeys));
    expect(everything).toContain(token.id);
    expect(everything).not.toContain(secret?.slice(token.prefix.length));
    expect(await viewerWithToken(database.db, secret ?? '')).toMatchObject({
      kind: 'TOKEN',
      role: 'EDITOR',
      memberId: null,
      tokenId: token.id,
    });
  });

  test('a token can do no more than its member by now, and nothing when they may not sign in', async (context) => {
    const database = opened(context);
    const editor = await aMember(database, 'EDITOR');
    expect(await asked(database, editor, create('too much', 'ADMIN'))).toMatchObject({
      data: { createApiToken: { __typename: 'InvalidInput', problems: [{ field: 'role' }] } },
    });
    const { secret } = madeBy(await asked(database, editor, create('mine', 'EDITOR')));
    const roleNow = async () => (await viewerWithToken(database.db, secret ?? ''))?.role ?? null;
    expect(await roleNow()).toBe('EDITOR');
    await database.db.update(members).set({ role: 'VIEWER' }).where(sql`id = ${editor.memberId}`);
    expect(await roleNow()).toBe('VIEWER');
    await database.db.update(members).set({ role: 'ADMIN' }).where(sql`id = ${editor.memberId}`);
    expect(await roleNow()).toBe('EDITOR');
    await database.db.update(members).set({ disabledAt: new Date() }).where(sql`id = ${editor.memberId}`);
    expect(await roleNow()).toBeNull();
  });

  test('one that is revoked, has expired, or is only like another is not good', async (context) => {
    const database = opened(context);
    const { db } = database;
    const make = async (name: string) => {
      const made = await createApiToken(db, { name, role: 'ADMIN', expiresInDays: 1, memberId: null });
      if (isRefusal(made)) throw new Error(made.message);
      return { id: made.token.id, secret: made.secret ?? '' };
    };
    const revoked = await make('revoked');
    await revokeApiToken(db, revoked.id);
    const expired = await make('expired');
    await db
      .update(apiTokens)
      .set({ expiresAt: sql`now() - interval '1 second'` })
      .where(sql`id = ${expired.id}`);
    const good = await make('good');
    for (const secret of [
      revoked.secret,
      expired.secret,
      `${good.secret}x`,
      good.secret.slice(0, -1),
      good.secret.toLowerCase(),
      good.secret.slice(4),
      '',
      'opt_',
      "opt_' or 1=1 --",
    ]) {
      expect(await viewerWithToken(db, secret)).toBeNull();
    }
    expect(await viewerWithToken(db, good.secret)).not.toBeNull();
  });

  test('members see and end their own tokens, administrators all, and tokens make no tokens', async (context) => {
    const database = opened(context);
    const [one, other, admin] = [
      await aMember(database, 'VIEWER'),
      await aMember(database, 'VIEWER'),
      await aMember(database, 'ADMIN'),
    ];
    const { token } = madeBy(await asked(database, one, create('one', 'VIEWER')));
    const list = (everyones: boolean) => `{ apiTokens(everyones: ${everyones}) { id member { name } } }`;
    expect(await asked(database, one, list(false))).toMatchObject({
      data: { apiTokens: [{ id: token.id }] },
    });
    expect(await asked(database, other, list(false))).toEqual({ data: { apiTokens: [] } });
    expect(await asked(database, other, list(true))).toMatchObject({
      errors: [{ extensions: { code: 'FORBIDDEN', role: 'ADMIN' } }],
    });
    expect(JSON.stringify(await asked(database, admin, list(true)))).toContain(token.id);
    const node = `{ node(id: "${token.id}") { __typename id } }`;
    expect(await asked(database, one, node)).toMatchObject({ data: { node: { __typename: 'ApiToken' } } });
    expect(await asked(database, other, node)).toEqual({ data: { node: null } });
    const revoke = `mutation { revokeApiToken(id: "${token.id}") { __typename } }`;
    const program: Viewer = { ...one, kind: 'TOKEN', tokenId: orderedId() };
    for (const stranger of [other, program]) {
      expect(await asked(database, stranger, revoke)).toMatchObject({
        data: { revokeApiToken: { __typename: 'NotFound' } },
      });
    }
    expect(await asked(database, program, create('more', 'VIEWER'))).toMatchObject({
      errors: [{ extensions: { code: 'FORBIDDEN' } }],
    });
    expect(await asked(database, admin, revoke)).toMatchObject({
      data: { revokeApiToken: { __typename: 'ApiToken' } },
    });
  });

  test('asking twice with one key makes one token: with a new secret while it is unused, without one later', async (context) => {
    const database = opened(context);
    const again = create('keyed', 'VIEWER', ', idempotencyKey: "twice"');
    const [first, second] = [
      madeBy(await asked(database, LOCAL_OWNER, again)),
      madeBy(await asked(database, LOCAL_OWNER, again)),
    ];
    expect(second.token.id).toBe(first.token.id);
    expect(await viewerWithToken(database.db, first.secret ?? '')).toBeNull();
    expect(await viewerWithToken(database.db, second.secret ?? '')).not.toBeNull();
    await noteTokenUse(database.db, first.token.id);
    const third = madeBy(await asked(database, LOCAL_OWNER, again));
    expect(third).toMatchObject({ secret: null, token: { id: first.token.id } });
    expect(await viewerWithToken(database.db, second.secret ?? '')).not.toBeNull();
  });

  test('when it was last used is kept to the minute, in one write a minute', async (context) => {
    const { db } = opened(context);
    const made = await createApiToken(db, { name: 'used', role: 'VIEWER', expiresInDays: 1, memberId: null });
    if (isRefusal(made)) throw new Error(made.message);
    const { id } = made.token;
    const read = async () => {
      const [row] = await db
        .select({ at: apiTokens.lastUsedAt, version: sql<string>`xmin::text` })
        .from(apiTokens)
        .where(sql`id = ${id}`);
      return row!;
    };
    await noteTokenUse(db, id);
    const first = await read();
    expect(first.at?.getUTCSeconds()).toBe(0);
    await db.update(apiTokens).set({ lastUsedAt: sql`date_trunc('minute', now())` }).where(sql`id = ${id}`);
    const before = await read();
    await noteTokenUse(db, id);
    const after = await read();
    expect(after.version === before.version || after.at! > before.at!).toBe(true);
    await db.update(apiTokens).set({ lastUsedAt: sql`now() - interval '2 minutes'` }).where(sql`id = ${id}`);
    await noteTokenUse(db, id);
    expect((await read()).at!.getTime()).toBeGreaterThanOrEqual(first.at!.getTime());
  });

  test('an empty name and a time that is too short or too long are refused', async (context) => {
    const database = opened(context);
    for (const [source, field] of [
      [create('  ', 'VIEWER'), 'name'],
      [create('x', 'VIEWER', ', expiresInDays: 0'), 'expiresInDays'],
      [create('x', 'VIEWER', ', expiresInDays: 3651'), 'expiresInDays'],
    ] as const) {
      expect(await asked(database, LOCAL_OWNER, source)).toMatchObject({
        data: { createApiToken: { __typename: 'InvalidInput', problems: [{ field }] } },
      });
    }
  });
});
