import { type Database, GONE_SECONDS } from '@optiscope/schema';
import { sql } from 'drizzle-orm';
import { Gauge, type Registry } from 'prom-client';
import { z } from 'zod';

const Rows = z.object({
  rows: z.array(z.object({ metric: z.string(), label: z.string().nullable(), value: z.coerce.number() })),
});

/** A metric, its label where it has one, and the label's values that are told also when there is nothing of them. */
const TOLD = {
  queue_oldest_seconds: {
    help: 'For how long the oldest waiting job has waited; 0 when none does.',
    label: null,
    values: [],
  },
  attempts: {
    help: 'Attempts at runs by how they ended; UNDER_WAY those that have not.',
    label: 'outcome',
    values: ['ENDED', 'CANCELLED', 'FAILED', 'STOPPED', 'LOST', 'UNDER_WAY'],
  },
  workers: {
    help: 'Workers of all machines: taking runs, taking no more, or silent without having left.',
    label: 'state',
    values: ['ACTIVE', 'DRAINING', 'SILENT'],
  },
  run_seconds: {
    help: 'From the start of a run to its end, waiting included, of the runs that ended in the last 24 hours.',
    label: 'quantile',
    values: [],
  },
} as const;

/** What only the database knows, of all servers and workers on it, asked for in one statement. */
export class DatabaseMetrics {
  readonly #db: Database;
  readonly #gauges: ReadonlyMap<string, Gauge>;

  constructor(db: Database, registry: Registry) {
    this.#db = db;
    this.#gauges = new Map(
      Object.entries(TOLD).map(([name, { help, label }]) => [
        name,
        new Gauge({
          name: `optiscope_${name}`,
          help,
          labelNames: label === null ? [] : [label],
          registers: [registry],
        }),
      ]),
    );
  }

  /** Reads them anew; throws when the database does not answer. */
  async read(): Promise<void> {
    const { rows } = Rows.parse(
      await this.#db.execute(
        sql`select 'queue_oldest_seconds' as metric, null as label,
                   coalesce(extract(epoch from now() - min(created_on)), 0) as value
              from pgboss.job where name = 'runs' and state in ('created', 'retry')
            union all
            select 'attempts', coalesce(outcome::text, 'UNDER_WAY'), count(*) from attempts group by outcome
            union all
            select 'workers', state, count(*) from (
              select case when heartbeat_at < now() - make_interval(secs => ${GONE_SECONDS}) then 'SILENT'
                          when draining_at is not null then 'DRAINING' else 'ACTIVE' end as state
              from workers where stopped_at is null) known group by state
            union all
            select 'run_seconds', quantile::text,
                   percentile_cont(quantile) within group (order by extract(epoch from finished_at - started_at))
              from runs, unnest(array[0.5, 0.9]) as quantile
              where origin = 'TRAINED' and finished_at > now() - interval '24 hours' group by quantile`,
      ),
    );
    this.reset();
    for (const [name, { label, values }] of Object.entries(TOLD)) {
      for (const value of values) if (label !== null) this.#gauges.get(name)?.set({ [label]: value }, 0);
      for (const row of rows) {
        if (row.metric !== name) continue;
        if (label === null) this.#gauges.get(name)?.set(row.value);
        else this.#gauges.get(name)?.set({ [label]: row.label ?? '' }, row.value);
      }
    }
  }

  /** Tells nothing until they are read again. */
  reset(): void {
    for (const gauge of this.#gauges.values()) gauge.reset();
  }
}
