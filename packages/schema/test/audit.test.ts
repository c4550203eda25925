import { asc } from 'drizzle-orm';
import { type ExecutionResult, graphql } from 'graphql';
import { expect, test } from 'vitest';
import { type Caller, LOCAL_OWNER, type Viewer } from '../src/access/viewer.ts';
import type { OpenDatabase } from '../src/database/database.ts';
import { operationContext, type Service } from '../src/graphql/context.ts';
import { schema } from '../src/graphql/schema.ts';
import { orderedId } from '../src/ordered-id.ts';
import { recordAudit, shownArguments } from '../src/store/audit.ts';
import { type AuditEntryRow, auditEntries } from '../src/tables/audit-entry.ts';
import { serviceOn } from './ask.ts';
import { describeOnBoth } from './databases.ts';
import { aMember } from './test-member.ts';

async function asked(service: Service, viewer: Viewer | null, source: string): Promise<ExecutionResult> {
  const caller: Caller = { viewer, requestId: 'request1', address: '192.0.2.1' };
  const contextValue = operationContext(service, caller);
  return JSON.parse(JSON.stringify(await graphql({ schema, source, contextValue })));
}

async function entries({ db }: Pick<OpenDatabase, 'db'>): Promise<AuditEntryRow[]> {
  return await db.select().from(auditEntries).orderBy(asc(auditEntries.at), asc(auditEntries.id));
}

/** The entries that something adds. */
async function added(database: OpenDatabase, act: () => Promise<unknown>): Promise<AuditEntryRow[]> {
  const before = new Set((await entries(database)).map(({ id }) => id));
  await act();
  return (await entries(database)).filter(({ id }) => !before.has(id));
}

interface Listed {
  readonly experiments: { readonly nodes: readonly object[] };
}

const CREATE = (key: string) =>
  `mutation { createExperiment(input: { epochs: 1, idempotencyKey: "${key}", contenders: [{ optimizer: "sgd" }] }) { ... on Experiment { id runs { id } } } }`;

