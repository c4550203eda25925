import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { fleetPart } from './fleet.ts';
import { heldPart } from './held.ts';
import { ingestPart } from './ingest.ts';
import { type PartReport, printed } from './report.ts';
import { seriesPart } from './series.ts';
import { subscribersPart } from './subscribers.ts';

// `npm run bench:api`: the API under load, part by part. Status 1 when something was lost, doubled or missed.

const USAGE = 'npm run bench:api -- [subscribers] [held] [ingest] [fleet] [series] [--quick] [--seconds 30]';

const { values, positionals } = options();
const { quick } = values;
const seconds = quick ? 2 : Number(values.seconds);

const PARTS: Readonly<Record<string, () => Promise<PartReport>>> = {
  subscribers: () => {
    const subscribers = quick ? 30 : 300;
    return subscribersPart(
      [1, subscribers / 10, subscribers].map((experiments) => ({
        experiments,
        subscribers,
        // Where everyone watches another experiment, what is recorded is as much as is sent.
        rate: experiments === subscribers ? 1 : 10,
        seconds,
      })),
    );
  },
  held: () =>
    heldPart({ connections: quick ? 100 : 2_000, experiments: 20, rate: 0.5, seconds: quick ? 4 : seconds }),
  ingest: () =>
    ingestPart(
      [
        { experiments: 1, runsEach: 60, stepsPerEpoch: 0 },
        { experiments: 30, runsEach: 2, stepsPerEpoch: 0 },
        { experiments: 10, runsEach: 6, stepsPerEpoch: 32 },
      ].map((each) => ({ ...each, seconds: quick ? 1 : seconds / 3 })),
      { experiments: 1, runsEach: 60, stepsPerEpoch: 0, seconds: quick ? 1 : seconds / 3 },
    ),
  fleet: () =>
    fleetPart(quick ? { runs: 8, epochs: 3, subscribers: 3 } : { runs: 60, epochs: 40, subscribers: 20 }),
  series: () => seriesPart(quick),
};

const chosen = positionals.length > 0 ? positionals : Object.keys(PARTS);
const unknown = chosen.filter((name) => !(name in PARTS));
if (unknown.length > 0 || !(seconds > 0)) {
  process.stderr.write(
    `There is no part ${unknown.join(', ')}; wanted some of ${Object.keys(PARTS).join(', ')}.\n${USAGE}\n`,
  );
  process.exit(2);
}

process.stdout.write(
  `${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores, ${memory()}Node ${process.version}; ` +
    `load before: ${loadavg()[0]!.toFixed(1)}\n\n`,
);
let failed = false;
for (const name of chosen) {
  try {
    const report = await PARTS[name]!();
    failed ||= report.faults.length > 0;
    process.stdout.write(`${printed(report)}\n`);
  } catch (error) {
    failed = true;
    process.stdout.write(
      `${name} could not be measured: ${error instanceof Error ? error.message : error}\n\n`,
    );
  }
}
process.stdout.write(`load after: ${loadavg()[0]!.toFixed(1)}\n`);
process.exitCode = failed ? 1 : 0;

function options() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        quick: { type: 'boolean', default: false },
        seconds: { type: 'string', default: '30' },
      },
    });
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n${USAGE}\n`);
    process.exit(2);
  }
}

/** Linux says it; elsewhere it is left out. */
function memory(): string {
  try {
    const kilobytes = /^MemTotal:\s+(\d+)/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1];
    return `${(Number(kilobytes) / 1e6).toFixed(0)} GB, `;
  } catch {
    return '';
  }
}
