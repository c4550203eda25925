import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { NO_POSTGRES, startPostgres, type TestPostgres } from '@optiscope/schema/test-postgres';
import type { Fault, Place } from './fault.ts';
import { leaveNothing } from './leave-nothing.ts';
import { FAULTS } from './list.ts';
import { markdown, plain, type Result } from './table.ts';

// `npm run faults`: injects faults into real servers and counts what was lost. Status 1 when anything was.

const HELP = `Injects faults into real servers, and counts what was lost, doubled or wrong.

Options
  --long             hundreds of times, also those that take minutes or mount
  --cycles N         so many times, whatever the form
  --only IDS         these alone, such as D1,S5
  --database NAME    these on one database alone: pglite or postgresql
  --together N       so many at a time; 2 in the short form, in which most wait, and 1 in the long one
  --markdown         the table as Markdown
  --list             print what there is and end
  --help             print this and end
`;

const { values } = parseArgs({
  options: {
    long: { type: 'boolean', default: false },
    cycles: { type: 'string' },
    together: { type: 'string' },
    only: { type: 'string' },
    database: { type: 'string' },
    markdown: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const only = values.only?.split(',').map((id) => id.trim().toUpperCase());
const unknown = only?.filter((id) => !FAULTS.some((fault) => fault.id.split(' ').includes(id))) ?? [];
if (unknown.length > 0) stop(`There is no fault ${unknown.join(', ')}; --list tells which there are.`);
if (values.database !== undefined && values.database !== 'pglite' && values.database !== 'postgresql')
  stop(`--database is ${values.database}; wanted pglite or postgresql.`);

const wantedCycles = countOf('cycles');
const together = countOf('together') ?? (values.long ? 1 : 2);

/** A fault at one place, and how often it is injected there. */
interface Planned {
  readonly fault: Fault;
  readonly place: Place;
  readonly cycles: number;
}

const plan = FAULTS.flatMap((fault) =>
  (Object.entries(fault.cycles) as [Place, readonly [number, number]][]).flatMap(
    ([place, [short, long]]): Planned[] => {
      if (values.database !== undefined && place !== values.database) return [];
      if (only !== undefined && !fault.id.split(' ').some((id) => only.includes(id))) return [];
      const inForm = values.long ? long : only === undefined ? short : short || Math.ceil(long / 10);
      const cycles = inForm === 0 ? 0 : (wantedCycles ?? inForm);
      return cycles === 0 ? [] : [{ fault, place, cycles }];
    },
  ),
);
const estimate =
  plan.reduce((sum, { fault, cycles }) => {
    const [around, cycle, longCycle = cycle] = fault.takes;
    return sum + around + cycles * (values.long ? longCycle : cycle);
  }, 0) / together;
const table = values.markdown ? markdown : plain;

if (values.help) process.stdout.write(HELP);
else if (values.list)
  for (const { id, name, cycles } of FAULTS) console.log(id, name, JSON.stringify(cycles));
else await injectAll();

async function injectAll(): Promise<void> {
  const minutes = estimate < 120 ? `${Math.ceil(estimate)} s` : `${Math.ceil(estimate / 60)} min`;
  process.stderr.write(`${plan.length} faults, about ${minutes} on two idle cores\n`);
  console.log(table.head());
  const root = await mkdtemp(join(tmpdir(), 'optiscope-faults-'));
  await chmod(root, 0o711); // PostgreSQL's own user passes through it
  leaveNothing(root);
  process.env.TMPDIR = root; // what the servers of the tests make is in there, too
  const began = performance.now();
  let shared: Promise<TestPostgres | null> | undefined;
  try {
    if (plan.some(({ place }) => place === 'postgresql')) shared = startPostgres();
    const queue = plan.values();
    const inTurn = async (): Promise<void> => {
      for (const planned of queue) {
        const at = performance.now();
        const outcome = await injectOne(planned, root, (await shared) ?? null);
        const { fault, place } = planned;
        tell({ fault, place, outcome, seconds: (performance.now() - at) / 1000 });
      }
    };
    await Promise.all(Array.from({ length: together }, inTurn));
  } finally {
    await (await shared)?.stop();
    await rm(root, { recursive: true, force: true });
  }
  process.stderr.write(`in all ${((performance.now() - began) / 1000).toFixed(0)} s\n`);
}

function tell(result: Result): void {
  console.log(table.line(result));
  const { outcome } = result;
  if ('error' in outcome) process.exitCode = 1;
  if (!('injected' in outcome)) return;
  for (const remark of outcome.remarks ?? []) process.stderr.write(`  ${remark}\n`);
  const { injected, lost, doubled, wrong } = outcome;
  if (injected === 0 || lost + doubled + wrong > 0) process.exitCode = 1;
}

async function injectOne(
  { fault, place, cycles }: Planned,
  root: string,
  shared: TestPostgres | null,
): Promise<Result['outcome']> {
  const why = fault.unavailable?.(place) ?? null;
  if (why !== null) return { notHere: why };
  if (place === 'postgresql' && shared === null) return { notHere: NO_POSTGRES };
  const name = `${fault.id.replaceAll(' ', '-').toLowerCase()}-${place}-${FAULTS.indexOf(fault)}`;
  const directory = join(root, name);
  await mkdir(directory);
  const wants = place === 'postgresql' ? (fault.postgres ?? 'shared') : 'none';
  // What others left in a database would be counted: each fault has one of its own.
  const own = wants === 'own' ? await startPostgres({ durable: true }) : null;
  const postgres = own ?? (wants === 'shared' ? shared : null);
  try {
    const url = own === null ? await postgres?.createDatabase(name) : own.url;
    return await fault.inject({
      cycles,
      long: values.long,
      place,
      directory,
      postgres,
      database: url === undefined ? {} : { DATABASE_URL: url },
    });
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) } satisfies { error: string };
  } finally {
    await own?.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

/** An option that counts; null when it is left out. */
function countOf(name: 'cycles' | 'together'): number | null {
  const given = values[name];
  if (given === undefined) return null;
  const count = Number(given);
  if (!Number.isInteger(count) || count < 1) stop(`--${name} is ${given}; wanted a whole number above 0.`);
  return count;
}

function stop(why: string): never {
  process.stderr.write(`${why}\n`);
  process.exit(2);
}
