import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { LOCAL_OWNER } from '../src/access/viewer.ts';
import type { EmbeddedDatabase } from '../src/database/database.ts';
import { orderedId } from '../src/ordered-id.ts';
import { annotate, editAnnotation } from '../src/store/annotations.ts';
import { comment } from '../src/store/comments.ts';
import { recordEpoch } from '../src/store/record-epoch.ts';
import { isRefusal } from '../src/store/refusal.ts';
import { attempts } from '../src/tables/attempt.ts';
import { experiments } from '../src/tables/experiment.ts';
import { members } from '../src/tables/member.ts';
import { workers } from '../src/tables/worker.ts';
import { ask, serviceOn } from './ask.ts';
import { anExperiment, claimed, epochReport } from './fixtures.ts';
import { openTestDatabase } from './test-database.ts';

/** What a team's page may ask for at once: for each of the main types, what leads on from it. */
const QUERIES = {
  'experiments, their runs and attempts, notes and events': `query ($first: Int!) { experiments(first: $first) {
    totalCount
    nodes {
      name author { name } tags seeds
      dataset { node { images classes experimentCount experiments(first: 2) { id } } }
      runs { label contender { label } worker { host } attempts { number outcome worker { host } } }
      annotations(first: 3) { totalCount nodes {
        body author { name } contender { label } valueChanged values { value valueNow } edits { body editor { name } }
        comments { body author { name } edits { body } }
      } }
      eventsConnection(first: 2) { totalCount nodes { kind } }
    } } }`,
  'runs, their experiments and curves': `query ($first: Int!) { runs(first: $first) {
    totalCount
    nodes {
      status experiment { name author { name } tags } contender { label optimizer { name } }
      series(metrics: [LOSS, VAL_LOSS]) { values } events { kind } eventsConnection(first: 1) { nodes { kind } }
      attempts { run { id } }
    } } }`,
  'data sets and weights with the experiments that use them': `query ($first: Int!) {
    datasets(first: $first) { nodes { label images skippedImages lastUsedAt experiments { name runs { seed } } } }
    weights(first: $first) { nodes { label experimentCount experiments { name } } }
  }`,
};

let database: EmbeddedDatabase;
const ids: string[] = [];

beforeAll(async () => {
  database = await openTestDatabase();
  const { db } = database;
  const [author, worker] = [orderedId(), orderedId()];
  await db.insert(members).values({ id: author, name: 'Ada', email: 'ada@example.org' });
  await db
    .insert(workers)
    .values({ id: worker, host: 'there', pid: 7, version: '1', labels: [], concurrency: 1, processes: 1 });
  for (const path of ['/one', '/two', '/three']) {
    const { experiment, runs } = await anExperiment(db);
    const own = { path, onCorrupt: 'skip', validationFraction: 0.25, splitSeed: 0 } as const;
    await db
      .update(experiments)
      .set({ authorId: author, data: { kind: 'folder', ...own }, weights: { kind: 'keras-h5', path } })
      .where(eq(experiments.id, experiment.id));
    for (const run of runs) {
      await recordEpoch(db, await claimed(db, run), epochReport(1));
      await db.update(attempts).set({ workerId: worker }).where(eq(attempts.runId, run.id));
    }
    const member = { ...LOCAL_OWNER, memberId: author };
    for (const run of runs) {
      const place = { axis: 'EPOCH', from: 1, to: null, seed: null, contenderId: run.contenderId } as const;
      const note = await annotate(db, member, experiment.id, { ...place, metric: 'loss', body: 'Here' });
      if (isRefusal(note)) throw new Error(note.message);
      await editAnnotation(db, member, note.noteId!, 'There');
      await comment(db, member, note.noteId!, 'Indeed');
      ids.push(note.noteId!);
    }
    ids.push(experiment.id, runs[0]!.id, `${runs[0]!.id}.1`);
  }
});
afterAll(() => database.close());

/** The statements that a query runs, with what differs from one time to another left out. */
async function statementsOf(query: string, variables: Record<string, unknown>): Promise<string[]> {
  const asked = vi.spyOn(database.client, 'query');
  try {
    await ask(serviceOn(database).service, query, variables);
    return asked.mock.calls.map(([text]) => shortened(text));
  } finally {
    asked.mockRestore();
  }
}

/** Without lists of columns, which change with the tables, and without how many parameters a list has. */
function shortened(text: string): string {
  return text
    .replace(/\$\d+/g, '?')
    .replace(/\(\?(, \?)+\)/g, '(?)')
    .replace(/"\w+"(\."\w+")?(, "\w+"(\."\w+")?){2,}/g, '…')
    .replace(/\s+/g, ' ');
}

describe('as many statements for many as for one', () => {
  for (const [name, query] of Object.entries(QUERIES)) {
    test(name, async () => {
      const forOne = await statementsOf(query, { first: 1 });
      const forMany = await statementsOf(query, { first: 3 });
      expect(forMany).toHaveLength(forOne.length);
      expect(forMany.toSorted()).toMatchSnapshot();
    });
  }

  test('nodes of every type by their ids', async () => {
    const query = `query ($ids: [ID!]!) { nodes(ids: $ids) {
      id ... on Annotation { author { name } comments { body } } ... on Attempt { run { seed } }
      ... on Run { contender { label } } ... on Experiment { tags }
    } }`;
    const forMany = await statementsOf(query, { ids });
    expect(forMany).toHaveLength((await statementsOf(query, { ids: ids.slice(0, 5) })).length);
    expect(forMany.toSorted()).toMatchSnapshot();
  });
});
