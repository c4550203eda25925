import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import type { Caller } from '../src/access/viewer.ts';
import type { Database } from '../src/database/database.ts';
import { readChanges } from '../src/feed/read-changes.ts';
import { readAnnotations, readComments } from '../src/feed/read-notes.ts';
import type { Service } from '../src/graphql/context.ts';
import { orderedId } from '../src/ordered-id.ts';
import { recordEpoch } from '../src/store/record-epoch.ts';
import { recordSteps } from '../src/store/record-steps.ts';
import { stepBatch } from '../src/store/step-batch.ts';
import { experiments } from '../src/tables/experiment.ts';
import { type MemberRole, members } from '../src/tables/member.ts';
import { runs } from '../src/tables/run.ts';
import { ask, serviceOn } from './ask.ts';
import { describeOnBoth } from './databases.ts';
import { anExperiment, claimed, epochReport } from './fixtures.ts';

interface Note {
  __typename: string;
  id: string;
  body: string;
  code?: string;
  message?: string;
  problems?: { field: string; message: string }[];
  [field: string]: unknown;
}

const REFUSED = '... on Refusal { code message } ... on InvalidInput { problems { field message } }';
const ANNOTATION = `__typename ... on Annotation {
  id body metric axis from to seed author { name } contender { label } resolvedAt resolvedBy { name } deletedAt editedAt
  valueChanged values { contender { label } seed value nonFinite valueNow nonFiniteNow } edits { body editor { name } }
} ${REFUSED}`;
const COMMENT = `__typename ... on Comment { id body author { name } deletedAt edits { body } annotation { id } } ${REFUSED}`;

async function annotate(service: Service, input: object, caller?: Caller): Promise<Note> {
  const { annotate: made } = await ask<{ annotate: Note }>(
    service,
    `mutation ($input: AnnotateInput!) { annotate(input: $input) { ${ANNOTATION} } }`,
    { input },
    caller,
  );
  return made;
}

/** A mutation of an annotation or comment by its id. */
async function act(
  service: Service,
  field: string,
  variables: { id: string; body?: string; key?: string },
  caller?: Caller,
): Promise<Note> {
  const of = field.endsWith('omment') ? COMMENT : ANNOTATION;
  const idName = field === 'comment' ? 'annotationId' : 'id';
  const answer = await ask<Record<string, Note>>(
    service,
    `mutation ($id: ID!, ${variables.body === undefined ? '' : '$body: String!,'} $key: String) {
      ${field}(${idName}: $id, ${variables.body === undefined ? '' : 'body: $body,'} idempotencyKey: $key) { ${of} } }`,
    variables,
    caller,
  );
  return answer[field]!;
}

async function aMember(db: Database, name: string, role: MemberRole): Promise<Caller> {
  const id = orderedId();
  await db.insert(members).values({ id, name, role, email: `${name.toLowerCase()}-${id}@example.org` });
  const viewer = { kind: 'MEMBER', role, name, memberId: id, tokenId: null, sessionId: null } as const;
  return { viewer, requestId: null, address: null };
}

