import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ServerProcess, startServer } from './server-process.ts';

const CLI = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url));

let directory: string;
let server: ServerProcess;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'optiscope-tokens-'));
  server = await startServer({ DATA_DIR: directory });
});
afterAll(async () => {
  await server?.end('SIGTERM');
  await rm(directory, { recursive: true, force: true });
});

async function tokens(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [CLI, 'tokens', ...args], {
    env: { ...process.env, DATA_DIR: directory, DATABASE_URL: '' },
  });
  return stdout;
}

async function ask(query: string, authorization?: string): Promise<Response> {
  return await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
    body: JSON.stringify({ query }),
  });
}

test('a token of the command line works on the server that runs, with its role and no more, until it is revoked', async () => {
  const [secret = ''] = (await tokens('create', 'nightly report', '--role', 'viewer', '--days', '7')).split(
    '\n',
  );
  const bearer = `Bearer ${secret}`;
  const who = '{ viewer { kind role name } apiTokens(everyones: false) { id name lastUsedAt } }';
  const told = (await (await ask(who, bearer)).json()) as {
    data: { viewer: object; apiTokens: [{ id: string; name: string; lastUsedAt: string }] };
  };
  expect(told.data.viewer).toEqual({ kind: 'TOKEN', role: 'VIEWER', name: 'nightly report' });
  const [{ id, lastUsedAt }] = told.data.apiTokens;
  expect(lastUsedAt).toMatch(/:00\.000Z$/);
  expect((await ask('mutation { createExperiment(input: {}) { __typename } }', bearer)).status).toBe(403);
  expect((await ask(who, `${bearer}x`)).status).toBe(401);
  expect((await ask('{ viewer { kind } }')).status).toBe(200); // without one it is the owner, as before

  expect(await tokens('list')).toMatch(new RegExp(`^${id} .* viewer {2}nightly report {2}used `));
  await tokens('revoke', id);
  await expect.poll(async () => (await ask(who, bearer)).status, { timeout: 20_000 }).toBe(401);
  expect(await tokens('list')).toMatch(/ended\n$/);

  const log = await (await ask('{ auditLog { nodes { actor operation arguments outcome } } }')).json();
  const entry = (operation: string, actor: string, outcome: string) =>
    expect.objectContaining({ operation, actor, outcome });
  expect(log).toMatchObject({
    data: {
      auditLog: {
        nodes: [
          entry('revokeApiToken', 'COMMAND_LINE', 'DONE'),
          entry('createExperiment', 'TOKEN', 'FORBIDDEN'),
          entry('createApiToken', 'COMMAND_LINE', 'DONE'),
        ],
      },
    },
  });
});
