import { spawnSync } from 'node:child_process';
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = fileURLToPath(new URL('..', import.meta.url));
const ROOT = join(HERE, '..', '..');

/**
 * `npm run package -w @optiscope/client [-- DIR]`: the client as JavaScript with types, for programs outside this
 * repository. `npm install DIR` or `npm pack DIR` takes it from there. By default DIR is `dist`.
 */
const target = resolve(process.env.INIT_CWD ?? '.', process.argv[2] ?? join(HERE, 'dist'));
rmSync(join(target, 'src'), { recursive: true, force: true });
const compiled = spawnSync(
  process.execPath,
  [
    join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'),
    ...['-p', join(HERE, 'tsconfig.package.json'), '--outDir', join(target, 'src')],
  ],
  { stdio: 'inherit' },
);
if (compiled.status !== 0) process.exit(compiled.status ?? 1);
const { name, version, license, description, type } = JSON.parse(
  readFileSync(join(HERE, 'package.json'), 'utf8'),
);
const described = {
  name,
  version,
  license,
  description,
  type,
  engines: { node: '>=20' },
  sideEffects: false,
  exports: {
    '.': { types: './src/index.d.ts', default: './src/index.js' },
    './schema.graphql': './schema.graphql',
  },
};
writeFileSync(join(target, 'package.json'), `${JSON.stringify(described, null, 2)}\n`);
copyFileSync(join(HERE, 'README.md'), join(target, 'README.md'));
copyFileSync(join(ROOT, 'LICENSE'), join(target, 'LICENSE'));
copyFileSync(join(HERE, '..', 'schema', 'schema.graphql'), join(target, 'schema.graphql'));
