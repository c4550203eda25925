// `npm run check:schema`: nothing that a client relies on goes from the GraphQL schema unless it is declared.
//
// The schema is compared with the one of the last release (schema.baseline.graphql, which any clone has) and, where
// the history is there, with the last committed one: that of the commit that the branch began at, or of the commit
// before this one. A breaking change is declared in breaking-changes.json, in the words that this check has for it and
// with a reason. The baseline itself changes only together with the version.

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ensureInstalled } from './installation.mjs';
import { runScript, SetupError } from './progress.mjs';
import { ROOT } from './repository.mjs';

const SCHEMA = 'packages/schema/schema.graphql';
const BASELINE = 'packages/schema/schema.baseline.graphql';
const DECLARATIONS = 'packages/schema/breaking-changes.json';
const MAIN_BRANCHES = ['origin/HEAD', 'origin/main', 'origin/master', 'main', 'master'];

const root = resolve(process.argv[2] ?? ROOT);
const read = (path) => (existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : null);

await runScript(async () => {
  await ensureInstalled();
  const { compareSchemas, readDeclarations } = await import('./schema-changes.mjs'); // graphql is there from here on
  const schema = read(SCHEMA);
  const baseline = read(BASELINE);
  if (schema === null || baseline === null) {
    throw new SetupError(`${root} has no ${schema === null ? SCHEMA : BASELINE}: restore it from git.`);
  }
  let declarations;
  try {
    declarations = readDeclarations(read(DECLARATIONS) ?? '[]');
  } catch (error) {
    throw new SetupError(`${DECLARATIONS} cannot be read: ${error.message}.`);
  }

  const problems = [];
  const compare = (than, before) => {
    const { undeclared, declared, dangerous } = compareSchemas(before, schema, declarations);
    process.stdout.write(
      `Compared with ${than}: ${undeclared.length + declared.length} breaking changes, ` +
        `${declared.length} of them declared; ${dangerous.length} that a client may have to know of\n`,
    );
    for (const change of dangerous) process.stdout.write(`  to know of: ${change}\n`);
    if (undeclared.length > 0) {
      problems.push(`Compared with ${than}, clients would break:\n  ${undeclared.join('\n  ')}`);
    }
  };
  compare('the last release', baseline);
  const base = lastCommit(schema);
  const committed = base === null ? null : git('show', `${base}:${SCHEMA}`);
  if (committed === null)
    process.stdout.write('The history here does not reach back to a committed schema\n');
  else {
    compare(`commit ${base.slice(0, 9)}`, committed);
    const before = git('show', `${base}:${BASELINE}`);
    if (
      before !== null &&
      before !== baseline &&
      versionOf(git('show', `${base}:package.json`)) === version()
    ) {
      problems.push(
        `${BASELINE} has changed, and the version has not. It is what clients of the last release rely on: change it with the version of a release, as a copy of ${SCHEMA}.`,
      );
    }
  }
  if (problems.length > 0) {
    const remedy = `Keep the old beside the new (@deprecated(reason: …)), or declare the change, word by word, in ${DECLARATIONS}:\n  { "change": "…", "why": "…" }`;
    throw new SetupError([...problems, remedy].join('\n\n'));
  }
});

/** The commit whose schema is the last committed one before the change in hand; null where none is known. */
function lastCommit(schema) {
  if (git('show', `HEAD:${SCHEMA}`) !== schema) return git('rev-parse', 'HEAD')?.trim() ?? null; // not committed yet
  const head = git('rev-parse', 'HEAD')?.trim();
  const wanted = process.env.SCHEMA_BASE ? [process.env.SCHEMA_BASE] : MAIN_BRANCHES;
  for (const branch of wanted) {
    const began = git('merge-base', 'HEAD', branch)?.trim();
    if (began && began !== head) return began;
  }
  return git('rev-parse', '--verify', '--quiet', 'HEAD~1')?.trim() ?? null;
}

/** What git answers, or null where it cannot: no repository, no such commit, a clone without it. */
function git(...args) {
  const { status, stdout } = spawnSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: 1e8 });
  return status === 0 ? stdout : null;
}

function version() {
  return versionOf(read('package.json'));
}

function versionOf(text) {
  return text === null ? undefined : JSON.parse(text).version;
}
