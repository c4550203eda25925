import { count, sql } from 'drizzle-orm';
import { openPostgres } from '../../../packages/schema/src/index.ts';
import { epochs } from '../../../packages/schema/src/tables/epoch.ts';
import { Child } from './child.ts';
import { within } from './environment.ts';
import type { FromWriter, ToWriter, WriterOrder } from './messages.ts';
import { type Line, latencyCells, type PartReport, whole } from './report.ts';

export type IngestWanted = Omit<WriterOrder, 'databaseUrl'> & { readonly seconds: number };

const WARM_UP_SECONDS = 2;
/** Connections that insert single rows side by side, as many as a server has. */
const SIDE_BY_SIDE = 10;

/**
 * Epochs of many runs as fast as they are taken: each is reported when the one before it is in the database for good.
 * Beside it, in the same minute, what PostgreSQL takes of rows that nobody checks: one insert a transaction, and one
 * statement that makes all of them.
 */
export async function ingestPart(
  arrangements: readonly IngestWanted[],
  embedded: IngestWanted,
): Promise<PartReport> {
  const lines: Line[] = [];
  const faults: string[] = [];
  for (const wanted of arrangements) {
    await within(async (environment) => {
      const { url } = await environment.postgres();
      const line = await ingest(url, wanted, 'PostgreSQL', faults);
      const single = await singleRows(url, wanted.seconds);
      const [, rate] = line.cells.find(([name]) => name === 'rows/s')!;
      const factor = Number(rate.replaceAll(',', '')) / single.rate;
      lines.push({ ...line, cells: [...line.cells, ['× floor', factor.toFixed(2)]] });
      if (wanted !== arrangements.at(-1)) return;
      lines.push({
        label: '  the floor: an INSERT a row, unchecked',
        cells: [['rows/s', whole(single.rate)]],
      });
      lines.push({
        label: '  the ceiling: all rows by one statement',
        cells: [['rows/s', whole(single.ceiling)]],
      });
    });
  }
  await within(async (environment) => {
    lines.push(await ingest(await environment.directory(), embedded, 'embedded database', faults));
  });
  return { title: 'Ingestion: epoch rows, each acknowledged when it is durable', lines, faults };
}

async function ingest(
  databaseUrl: string,
  wanted: IngestWanted,
  name: string,
  faults: string[],
): Promise<Line> {
  const { seconds, ...order } = wanted;
  const writer = new Child<ToWriter, FromWriter>('./writer-process.ts');
  try {
    await writer.ask({ type: 'prepare', databaseUrl, ...order }, 'prepared');
    const warmUp = await writer.ask({ type: 'write', seconds: WARM_UP_SECONDS, rate: null }, 'written');
    const written = await writer.ask({ type: 'write', seconds, rate: null }, 'written');
    const { epochs: found, versions } = await writer.ask({ type: 'count' }, 'counted');
    const wantedRows = warmUp.epochs + written.epochs;
    if (found !== wantedRows)
      faults.push(`${wantedRows} rows were acknowledged, ${found} are there (${name})`);
    const withSteps = order.stepsPerEpoch > 0 ? `, ${order.stepsPerEpoch} steps each` : '';
    return {
      label: `${name}: ${order.experiments} × ${order.runsEach} runs${withSteps}`,
      cells: [
        ['rows/s', whole(written.epochs / written.seconds)],
        ...latencyCells(written.latencies),
        ['rows a version', (found / versions).toFixed(1)],
      ],
    };
  } finally {
    await writer.end();
  }
}

/** Rows a second of single inserts, and of all of them in one statement; without claims, versions, events and announcements. */
async function singleRows(url: string, seconds: number): Promise<{ rate: number; ceiling: number }> {
  const database = await openPostgres(url, () => undefined);
  try {
    const { db } = database;
    const [like] = await db.select().from(epochs).limit(1);
    let epoch = 1_000_000;
    const until = performance.now() + 1_000 * seconds;
    const before = await db.select({ rows: count() }).from(epochs);
    const inserting = Array.from({ length: SIDE_BY_SIDE }, async () => {
      while (performance.now() < until) await db.insert(epochs).values({ ...like!, epoch: ++epoch });
    });
    await Promise.all(inserting);
    const after = await db.select({ rows: count() }).from(epochs);
    const rows = 50_000;
    const began = performance.now();
    await db.execute(sql`insert into epochs (run_id, epoch, experiment_id, attempt, loss, accuracy, val_loss, val_accuracy,
        learning_rate, train_seconds, evaluation_seconds, examples_seen, gradient_norm, update_ratio, version)
      select ${like!.runId}, n, ${like!.experimentId}, 1, 1, 0, 1, 0, 0.1, 1, 1, n, 1, 1, n
      from generate_series(2000000, ${1_999_999 + rows}::integer) n`);
    return {
      rate: (after[0]!.rows - before[0]!.rows) / seconds,
      ceiling: (1_000 * rows) / (performance.now() - began),
    };
  } finally {
    await database.close();
  }
}