describeOnBoth('annotations', (opened) => {
  test('stand on data: a metric, a place, a contender and a seed, with the values they were written on', async (context) => {
    const database = opened(context);
    const { service } = serviceOn(database);
    const { experiment, runs: made } = await anExperiment(database.db);
    for (const [place, run] of made.entries()) {
      const claim = await claimed(database.db, run);
      await recordEpoch(database.db, claim, epochReport(1, { valLoss: 0.5 + place }));
      await recordEpoch(database.db, claim, epochReport(2, { valLoss: place === 0 ? Number.NaN : 0.25 }));
    }
    const note = await annotate(service, {
      experimentId: experiment.id,
      metric: 'VAL_LOSS',
      axis: 'EPOCH',
      from: 1.7,
      to: 2.5,
      body: 'It **jumps** here\r\nand there  \n',
    });
    expect(note).toMatchObject({
      __typename: 'Annotation',
      body: 'It **jumps** here\nand there',
      metric: 'VAL_LOSS',
      axis: 'EPOCH',
      from: 1.7,
      to: 2.5,
      author: null,
      contender: null,
      seed: null,
      valueChanged: false,
    });
    expect(note.values).toEqual([
      expect.objectContaining({ value: null, nonFinite: 'NAN', valueNow: null, nonFiniteNow: 'NAN' }),
      expect.objectContaining({ value: 0.25, nonFinite: null, valueNow: 0.25 }),
    ]);
    const [first] = made;
    const scoped = await annotate(service, {
      experimentId: experiment.id,
      metric: 'VAL_LOSS',
      axis: 'EPOCH',
      from: 1,
      contenderId: first!.contenderId.toUpperCase(),
      seed: first!.seed,
      body: 'Only this one',
    });
    expect(scoped).toMatchObject({ to: 1, contender: { label: 'SGD 0.1' }, seed: first!.seed });
    expect(scoped.values).toEqual([
      {
        contender: { label: 'SGD 0.1' },
        seed: 1,
        value: 0.5,
        nonFinite: null,
        valueNow: 0.5,
        nonFiniteNow: null,
      },
    ]);
  });

  test('stand on steps too, and tell when a run that was made again has other values', async (context) => {
    const database = opened(context);
    const { db } = database;
    const { service } = serviceOn(database);
    const { experiment, runs: made } = await anExperiment(db, { contenders: 1 });
    const steps = (loss: number) =>
      stepBatch(
        1,
        [1, 2, 3].map((step) => ({ loss: loss * step, gradientNorm: 1, learningRate: 0.1, seconds: 0.01 })),
      );
    await recordSteps(db, await claimed(db, made[0]!), [steps(2)], null);
    const note = await annotate(service, {
      experimentId: experiment.id,
      metric: 'LOSS',
      axis: 'STEP',
      from: 3,
      body: 'The loss at the third step',
    });
    expect(note.values).toEqual([expect.objectContaining({ value: 6, valueNow: 6 })]);
    const again = orderedId();
    await db.insert(runs).values({ ...made[0]!, id: again, position: 1, attempt: 0, status: 'QUEUED' });
    await recordSteps(db, await claimed(db, { ...made[0]!, id: again }), [steps(5)], null);
    const { node } = await ask<{ node: Note }>(
      service,
      `query ($id: ID!) { node(id: $id) { ... on Annotation { valueChanged values { value valueNow } } } }`,
      { id: note.id },
    );
    expect(node).toMatchObject({ valueChanged: true, values: [{ value: 6, valueNow: 15 }] });
  });

  test('that cannot stand where they are to stand are refused, with every field that is wrong', async (context) => {
    const database = opened(context);
    const { service } = serviceOn(database);
    const { experiment } = await anExperiment(database.db);
    const other = await anExperiment(database.db);
    const problems = async (over: object): Promise<string[] | undefined> =>
      (await annotate(service, { experimentId: experiment.id, body: 'x', ...over })).problems?.map(
        ({ field, message }) => `${field}: ${message}`,
      );
    expect(
      await problems({
        metric: 'SECONDS',
        axis: 'EPOCH',
        from: -1,
        to: 9,
        contenderId: 'x',
        seed: 7,
        body: ' ',
      }),
    ).toEqual([
      'body: The text is empty; write what is to be noted.',
      expect.stringMatching(/^metric: seconds is not kept of every epoch/),
      expect.stringMatching(/^from: `from` is epoch -1; the curves go from 0 to 3/),
      expect.stringMatching(/^to: `to` is epoch 9/),
      expect.stringMatching(/^contenderId: .* has no contender x/),
      expect.stringMatching(/^seed: No run has the seed 7/),
    ]);
    expect(await problems({ contenderId: other.runs[0]!.contenderId })).toHaveLength(1);
    expect(await problems({ from: 1 })).toEqual([expect.stringMatching(/^axis: /)]);
    expect(await problems({ axis: 'EPOCH' })).toEqual([expect.stringMatching(/^from: /)]);
    expect(await problems({ axis: 'EPOCH', from: 3, to: 2 })).toEqual([
      expect.stringMatching(/^to: .*before/),
    ]);
    expect(await problems({ body: 'a\0b' })).toEqual([expect.stringMatching(/U\+0000/)]);
    expect(await problems({ body: 'x'.repeat(10_001) })).toEqual([expect.stringMatching(/10001 characters/)]);
    expect(await annotate(service, { experimentId: 'x', body: 'x' })).toMatchObject({ code: 'NOT_FOUND' });
    await database.db
      .update(experiments)
      .set({ deletedAt: new Date() })
      .where(eq(experiments.id, experiment.id));
    expect(await annotate(service, { experimentId: experiment.id, body: 'x' })).toMatchObject({
      code: 'EXPERIMENT_DELETED',
    });
  });

  test('are written once for a key, also by two at once, and edited, resolved, deleted and restored once', async (context) => {
    const database = opened(context);
    const { service } = serviceOn(database);
    const { experiment } = await anExperiment(database.db);
    const input = { experimentId: experiment.id, body: 'Look here', idempotencyKey: orderedId() };
    const [one, two] = await Promise.all([annotate(service, input), annotate(service, input)]);
    expect(two.id).toBe(one.id);
    expect(await annotate(service, { ...input, body: 'Something else' })).toMatchObject({
      code: 'KEY_USED_OTHERWISE',
    });
    const key = orderedId();
    await act(service, 'editAnnotation', { id: one.id, body: 'Look there', key });
    await act(service, 'editAnnotation', { id: one.id, body: 'Look away' });
    const late = await act(service, 'editAnnotation', { id: one.id, body: 'Look there', key });
    expect(late).toMatchObject({
      body: 'Look away',
      edits: [
        { body: 'Look here', editor: null },
        { body: 'Look there', editor: null },
      ],
    });
    expect((await act(service, 'resolveAnnotation', { id: one.id })).resolvedAt).not.toBeNull();
    expect((await act(service, 'reopenAnnotation', { id: one.id })).resolvedAt).toBeNull();
    const before = await readChanges(database.db, experiment.id, 0);
    expect((await act(service, 'reopenAnnotation', { id: one.id })).resolvedAt).toBeNull();
    expect((await readChanges(database.db, experiment.id, 0))?.cursor).toBe(before?.cursor);
    const deleted = await act(service, 'deleteAnnotation', { id: one.id });
    expect(deleted).toMatchObject({ body: '', edits: [], deletedAt: expect.any(String) });
    expect(await act(service, 'editAnnotation', { id: one.id, body: 'x' })).toMatchObject({
      code: 'NOTE_DELETED',
    });
    expect(await act(service, 'comment', { id: one.id, body: 'x' })).toMatchObject({ code: 'NOTE_DELETED' });
    expect(await act(service, 'restoreAnnotation', { id: one.id })).toMatchObject({ body: 'Look away' });
  });

  test('are of their author: others may answer, editors take them away, and only admins change what they say', async (context) => {
    const database = opened(context);
    const { service } = serviceOn(database);
    const { experiment } = await anExperiment(database.db);
    const [ada, ben, eve, ann] = await Promise.all([
      aMember(database.db, 'Ada', 'VIEWER'),
      aMember(database.db, 'Ben', 'VIEWER'),
      aMember(database.db, 'Eve', 'EDITOR'),
      aMember(database.db, 'Ann', 'ADMIN'),
    ]);
    const { id, author } = await annotate(service, { experimentId: experiment.id, body: 'Mine' }, ada);
    expect(author).toEqual({ name: 'Ada' });
    for (const field of ['resolveAnnotation', 'reopenAnnotation', 'deleteAnnotation', 'restoreAnnotation']) {
      expect(await act(service, field, { id }, ben)).toMatchObject({ code: 'NOT_AUTHOR' });
      expect(await act(service, field, { id }, eve)).toMatchObject({ __typename: 'Annotation' });
      expect(await act(service, field, { id }, ada)).toMatchObject({ __typename: 'Annotation' });
    }
    expect((await act(service, 'resolveAnnotation', { id }, eve)).resolvedBy).toEqual({ name: 'Eve' });
    for (const stranger of [ben, eve]) {
      const refused = await act(service, 'editAnnotation', { id, body: 'Theirs' }, stranger);
      expect(refused).toMatchObject({ code: 'NOT_AUTHOR', message: expect.stringMatching(/role ADMIN/) });
    }
    await act(service, 'editAnnotation', { id, body: 'Mine, really' }, ada);
    expect(await act(service, 'editAnnotation', { id, body: 'Ours' }, ann)).toMatchObject({
      author: { name: 'Ada' },
      edits: [
        { body: 'Mine', editor: { name: 'Ada' } },
        { body: 'Mine, really', editor: { name: 'Ann' } },
      ],
    });
    const answer = await act(service, 'comment', { id, body: 'I see' }, ben);
    expect(answer).toMatchObject({ author: { name: 'Ben' }, annotation: { id } });
    expect(await act(service, 'editComment', { id: answer.id, body: 'No' }, ada)).toMatchObject({
      code: 'NOT_AUTHOR',
    });
    expect(await act(service, 'editComment', { id: answer.id, body: 'I saw' }, ben)).toMatchObject({
      body: 'I saw',
      edits: [{ body: 'I see' }],
    });
    expect(await act(service, 'deleteComment', { id: answer.id }, ada)).toMatchObject({ code: 'NOT_AUTHOR' });
    expect(await act(service, 'deleteComment', { id: answer.id }, eve)).toMatchObject({ body: '' });
    expect(await act(service, 'restoreComment', { id: answer.id }, ben)).toMatchObject({ body: 'I saw' });
  });

  test('are listed page by page, by age or by place, and by what they are about', async (context) => {
    const database = opened(context);
    const { service } = serviceOn(database);
    const { experiment, runs: made } = await anExperiment(database.db);
    const places = [3, 1, null, 2, 1];
    for (const [index, from] of places.entries()) {
      await annotate(service, {
        experimentId: experiment.id,
        body: `note ${index}`,
        ...(from !== null && { axis: 'EPOCH', from, metric: index < 2 ? 'LOSS' : 'VAL_LOSS' }),
        ...(index === 4 && { contenderId: made[1]!.contenderId }),
      });
    }
    interface Listed {
      nodes: { body: string; id: string }[];
      totalCount: number;
      pageInfo: { endCursor: string; startCursor: string; hasNextPage: boolean; hasPreviousPage: boolean };
    }
    const list = async (variables: object): Promise<Listed> => {
      const answer = await ask<{ experiment: { annotations: Listed } }>(
        service,
        `query ($id: ID!, $first: Int, $after: String, $last: Int, $before: String, $filter: AnnotationFilter, $order: AnnotationOrder) {
          experiment(id: $id) { annotations(first: $first, after: $after, last: $last, before: $before, filter: $filter, order: $order) {
            nodes { id body } totalCount pageInfo { endCursor startCursor hasNextPage hasPreviousPage } } } }`,
        { id: experiment.id, ...variables },
      );
      return answer.experiment.annotations;
    };
    const numbers = ({ nodes }: Listed): string => nodes.map(({ body }) => body.slice(5)).join('');
    for (const [order, wanted] of [
      [{ by: 'CREATED' }, '01234'],
      [{ by: 'CREATED', direction: 'DESCENDING' }, '43210'],
      [{ by: 'PLACE' }, '14302'],
      [{ by: 'PLACE', direction: 'DESCENDING' }, '20341'],
    ] as const) {
      let forwards = '';
      for (let after: string | null = null, more = true; more; ) {
        const page = await list({ first: 2, after, order });
        forwards += numbers(page);
        expect(page.totalCount).toBe(5);
        after = page.pageInfo.endCursor;
        more = page.pageInfo.hasNextPage;
      }
      expect(forwards).toBe(wanted);
      let backwards = '';
      for (let before: string | null = null, more = true; more; ) {
        const page = await list({ last: 2, before, order });
        backwards = numbers(page) + backwards;
        before = page.pageInfo.startCursor;
        more = page.pageInfo.hasPreviousPage;
      }
      expect(backwards).toBe(wanted);
    }
    const { nodes } = await list({});
    await act(service, 'resolveAnnotation', { id: nodes[0]!.id });
    await act(service, 'deleteAnnotation', { id: nodes[3]!.id });
    const found = async (filter: object) => numbers(await list({ filter }));
    expect(await found({})).toBe('0124');
    expect((await list({ filter: { deleted: true } })).nodes).toEqual([{ id: nodes[3]!.id, body: '' }]);
    expect(await found({ resolved: false })).toBe('124');
    expect(await found({ metric: ['LOSS'] })).toBe('01');
    expect(await found({ axis: 'EPOCH', from: 2 })).toBe('0');
    expect(await found({ to: 1 })).toBe('14');
    expect(await found({ contender: made[0]!.contenderId })).toBe('012');
    expect(await found({ text: 'NOTE 1' })).toBe('1');
    expect(await found({ author: [orderedId()] })).toBe('');
    await expect(list({ filter: { contender: 'x' } })).rejects.toThrow(/no id/);
    await expect(list({ after: 'x' })).rejects.toThrow(/not a cursor/);
    await expect(list({ first: 101 })).rejects.toThrow(/first is 101/);
  });

  test('are among the changes of their experiment, each once and as it is then', async (context) => {
    const database = opened(context);
    const { db } = database;
    const { service } = serviceOn(database);
    const { experiment } = await anExperiment(db);
    const { id } = await annotate(service, { experimentId: experiment.id, body: 'First' });
    const { id: commentId } = await act(service, 'comment', { id, body: 'Second' });
    const changes = (await readChanges(db, experiment.id, 0))!;
    const between = { experimentId: experiment.id, after: changes.after, cursor: changes.cursor };
    expect((await readAnnotations(db, between)).map((row) => row.id)).toEqual([id]);
    expect((await readComments(db, between)).map((row) => row.id)).toEqual([commentId]);
    await act(service, 'editAnnotation', { id, body: 'Third' });
    expect(await readAnnotations(db, between)).toEqual([]);
    const next = (await readChanges(db, experiment.id, changes.cursor))!;
    const later = { ...between, after: next.after, cursor: next.cursor };
    expect((await readAnnotations(db, later)).map((row) => row.body)).toEqual(['Third']);
    expect(await readComments(db, later)).toEqual([]);
  });
});
