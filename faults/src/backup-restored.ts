import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type OpenDatabase, openEmbedded, openPostgres, restoreBackup, writeBackup } from '@optiscope/schema';
import { startPostgres } from '@optiscope/schema/test-postgres';
import { runToEnd } from '../../apps/api/test/server-process.ts';
import { readBackup } from '../../packages/schema/src/backup/backup-file.ts';
import { create, foundEpochs, readRuns } from './experiments.ts';
import type { Fault, Outcome } from './fault.ts';
import { KeyedClients } from './keyed-clients.ts';
import { startServer } from './patient-server.ts';

const CLI = fileURLToPath(new URL('../../apps/api/src/cli/main.ts', import.meta.url));

type Counts = Pick<Outcome, 'rows' | 'lost' | 'doubled' | 'wrong'>;

/**
 * D9: backups under load are restored elsewhere, into either kind of database, and hold what was acknowledged before
 * them; at the end the whole is copied to the other kind (`optiscope db copy`). Contents must be equal, row by row.
 */
export const backupRestored: Fault = {
  id: 'D9',
  name: 'backup under load, restored elsewhere; copied to the other database',
  cycles: { pglite: [0, 12], postgresql: [0, 12] },
  takes: [6, 4],
  async inject({ cycles, directory, database, place, postgres }) {
    const from = database.DATABASE_URL ?? join(directory, 'data');
    const target = postgres ?? (await startPostgres());
    let next = 0;
    const elsewhere = async (kind: string): Promise<string> => {
      const name = `restored-${place}-${next++}`;
      if (kind === 'pglite' || target === null) return join(directory, name);
      return await target.createDatabase(name);
    };
    const server = await startServer({ ...database, DATA_DIR: join(directory, 'data'), WORKERS: '2' });
    const clients = new KeyedClients();
    const counts = { rows: 0, lost: 0, doubled: 0, wrong: 0 };
    try {
      const made = await create(server, { epochs: 20 * cycles + 20, contenders: 2 });
      for (let cycle = 0; cycle < cycles; cycle++) {
        const working = clients.work(server, { clients: 1, patient: true });
        await sleep(300);
        const experiments = [made.id, ...clients.acknowledged];
        const epochs = foundEpochs(await readRuns(server, made.id)).map(([key]) => key);
        const file = join(directory, `${cycle}.backup`);
        await cli('db', 'backup', file, '--from', from);
        await working.stop();
        const to = await elsewhere(cycle % 2 === 0 ? 'pglite' : 'postgresql');
        const again = join(directory, `${cycle}.again`);
        await within(to, async ({ db }) => {
          await restoreBackup(db, file);
          await writeBackup(db, again);
        });
        const rows = await contents(file);
        add(counts, compare(rows, await contents(again)));
        const held = new Set([...idsOf(rows, 'experiments'), ...epochKeys(rows)]);
        counts.lost += [...experiments, ...epochs].filter((key) => !held.has(key)).length;
      }
      await server.end('SIGTERM'); // from here on nothing changes
      const to = await elsewhere(place === 'pglite' ? 'postgresql' : 'pglite');
      await cli('db', 'copy', '--from', from, '--to', to);
      await cli('db', 'backup', join(directory, 'first'), '--from', from);
      await cli('db', 'backup', join(directory, 'second'), '--from', to);
      add(
        counts,
        compare(await contents(join(directory, 'first')), await contents(join(directory, 'second'))),
      );
      return { injected: cycles + 1, ...counts };
    } finally {
      await server.end('SIGKILL');
      if (target !== postgres) await target?.stop();
    }
  },
};

async function cli(...args: string[]): Promise<void> {
  const { status, said } = await runToEnd({}, { program: CLI, args });
  if (status !== 0) throw new Error(`optiscope ${args.join(' ')} ended with status ${status}: ${said}`);
}

async function within(at: string, act: (database: OpenDatabase) => Promise<void>): Promise<void> {
  const isUrl = at.startsWith('postgres');
  const database = isUrl ? await openPostgres(at, () => undefined) : await openEmbedded(at);
  try {
    await act(database);
  } finally {
    await database.close();
  }
}

/** The rows of a backup as text, each with its table, and how often each is there. */
async function contents(file: string): Promise<Map<string, number>> {
  const rows = new Map<string, number>();
  for await (const line of readBackup(file)) {
    if (line.kind !== 'row') continue;
    const key = `${line.table} ${line.row}`;
    rows.set(key, (rows.get(key) ?? 0) + 1);
  }
  return rows;
}

function compare(wanted: ReadonlyMap<string, number>, found: ReadonlyMap<string, number>): Counts {
  return {
    rows: wanted.size,
    lost: [...wanted.keys()].filter((row) => !found.has(row)).length,
    doubled: [...found].filter(([row, count]) => count > (wanted.get(row) ?? count)).length,
    wrong: [...found.keys()].filter((row) => !wanted.has(row)).length,
  };
}

function add(counts: { -readonly [Name in keyof Counts]: Counts[Name] }, more: Counts): void {
  counts.rows += more.rows;
  counts.lost += more.lost;
  counts.doubled += more.doubled;
  counts.wrong += more.wrong;
}

function idsOf(rows: ReadonlyMap<string, number>, table: string): string[] {
  return [...rowsOf(rows, table)].map(({ id }) => String(id));
}

function epochKeys(rows: ReadonlyMap<string, number>): string[] {
  return [...rowsOf(rows, 'epochs')].map((row) => `${row.run_id} ${row.epoch}`);
}

function* rowsOf(rows: ReadonlyMap<string, number>, table: string): Generator<Record<string, unknown>> {
  for (const key of rows.keys())
    if (key.startsWith(`${table} `)) yield JSON.parse(key.slice(table.length + 1));
}
