import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { schema } from '@optiscope/schema';
import { type FieldNode, parse, type SelectionSetNode, validate } from 'graphql';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { EXAMPLES, examplesAbout } from '../src/graphiql/examples.ts';
import { operationLimits } from '../src/server/operation-limits.ts';
import { type ServerProcess, startServer } from './server-process.ts';

const run = promisify(execFile);
const DOCS = new URL('../../../docs/', import.meta.url);
/** What the examples may need and not every machine has; what they print is nobody's business here. */
const STAND_INS = 'tensorboard() { :; }; command -v unzip >/dev/null || unzip() { :; };';

let server: ServerProcess;
let directory: string;
/** An experiment that has ended. */
let id: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'optiscope-docs-'));
  server = await startServer({ DATA_DIR: join(directory, 'data') });
  await writeFile(join(directory, 'history.json'), '{"loss": [1.5, 0.5], "val_loss": [2, 1]}');
  id = (await shell((await blocks('ten-questions.md', 'sh'))[0]!)).trim();
  await vi.waitUntil(async () => (await status()) === 'FINISHED', { timeout: 30_000, interval: 100 });
});
afterAll(async () => {
  await server?.end('SIGKILL');
  await rm(directory, { recursive: true, force: true });
});

async function status(): Promise<string | undefined> {
  const { experiment } = await server.ask<{ experiment: { status: string } | null }>(
    'query ($id: ID!) { experiment(id: $id) { status } }',
    { id },
  );
  return experiment?.status;
}

/** The blocks of one language, as they stand on the page. */
async function blocks(page: string, language: string): Promise<string[]> {
  const text = await readFile(new URL(page, DOCS), 'utf8');
  return [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].flatMap(([, of, block]) =>
    of === language ? [block!] : [],
  );
}

/** What a block prints, run in a shell of its own with the server that there is here. */
async function shell(block: string): Promise<string> {
  const here = block.replaceAll('localhost:3000', new URL(server.url).host);
  const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', `${STAND_INS}\n${here}`], {
    cwd: directory,
    env: { ...process.env, ID: id },
  });
  return stdout;
}

/** The query that a block sends, as JSON or as a parameter. */
function queryOf(block: string): string | null {
  const [, json] = /"query": ("(?:[^"\\]|\\.)*")/.exec(block) ?? [];
  if (json !== undefined) return JSON.parse(json);
  return /--data-urlencode 'query=\n([^']*)'/.exec(block)?.[1] ?? null;
}

/** Every field that was asked for is in the answer. Of several types that an answer can be, those of one of them. */
function expectAnswered(asked: SelectionSetNode, answer: unknown, path: string): void {
  if (Array.isArray(answer)) {
    for (const [place, item] of answer.entries()) expectAnswered(asked, item, `${path}.${place}`);
    return;
  }
  const fields = asked.selections.filter((selection): selection is FieldNode => selection.kind === 'Field');
  for (const field of fields) {
    const name = field.alias?.value ?? field.name.value;
    expect(answer, path).toHaveProperty(name);
    const value: unknown = Object(answer)[name];
    if (field.selectionSet && value !== null) expectAnswered(field.selectionSet, value, `${path}.${name}`);
  }
  const kinds = asked.selections.flatMap((selection) =>
    selection.kind === 'InlineFragment' ? [selection.selectionSet] : [],
  );
  if (kinds.length === 0) return;
  const failures = kinds.flatMap((kind) => {
    try {
      expectAnswered(kind, answer, path);
      return [];
    } catch (error) {
      return [error];
    }
  });
  if (failures.length === kinds.length) throw failures[0];
}

/** The answers in what a block printed: JSON, or a stream that came to its end. */
function answersOf(printed: string): unknown[] {
  if (!printed.includes('event: ')) return [JSON.parse(printed)];
  expect(printed).toContain('event: complete');
  return [...printed.matchAll(/^data: ?(\{.*)$/gm)].map(([, data]) => JSON.parse(data!));
}

test.each(['api.md', 'ten-questions.md'])(
  'every example of docs/%s is answered with what it asks for',
  async (page) => {
    const examples = (await blocks(page, 'sh')).filter((block) => block.includes('curl'));
    expect(examples.length).toBeGreaterThan(6);
    for (const block of examples) {
      const query = queryOf(block);
      expect(query, block).not.toBeNull();
      const printed = await shell(block);
      if (printed.trim() === id) continue; // the block that makes it
      const [operation] = parse(query!).definitions;
      if (operation?.kind !== 'OperationDefinition') throw new Error(block);
      for (const answer of answersOf(printed)) {
        expect(answer, block).not.toHaveProperty('errors');
        expectAnswered(operation.selectionSet, Object(answer).data, 'data');
        expect(JSON.stringify(answer), block).not.toContain('"problems"');
      }
    }
  },
);

test('the example in JavaScript follows an experiment to its end', async () => {
  const [program] = await blocks('api.md', 'js');
  const here = program!.replaceAll('localhost:3000', new URL(server.url).host);
  const child = run(process.execPath, ['--input-type=module', '-', id], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
  });
  child.child.stdin?.end(here);
  const { stdout } = await child;
  expect(stdout.trim().split('\n')).toHaveLength(4 * 5 + 2); // of 6 runs, two diverge after their first epoch
});

test('every example of docs/exchange.md brings curves out and in', async () => {
  const printed: string[] = [];
  for (const block of await blocks('exchange.md', 'sh')) printed.push(await shell(block));
  expect(await readFile(join(directory, 'curves.csv'), 'utf8')).toMatch(/^experiment_id,.*val_accuracy/);
  expect((await readFile(join(directory, 'curves.zip'))).subarray(0, 2).toString()).toBe('PK');
  expect(JSON.parse(printed.at(-1)!)).toMatchObject({ experimentId: id });
});

test('GraphiQL has the ten questions as they stand in the guide, in their order, and every operation is valid', async () => {
  const asked = (await blocks('ten-questions.md', 'sh')).slice(1).map(queryOf);
  expect(asked).toHaveLength(10);
  expect(EXAMPLES.slice(0, 10).map(({ query }) => query.trimEnd())).toEqual(asked);
  const text = await readFile(new URL('ten-questions.md', DOCS), 'utf8');
  for (const { name, query, variables } of examplesAbout(id)) {
    expect(validate(schema, parse(query)), name).toEqual([]);
    expect(validate(schema, parse(query), [operationLimits]), name).toEqual([]);
    for (const [, variable] of query.matchAll(/\$(\w+):/g)) expect(variables, name).toHaveProperty(variable!);
    const question = /^# (.*?\?)/.exec(query)?.[1];
    if (question !== undefined) expect(text).toContain(question.slice(0, 20));
  }
});
