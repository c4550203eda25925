// `npm run worker`: sets up what is missing, then runs a worker. Arguments are the worker's.

import { ensureInstalled } from './installation.mjs';
import { launch } from './launch.mjs';
import { runScript } from './progress.mjs';

await runScript(async () => {
  await ensureInstalled();
  await launch('apps/api/src/worker-main.ts', process.argv.slice(2), {
    environment: { NODE_ENV: process.env.NODE_ENV ?? 'production' },
  });
});