describeOnBoth('The audit log', (opened) => {
  test('has each mutation once: who, what with, about which experiment, and what came of it', async (context) => {
    const database = opened(context);
    const { service } = serviceOn(database);
    const editor = await aMember(database, 'EDITOR');
    let id = '';
    let runId = '';
    const made = await added(database, async () => {
      const { data } = await asked(service, editor, CREATE('audit'));
      const experiment = data?.createExperiment as { id: string; runs: { id: string }[] };
      id = experiment.id;
      runId = experiment.runs[0]!.id;
    });
    expect(made).toEqual([
      expect.objectContaining({
        actor: 'MEMBER',
        memberId: editor.memberId,
        operation: 'createExperiment',
        experimentId: id,
        outcome: 'DONE',
        requestId: 'request1',
        address: '192.0.2.1',
        arguments: { input: { epochs: 1, idempotencyKey: 'audit', contenders: [{ optimizer: 'sgd' }] } },
      }),
    ]);
    const told = async (source: string, viewer: Viewer | null = editor) =>
      (await added(database, () => asked(service, viewer, source))).map(
        ({ operation, outcome, experimentId }) => [operation, outcome, experimentId],
      );
    const of = (field: string) => `mutation { ${field} { __typename } }`;
    expect(await told(of(`renameExperiment(id: "${id}", name: "Other")`))).toEqual([
      ['renameExperiment', 'DONE', id],
    ]);
    expect(await told(of(`pauseRun(id: "${runId}")`))).toEqual([['pauseRun', 'DONE', id]]);
    expect(await told(of(`rerun(runId: "${runId}")`))).toEqual([['rerun', 'DONE', id]]);
    expect(await told(of(`cancelExperiment(id: "${id}")`))).toEqual([['cancelExperiment', 'DONE', id]]);
    expect(await told(of(`pauseExperiment(id: "${id}")`))).toEqual([
      ['pauseExperiment', 'EXPERIMENT_ENDED', id],
    ]);
    expect(await told(of(`renameExperiment(id: "${orderedId()}", name: "x")`))).toEqual([
      ['renameExperiment', 'NOT_FOUND', null],
    ]);
    expect(await told(of(`deleteExperiment(id: "${id}")`), await aMember(database, 'VIEWER'))).toEqual([
      ['deleteExperiment', 'FORBIDDEN', id],
    ]);
    // Two in one request are two.
    expect(
      await told(
        `mutation { a: tagExperiment(id: "${id}", add: ["x"]) { __typename } b: tagExperiment(id: "${id}", remove: ["x"]) { __typename } }`,
      ),
    ).toEqual([
      ['tagExperiment', 'DONE', id],
      ['tagExperiment', 'DONE', id],
    ]);
    // Whoever has not signed in cannot fill the log.
    expect(await told(of(`cancelExperiment(id: "${id}")`), null)).toEqual([]);
    // Reading is not written down.
    expect(await told(`{ experiment(id: "${id}") { name } }`)).toEqual([]);
  });

  test('has what was done exactly when it was done: both are in one transaction', async (context) => {
    const database = opened(context);
    const { service } = serviceOn(database);
    const failing: Service = {
      ...service,
      enqueue: async () => {
        throw new Error('the queue is away');
      },
    };
    const failed = await added(database, () => asked(failing, LOCAL_OWNER, CREATE('fails')));
    expect(failed.map(({ operation, outcome }) => [operation, outcome])).toEqual([
      ['createExperiment', 'FAILED'],
    ]);
    // The entry is rolled back with the rest when the commit does not come: nothing is told twice or falsely.
    const done = await added(database, () => asked(service, LOCAL_OWNER, CREATE('fails')));
    expect(done.map(({ outcome }) => outcome)).toEqual(['DONE']);
    // A statement that is refused inside of the transaction takes what was to be done with it.
    const refusing = new Proxy(database.db, {
      get: (target, name) =>
        name === 'transaction'
          ? (act: (tx: object) => Promise<unknown>) =>
              target.transaction(async (tx) =>
                act(
                  new Proxy(tx, {
                    get: (inner, of) => {
                      const value: unknown = Reflect.get(inner, of, inner);
                      if (of !== 'insert' || typeof value !== 'function') return value;
                      return (table: unknown) => {
                        if (table === auditEntries) throw new Error('no place for the log');
                        return value.call(inner, table);
                      };
                    },
                  }),
                ),
              )
          : Reflect.get(target, name, target),
    });
    const { errors } = await asked({ ...service, db: refusing }, LOCAL_OWNER, CREATE('not written'));
    expect(errors).toHaveLength(1);
    const { data } = await asked(service, LOCAL_OWNER, '{ experiments(first: 100) { nodes { id } } }');
    const listed = (data as unknown as Listed).experiments.nodes.length;
    await asked(service, LOCAL_OWNER, CREATE('not written'));
    const after = await asked(service, LOCAL_OWNER, '{ experiments(first: 100) { nodes { id } } }');
    expect((after.data as unknown as Listed).experiments.nodes).toHaveLength(listed + 1);
  });

  test('is read by administrators only, page by page in both directions, by member, operation, experiment and time', async (context) => {
    const database = opened(context);
    const { service } = serviceOn(database);
    const [one, other] = [await aMember(database, 'EDITOR'), await aMember(database, 'EDITOR')];
    for (let index = 0; index < 5; index++) {
      const by = { viewer: index % 2 === 0 ? one : other, requestId: null, address: null };
      await recordAudit(database.db, by, { operation: `paged${index}` });
    }
    const admin = await aMember(database, 'ADMIN');
    const read = async (args: string, viewer: Viewer = admin) =>
      await asked(
        service,
        viewer,
        `{ auditLog${args} { totalCount nodes { operation actor at } pageInfo { endCursor startCursor hasNextPage hasPreviousPage } } }`,
      );
    interface Log {
      readonly totalCount: number;
      readonly nodes: { operation: string; at: string }[];
      readonly pageInfo: { endCursor: string; startCursor: string; hasNextPage: boolean };
    }
    const log = async (args: string): Promise<Log> => (await read(args)).data?.auditLog as Log;
    for (const role of ['VIEWER', 'EDITOR'] as const) {
      expect((await read('', await aMember(database, role))).errors).toMatchObject([
        { extensions: { code: 'FORBIDDEN', role: 'ADMIN' } },
      ]);
    }
    const ofOne = `filter: { memberId: "${one.memberId}" }`;
    const names = ({ nodes }: Log) => nodes.map(({ operation }) => operation);
    const first = await log(`(first: 2, ${ofOne})`);
    expect([first.totalCount, names(first)]).toEqual([3, ['paged4', 'paged2']]);
    const second = await log(`(first: 2, after: "${first.pageInfo.endCursor}", ${ofOne})`);
    expect([names(second), second.pageInfo.hasNextPage]).toEqual([['paged0'], false]);
    expect(names(await log(`(last: 2, before: "${second.pageInfo.startCursor}", ${ofOne})`))).toEqual([
      'paged4',
      'paged2',
    ]);
    expect(names(await log('(filter: { operation: ["paged1", "paged2"] })'))).toEqual(['paged2', 'paged1']);
    const at = first.nodes[1]!.at;
    const since = names(await log(`(filter: { since: "${at}", memberId: "${one.memberId}" })`));
    const until = names(await log(`(filter: { until: "${at}", memberId: "${one.memberId}" })`));
    expect([...since, ...until].toSorted()).toEqual(['paged0', 'paged2', 'paged4']);
    expect(names(await log('(filter: { experimentId: "nothing" })'))).toEqual([]);
    for (const wrong of [
      '(first: 0)',
      '(first: 1, last: 1)',
      '(after: "x")',
      '(filter: { operation: [] })',
    ]) {
      expect((await read(wrong)).errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    }
  });
});

test('A10: what is written of arguments has no secrets, no files and an end', () => {
  const shown = shownArguments({
    name: 'x'.repeat(5_000),
    password: 'canary',
    input: { content: 'canary of a file', newSecret: 'canary', idempotencyKey: 'kept', nothing: null },
    sessionToken: 'canary',
    id: `opt_canary${'x'.repeat(37)}`,
    tags: Array.from({ length: 500 }, (_, index) => `tag ${index}`),
    text: 'a\0b\ud800',
  });
  expect(JSON.stringify(shown)).not.toContain('canary');
  expect(JSON.stringify(shown).length).toBeLessThan(2_000);
  expect(shown).toMatchObject({
    password: '(left out)',
    input: { content: '(16 characters)', idempotencyKey: 'kept' },
    text: 'a\ufffdb\ufffd',
  });
  expect(
    shownArguments({ lists: Array.from({ length: 20 }, () => Array(20).fill('x'.repeat(100))) }),
  ).toEqual({ leftOut: expect.stringMatching(/characters/) });
});
