import { createLog } from '../../apps/api/src/log.ts';
import { createGraphql } from '../../apps/api/src/server/graphql.ts';
import { ChangeFeed, type OpenDatabase } from '../../packages/schema/src/index.ts';
import { stepSeriesOf } from '../../packages/schema/src/series/step-series.ts';
import { STEP_METRICS } from '../../packages/schema/src/tables/step-chunk.ts';
import { quantile } from './quantile.ts';
import { fillWithSteps, type SeriesSize } from './series-workload.ts';

/** Milliseconds of one way to ask for the series. */
export interface SeriesTimes {
  readonly what: string;
  readonly times: readonly number[];
  /** Of this process's own computing, the median. */
  readonly computing: number;
}

const WARM_UP_ROUNDS = 3;

const QUERY = `query ($id: ID!, $metrics: [StepMetric!]!, $resolution: Int) {
  experiment(id: $id) { stepSeries(metrics: $metrics, resolution: $resolution) {
    runId metric steps values nonFinite { step kind }
  } }
}`;

/** How long it takes to ask for the step series of a whole experiment, and how many bytes the answer has. */
export async function measureSeries(
  database: OpenDatabase,
  size: SeriesSize,
  { resolution, rounds }: { readonly resolution: number; readonly rounds: number },
): Promise<{ measured: SeriesTimes[]; bytes: number }> {
  const { db, kind } = database;
  const { experimentId, runIds } = await fillWithSteps(db, size);
  const feed = await ChangeFeed.open(database);
  const graphql = createGraphql(
    { db, feed, enqueue: async () => undefined, server: { version: 'bench', database: kind, workers: 1 } },
    createLog('error'),
  );
  const ask = async (metrics: readonly string[]): Promise<number> => {
    const response = await graphql.fetch('http://localhost/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: QUERY, variables: { id: experimentId, metrics, resolution } }),
    });
    const answer = await response.text();
    if (!answer.startsWith('{"data":')) throw new Error(answer.slice(0, 2_000));
    return answer.length;
  };
  const everything = { after: 0, metrics: STEP_METRICS, resolution };
  const allMetrics = ['LOSS', 'GRADIENT_NORM', 'LEARNING_RATE', 'SECONDS'];
  const ways: [string, () => Promise<unknown>][] = [
    ['4 metrics, read and thinned out', () => stepSeriesOf(db, runIds, everything)],
    ['1 metric, read and thinned out', () => stepSeriesOf(db, runIds, { ...everything, metrics: ['loss'] })],
    ['4 metrics, as an answer of GraphQL', () => ask(allMetrics)],
    ['1 metric, as an answer of GraphQL', () => ask(['LOSS'])],
  ];
  const measured: SeriesTimes[] = [];
  for (const [what, measure] of ways) {
    const times: number[] = [];
    const computing: number[] = [];
    for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
      const begin = performance.now();
      const before = process.cpuUsage();
      await measure();
      const { user, system } = process.cpuUsage(before);
      if (round < 0) continue;
      times.push(performance.now() - begin);
      computing.push((user + system) / 1_000);
    }
    measured.push({ what, times, computing: quantile(computing, 0.5) });
  }
  const bytes = await ask(allMetrics);
  await feed.close();
  return { measured, bytes };
}
