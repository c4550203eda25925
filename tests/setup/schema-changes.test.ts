import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

const CHECK = fileURLToPath(new URL('../../scripts/check-schema-change.mjs', import.meta.url));
const RELEASED = 'type Query { name: String! size: Int!, epochs: Int! }\n';
const GONE = 'Field Query.size was removed.';

let root = '';
beforeEach((context) => {
  if (spawnSync('git', ['--version']).status !== 0) context.skip('git is not installed');
  root = mkdtempSync(join(tmpdir(), 'optiscope-schema-'));
  mkdirSync(join(root, 'packages', 'schema'), { recursive: true });
  git('init', '-q', '-b', 'main');
  write('package.json', '{"version": "1.0.0"}');
  write('packages/schema/schema.baseline.graphql', RELEASED);
  write('packages/schema/breaking-changes.json', '[]');
  schema(RELEASED);
  commit();
});
afterEach(() => root && rmSync(root, { recursive: true, force: true }));

function git(...args: string[]): void {
  const who = ['-c', 'user.name=test', '-c', 'user.email=test@localhost', '-c', 'commit.gpgsign=false'];
  execFileSync('git', [...who, ...args], { cwd: root, stdio: 'ignore' });
}

function write(path: string, text: string): void {
  writeFileSync(join(root, path), text);
}

function schema(text: string): void {
  write('packages/schema/schema.graphql', text);
}

function commit(): void {
  git('add', '-A');
  git('commit', '-q', '--allow-empty', '-m', 'a change');
}

function declare(change: string): void {
  write('packages/schema/breaking-changes.json', JSON.stringify([{ change, why: 'nobody asked for it' }]));
}

function check(): { status: number | null; said: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CHECK, root], {
    encoding: 'utf8',
    env: { ...process.env, SCHEMA_BASE: '' },
  });
  return { status, said: stdout + stderr };
}

test('a field that goes fails the check, before it is committed and after, until it is declared', () => {
  schema('type Query { name: String! epochs: Int! }\n');
  for (const state of ['in the working tree', 'committed']) {
    const { status, said } = check();
    expect([status, said], state).toEqual([1, expect.stringContaining(GONE)]);
    commit();
  }
  declare(GONE);
  expect(check()).toEqual({ status: 0, said: expect.stringContaining('1 of them declared') });
});

test('a field that was added after the release may not go silently either', () => {
  schema('type Query { name: String! size: Int! epochs: Int! depth: Int! }\n');
  commit();
  expect(check().status).toBe(0);
  schema(RELEASED);
  commit();
  expect(check()).toEqual({ status: 1, said: expect.stringContaining('Field Query.depth was removed.') });
});

test('a clone without history is held against the release', () => {
  rmSync(join(root, '.git'), { recursive: true });
  expect(check()).toEqual({ status: 0, said: expect.stringContaining('does not reach back') });
  schema('type Query { name: String size: Int! epochs: Int! }\n');
  expect(check()).toEqual({ status: 1, said: expect.stringContaining('Query.name changed type') });
});

test('the release that changes are held against changes with the version only', () => {
  schema('type Query { name: String! epochs: Int! }\n');
  write('packages/schema/schema.baseline.graphql', 'type Query { name: String! epochs: Int! }\n');
  declare(GONE);
  commit();
  expect(check()).toEqual({ status: 1, said: expect.stringContaining('the version has not') });
  write('package.json', '{"version": "2.0.0"}');
  commit();
  expect(check().status).toBe(0); // compared with a commit that has the new one already
});

test('a declaration without a reason is none', () => {
  write('packages/schema/breaking-changes.json', `[{"change": "${GONE}"}]`);
  expect(check()).toEqual({ status: 1, said: expect.stringContaining('"why"') });
});
