import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type OpenDatabase, openEmbedded, openPostgres } from '../../packages/schema/src/index.ts';
import { startPostgres } from '../../packages/schema/test/test-postgres.ts';
import { quantile } from './quantile.ts';
import { measureSeries } from './series-measure.ts';

/** How long it takes to ask for the step series of a whole experiment, thinned out to a chart's width. */

const USAGE =
  'npm run bench -- series [--runs 60] [--steps 6400] [--steps-per-epoch 32] [--resolution 1000] [--rounds 15]';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '60' },
    steps: { type: 'string', default: '6400' },
    'steps-per-epoch': { type: 'string', default: '32' },
    resolution: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '15' },
  },
});
const size = {
  runs: Number(values.runs),
  steps: Number(values.steps),
  stepsPerEpoch: Number(values['steps-per-epoch']),
};
const resolution = Number(values.resolution);
const rounds = Number(values.rounds);
if (
  ![size.runs, size.steps, size.stepsPerEpoch, resolution, rounds].every((n) => Number.isInteger(n) && n > 0)
) {
  process.stderr.write(`Wanted whole numbers above 0.\n${USAGE}\n`);
  process.exit(2);
}

process.stdout.write(
  `${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}\n` +
    `${size.runs} runs of ${size.steps} steps, recorded ${size.stepsPerEpoch} at a time; ${resolution} buckets; milliseconds of ${rounds} rounds: the fastest, the median, this process's own computing time\n\n`,
);
const directory = await mkdtemp(join(tmpdir(), 'optiscope-bench-'));
const postgres = await startPostgres();
try {
  const embedded = await openEmbedded(directory);
  await report('embedded', embedded);
  await embedded.close();
  if (postgres === null) process.stdout.write('PostgreSQL is not installed and was left out.\n');
  else {
    const server = await openPostgres(postgres.url, () => undefined);
    await report('PostgreSQL', server);
    await server.close();
  }
} finally {
  await postgres?.stop();
  await rm(directory, { recursive: true, force: true });
}

async function report(name: string, database: OpenDatabase): Promise<void> {
  const { measured, bytes } = await measureSeries(database, size, { resolution, rounds });
  for (const { what, times, computing } of measured) {
    const cells = [Math.min(...times), quantile(times, 0.5), computing];
    process.stdout.write(
      `${name.padEnd(12)}${what.padEnd(38)}${cells.map((cell) => cell.toFixed(0).padStart(7)).join('')}\n`,
    );
  }
  process.stdout.write(`${name.padEnd(12)}the answer with 4 metrics has ${(bytes / 1e6).toFixed(1)} MB\n\n`);
}
