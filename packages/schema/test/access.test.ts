import { GraphQLError, type GraphQLObjectType, graphql, isObjectType, parse, subscribe } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ACCESS_CLASSES, CLASSES, classOf, fieldsOf } from '../src/access/classes.ts';
import { LOCAL_OWNER, type Viewer } from '../src/access/viewer.ts';
import type { OpenDatabase } from '../src/database/database.ts';
import { operationContext } from '../src/graphql/context.ts';
import { schema } from '../src/graphql/schema.ts';
import { memberRole } from '../src/tables/member.ts';
import { serviceOn } from './ask.ts';
import { openTestDatabase } from './test-database.ts';
import { rootOperations } from './test-operations.ts';

const types: readonly GraphQLObjectType[] = Object.values(schema.getTypeMap())
  .filter(isObjectType)
  .filter(({ name }) => !name.startsWith('__'));

/** Every field that there is, as `Type.field`. */
const fields = types.flatMap((type) =>
  Object.values(type.getFields()).map((field) => ({
    name: `${type.name}.${field.name}`,
    of: classOf(type.name, field.name),
    field,
  })),
);

const signedIn = (role: Viewer['role'], kind: Viewer['kind'] = 'MEMBER'): Viewer => ({
  kind,
  role,
  name: `a ${kind} with ${role}`,
  memberId: '00000000-0000-4000-8000-00000000000a',
  tokenId: kind === 'TOKEN' ? '00000000-0000-4000-8000-00000000000b' : null,
  sessionId: null,
});

/** Everyone who can ask, and what each may: the same whether they come as themselves or by a token. */
const EVERYONE: readonly { who: string; viewer: Viewer | null; may: readonly string[] }[] = [
  { who: 'a stranger', viewer: null, may: ['STRANGER'] },
  ...(['MEMBER', 'TOKEN'] as const).flatMap((kind) =>
    memberRole.enumValues.map((role, rank) => ({
      who: `a ${kind} with the role ${role}`,
      viewer: signedIn(role, kind),
      may: ['STRANGER', 'VIEWER', 'OWN', ...['EDITOR', 'ADMIN'].slice(0, rank)],
    })),
  ),
  { who: 'the local owner', viewer: LOCAL_OWNER, may: [...ACCESS_CLASSES] },
];

const REFUSALS = ['UNAUTHENTICATED', 'FORBIDDEN'];
const isRefused = (error: unknown): boolean =>
  error instanceof GraphQLError && REFUSALS.includes(String(error.extensions.code));

test('A1: every field of every type stands in exactly one class, and no class names a field that there is not', () => {
  const classified = Object.entries(CLASSES).flatMap(([type, classes]) =>
    ACCESS_CLASSES.flatMap((of) => fieldsOf(classes, of).map((field) => `${type}.${field}`)),
  );
  expect(classified.toSorted()).toEqual(fields.map(({ name }) => name).toSorted());
});

describe('A1: the matrix of roles and fields is exact, for', () => {
  test.each(EVERYONE)('$who', async ({ viewer, may }) => {
    /** A resolver that gets this far was let through. */
    const context = new Proxy(
      {},
      {
        get: (_target, name) => {
          if (name === 'viewer') return viewer;
          if (name === 'countMutation') return undefined;
          throw new Error('let through');
        },
      },
    );
    const isLetThrough = async (resolve: unknown): Promise<boolean> => {
      if (typeof resolve !== 'function') return true; // there is no check before it
      try {
        await resolve({}, {}, context, {});
        return true;
      } catch (error) {
        return !isRefused(error);
      }
    };
    const wrong: string[] = [];
    for (const { name, of, field } of fields) {
      const expected = may.includes(of ?? '');
      if ((await isLetThrough(field.resolve)) !== expected) wrong.push(`${name} resolve`);
      if (field.subscribe && (await isLetThrough(field.subscribe)) !== expected)
        wrong.push(`${name} subscribe`);
    }
    expect(wrong).toEqual([]);
  });
});

describe('A1: each operation is done or refused as its class says, and a refusal tells nothing but the role, for', () => {
  let database: OpenDatabase;
  beforeAll(async () => {
    database = await openTestDatabase();
  });
  afterAll(() => database.close());

  test.each(EVERYONE.filter(({ viewer }) => viewer?.kind !== 'TOKEN'))('$who', async ({ viewer, may }) => {
    const { service } = serviceOn(database);
    const wrong: string[] = [];
    for (const { field, kind, query } of rootOperations(schema)) {
      const context = operationContext(service, { viewer, requestId: null, address: null });
      const of = classOf(...(field.split('.') as [string, string]));
      const answer =
        kind === 'subscription'
          ? await subscribe({ schema, document: parse(query), contextValue: context })
          : await graphql({ schema, source: query, contextValue: context });
      if (Symbol.asyncIterator in answer) {
        if (!may.includes(of ?? '')) wrong.push(`${field} was let through`);
        await answer.return?.();
        continue;
      }
      const refusals = (answer.errors ?? []).filter(isRefused);
      if (refusals.length > 0 === may.includes(of ?? '')) wrong.push(field);
      for (const { message, extensions } of refusals) {
        if (!message.startsWith(`${field} `) || Object.keys(extensions).some((key) => key === 'stack'))
          wrong.push(`${field} tells "${message}"`);
      }
    }
    expect(wrong).toEqual([]);
    service.feed.close();
  });
});

test('A1: fragments, aliases, interfaces, unions and node(id) lead to no field that is refused', async () => {
  const database = await openTestDatabase();
  try {
    const { service } = serviceOn(database);
    const created = await graphql({
      schema,
      source: 'mutation { createExperiment(input: { epochs: 1 }) { ... on Experiment { id } } }',
      contextValue: operationContext(service),
    });
    const { id } = (created.data as { createExperiment: { id: string } }).createExperiment;
    const ways = [
      `{ node(id: "${id}") { id } }`,
      `{ a: node(id: "${id}") { ... on Experiment { b: name } } }`,
      `{ nodes(ids: ["${id}"]) { ...named } } fragment named on Node { ... on Experiment { name } }`,
      `{ ... on Query { experiment(id: "${id}") { name } } }`,
      `{ experiments { edges { node { name } } } }`,
    ];
    for (const source of ways) {
      const asked = async (viewer: Viewer | null) =>
        await graphql({
          schema,
          source,
          contextValue: operationContext(service, { viewer, requestId: null, address: null }),
        });
      expect((await asked(signedIn('VIEWER'))).errors).toBeUndefined();
      const refused = await asked(null);
      expect(refused.errors?.every(isRefused)).toBe(true);
      expect(JSON.stringify(refused.data ?? null)).not.toContain(id);
    }
  } finally {
    await database.close();
  }
});
