import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ServerProcess, startServer } from '../../../apps/api/test/server-process.ts';

const run = promisify(execFile);
const PROGRAM = `
import { accepted, createClient, operations } from '@optiscope/client';
const client = createClient({ url: process.argv[2] });
const contenders = [{ optimizer: 'sgd', learningRate: 0.1 }];
const input = { epochs: 3, batchSize: 1, contenders };
const { createExperiment } = await client.request(operations.CreateExperiment, { input });
const heard = [];
for await (const { epochs } of client.changes(accepted(createExperiment).id)) heard.push(...epochs.map(({ epoch }) => epoch));
console.log(heard.join());
`;

let directory: string;
let server: ServerProcess;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'optiscope-package-'));
  server = await startServer({ DATA_DIR: join(directory, 'data') });
});
afterAll(async () => {
  await server?.end('SIGKILL');
  await rm(directory, { recursive: true, force: true });
});

/** The project's Node, and the machine's own where there is another. */
function nodes(): string[] {
  const own = (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !folder.includes('node_modules'))
    .map((folder) => join(folder, 'node'))
    .find(existsSync);
  return own === undefined ? [process.execPath] : [process.execPath, own];
}

test('what is packaged runs by itself, in every Node that is here, without this repository', async () => {
  const script = fileURLToPath(new URL('../scripts/package.ts', import.meta.url));
  const target = join(directory, 'node_modules', '@optiscope', 'client');
  await run(process.execPath, [script, target]);
  await writeFile(join(directory, 'program.mjs'), PROGRAM);
  for (const node of nodes()) {
    const { stdout } = await run(node, [join(directory, 'program.mjs'), server.url]);
    expect(stdout.trim(), node).toBe('1,2,3');
  }
});
