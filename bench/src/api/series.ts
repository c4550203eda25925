import { type OpenDatabase, openEmbedded, openPostgres } from '../../../packages/schema/src/index.ts';
import { quantile } from '../quantile.ts';
import { measureSeries } from '../series-measure.ts';
import { within } from './environment.ts';
import { type Line, type PartReport, whole } from './report.ts';

/** 60 runs of 200 epochs of 32 steps, at the width of a chart. */
const SIZE = { runs: 60, steps: 6_400, stepsPerEpoch: 32 };
const RESOLUTION = 1_000;

/** How long the step series of a whole experiment take, as an answer of GraphQL; `npm run bench -- series` tells more. */
export async function seriesPart(quick: boolean): Promise<PartReport> {
  const size = quick ? { ...SIZE, steps: 640 } : SIZE;
  const rounds = quick ? 3 : 15;
  const lines: Line[] = [];
  const measure = async (name: string, database: OpenDatabase): Promise<void> => {
    try {
      const { measured, bytes } = await measureSeries(database, size, { resolution: RESOLUTION, rounds });
      const whole4 = measured.find(({ what }) => what === '4 metrics, as an answer of GraphQL')!;
      lines.push({
        label: `${name}: ${size.runs} runs × ${size.steps} steps × 4 metrics`,
        cells: [
          ['best ms', whole(Math.min(...whole4.times))],
          ['p50 ms', whole(quantile(whole4.times, 0.5))],
          ['p95 ms', whole(quantile(whole4.times, 0.95))],
          ['computing', whole(whole4.computing)],
          ['MB', (bytes / 1e6).toFixed(1)],
        ],
      });
    } finally {
      await database.close();
    }
  };
  await within(async (environment) => {
    const { url } = await environment.postgres();
    await measure('PostgreSQL', await openPostgres(url, () => undefined));
    await measure('embedded database', await openEmbedded(await environment.directory()));
  });
  return { title: `Series: step by step, thinned out to ${RESOLUTION} buckets`, lines, faults: [] };
}
