// `npm run bench:api`: the API under load, on a PostgreSQL server and an embedded database of its own. Arguments are the
// program's: parts to run, and `--quick`.

import { ensureDatabaseImage } from './database-image.mjs';
import { ensureInstalled } from './installation.mjs';
import { launch } from './launch.mjs';
import { runScript } from './progress.mjs';

await runScript(async () => {
  await ensureInstalled();
  await ensureDatabaseImage(); // else making databases is measured
  await launch('bench/src/api/main.ts', process.argv.slice(2));
});
