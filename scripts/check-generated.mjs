// `npm run check:generated`: what is generated and committed is what its generator makes today. Each generator runs
// for real, its output is compared with the files from before, and those are put back as they were.

import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { ensureInstalled } from './installation.mjs';
import { projectEnvironment } from './pinned-node.mjs';
import { runScript, SetupError, withProgress } from './progress.mjs';
import { ROOT } from './repository.mjs';

const GENERATED = [
  { what: 'SQL migrations', path: 'drizzle', script: 'migrations' },
  { what: 'printed GraphQL schema', path: 'packages/schema/schema.graphql', script: 'print-schema' },
  { what: 'typed GraphQL documents', path: 'apps/dashboard/src/graphql/generated', script: 'codegen' },
  { what: 'operations of the client', path: 'packages/client/src/generated', script: 'codegen' },
];

await runScript(async () => {
  await ensureInstalled();
  const problems = [];
  for (const { what, path, script } of GENERATED) {
    const before = snapshot(path);
    try {
      const changed = await withProgress(
        `Generating ${what} anew`,
        (names) => `${what}: ${names.length === 0 ? 'current' : 'NOT current'}`,
        async () => {
          await npmRun(script);
          return changedNames(before, snapshot(path));
        },
      );
      if (changed.length > 0) {
        problems.push(`${what} differ from their source; run: npm run ${script}\n  ${changed.join('\n  ')}`);
      }
    } catch (error) {
      if (!(error instanceof SetupError)) throw error;
      problems.push(error.message);
    } finally {
      restore(before, snapshot(path));
    }
  }
  if (problems.length > 0) throw new SetupError(problems.join('\n\n'));
});

function changedNames(before, after) {
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].filter((name) => !(after.has(name) && before.get(name)?.equals(after.get(name))));
}

/** Every file at or under `path`, by its path from the root. */
function snapshot(path) {
  const files = new Map();
  const read = (at) => {
    const found = statSync(at, { throwIfNoEntry: false });
    if (found?.isFile()) files.set(relative(ROOT, at), readFileSync(at));
    else if (found) for (const name of readdirSync(at)) read(join(at, name));
  };
  read(join(ROOT, path));
  return files;
}

function restore(before, after) {
  for (const name of after.keys()) if (!before.has(name)) rmSync(join(ROOT, name));
  for (const [name, content] of before) {
    if (after.get(name)?.equals(content)) continue;
    mkdirSync(dirname(join(ROOT, name)), { recursive: true });
    writeFileSync(join(ROOT, name), content);
  }
}

async function npmRun(script) {
  const child = spawn('npm', ['run', '--silent', script], {
    cwd: ROOT,
    env: projectEnvironment(),
    shell: process.platform === 'win32',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => (output += text));
  const code = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (code !== 0) throw new SetupError(`${output.trim()}\nnpm run ${script} ended with status ${code}.`);
}
