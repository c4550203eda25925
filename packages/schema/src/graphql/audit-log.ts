import { GraphQLError } from 'graphql';
import {
  type AuditFilter,
  type AuditPage,
  type AuditPlace,
  auditCursor,
  auditPlace,
  countAudit,
  listAudit,
} from '../store/list-audit.ts';
import { rowsWithIds } from '../store/rows-with-ids.ts';
import { type AuditEntryRow, auditActor, auditEntries } from '../tables/audit-entry.ts';
import { builder } from './builder.ts';
import { Experiment } from './experiment.ts';
import { Member } from './member.ts';
import { Node, nodesOfType } from './node.ts';
import { PageInfo } from './page-info.ts';

const MOST_ENTRIES = 200;
const DEFAULT_LENGTH = 50;
const MOST_IN_A_LIST = 60;
const LONGEST_TEXT = 200;

const AuditActor = builder.enumType('AuditActor', {
  description:
    'A signed-in member, a token, the owner of a server where nobody signs in, whoever runs the server in a terminal, or nobody known.',
  values: auditActor.enumValues,
});

export const AuditEntry = builder.objectRef<AuditEntryRow>('AuditEntry');

AuditEntry.implement({
  interfaces: [Node],
  description: 'Something that someone did or tried to do. It is written once and never changed.',
  fields: (t) => ({
    at: t.expose('at', { type: 'DateTime' }),
    actor: t.expose('actor', { type: AuditActor }),
    memberId: t.exposeID('memberId', {
      nullable: true,
      description: 'Who did it; of a token, whose it is.',
    }),
    member: t.field({
      type: Member,
      nullable: true,
      resolve: async ({ memberId }, _args, { load }) =>
        memberId === null ? null : ((await load.member(memberId)) ?? null),
    }),
    tokenId: t.exposeID('tokenId', { nullable: true }),
    operation: t.exposeString('operation', {
      description: 'Name of the mutation, or of what else was done: `signIn`, `export`, ….',
    }),
    arguments: t.string({
      description: 'What it was asked with, as JSON; secrets and files are left out, what is long is cut.',
      resolve: ({ arguments: given }) => JSON.stringify(given),
    }),
    experiment: t.field({
      type: Experiment,
      nullable: true,
      resolve: async ({ experimentId }, _args, { load }) =>
        (experimentId === null ? undefined : await load.experiment(experimentId)) ?? null,
    }),
    outcome: t.exposeString('outcome', { description: '`DONE`, or the code of what refused it.' }),
    requestId: t.exposeString('requestId', {
      nullable: true,
      description: 'In the lines of the log that are about the request.',
    }),
    address: t.exposeString('address', {
      nullable: true,
      description: 'Network address of whoever asked.',
    }),
  }),
});

nodesOfType('AuditEntry', async ({ db, viewer }, ids) =>
  viewer?.role === 'ADMIN' ? await rowsWithIds(db, auditEntries, ids) : [],
);

const AuditEdge = builder.objectRef<AuditEntryRow>('AuditEdge').implement({
  fields: (t) => ({
    cursor: t.string({ resolve: (entry) => auditCursor(entry) }),
    node: t.field({ type: AuditEntry, resolve: (entry) => entry }),
  }),
});

const AuditConnection = builder
  .objectRef<{ readonly page: AuditPage; readonly filter: AuditFilter }>('AuditConnection')
  .implement({
    fields: (t) => ({
      edges: t.field({ type: [AuditEdge], resolve: ({ page }) => [...page.entries] }),
      nodes: t.field({ type: [AuditEntry], resolve: ({ page }) => [...page.entries] }),
      pageInfo: t.field({
        type: PageInfo,
        resolve: ({ page }) => {
          const cursorOf = (entry: AuditEntryRow | undefined) => (entry ? auditCursor(entry) : null);
          return {
            ...page,
            startCursor: cursorOf(page.entries.at(0)),
            endCursor: cursorOf(page.entries.at(-1)),
          };
        },
      }),
      totalCount: t.int({
        description: 'How many pass the filter, on all pages.',
        resolve: ({ filter }, _args, { db }) => countAudit(db, filter),
      }),
    }),
  });

const AuditFilterInput = builder.inputType('AuditFilter', {
  description: 'What an entry must be to be listed: all of what is given.',
  fields: (t) => ({
    memberId: t.id({ description: 'What this member did, themselves or by their tokens.' }),
    tokenId: t.id(),
    experimentId: t.id({ description: 'What was done to this experiment, or to anything of it.' }),
    operation: t.stringList({ description: 'Any of these, such as `deleteExperiment`.' }),
    outcome: t.stringList({ description: 'Any of these, such as `FORBIDDEN`.' }),
    since: t.field({ type: 'DateTime', description: 'At this time or later.' }),
    until: t.field({ type: 'DateTime', description: 'Before this time.' }),
  }),
});

builder.queryField('auditLog', (t) =>
  t.field({
    type: AuditConnection,
    description:
      'Who did what, the newest first. At most 200 at once: the `first` after a cursor, or the `last` before one; 50 where neither is given.',
    args: {
      first: t.arg.int(),
      after: t.arg.string(),
      last: t.arg.int(),
      before: t.arg.string(),
      filter: t.arg({ type: AuditFilterInput }),
    },
    resolve: async (_root, { first, after, last, before, filter: given }, { db }) => {
      if (first != null && last != null) {
        throw badInput('Both first and last are given; give one: first pages forwards, last backwards.');
      }
      const limit = first ?? last ?? DEFAULT_LENGTH;
      if (limit < 1 || limit > MOST_ENTRIES) {
        throw badInput(`${last == null ? 'first' : 'last'} is ${limit}; wanted 1 to ${MOST_ENTRIES}.`);
      }
      const filter = checkedFilter(given ?? {});
      const window = {
        limit,
        after: placeAt('after', after),
        before: placeAt('before', before),
        fromEnd: last != null,
      };
      return { filter, page: await listAudit(db, filter, window) };
    },
  }),
);

function placeAt(name: string, cursor: string | null | undefined): AuditPlace | null {
  if (cursor == null) return null;
  const place = auditPlace(cursor);
  if (place !== null) return place;
  throw badInput(
    `${name} is not a cursor of the audit log; pass an endCursor or startCursor of one of its pages.`,
  );
}

function checkedFilter(given: typeof AuditFilterInput.$inferInput): AuditFilter {
  for (const name of ['operation', 'outcome'] as const) {
    const list = given[name];
    if (list == null) continue;
    const tooLong = list.some((text) => text.length > LONGEST_TEXT || text.includes('\0'));
    if (list.length === 0 || list.length > MOST_IN_A_LIST || tooLong) {
      throw badInput(
        `filter.${name} has ${list.length} entries; wanted 1 to ${MOST_IN_A_LIST} of at most ${LONGEST_TEXT} characters, none of them NUL.`,
      );
    }
  }
  return {
    memberId: given.memberId ?? null,
    tokenId: given.tokenId ?? null,
    experimentId: given.experimentId ?? null,
    operation: given.operation ?? null,
    outcome: given.outcome ?? null,
    since: given.since ?? null,
    until: given.until ?? null,
  };
}

function badInput(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });
}
