import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { readSettings, SettingsError, settingsHelp } from './env.ts';
import { createLog } from './log.ts';
import { stopOnSignals } from './signals.ts';
import { StartError } from './start-error.ts';
import { startWorker } from './worker-service.ts';

/** Its settings. Those that tell nothing secret can be given as options too: WORKERS as --workers. */
const SECRET = ['DATABASE_URL', 'STORAGE_URL', 'S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY'] as const;
const OPTIONS = [
  'LABELS',
  'WORKERS',
  'CONCURRENCY',
  'MAX_MEMORY',
  'ENGINE',
  'DATA_DIR',
  'MIN_FREE_BYTES',
  'CHECKPOINT_DAYS',
  'CHECKPOINT_BYTES',
  'HEALTH_PORT',
  'HEALTH_HOST',
  'LOG',
  'LOG_FORMAT',
] as const;

const HELP = `npm run worker: takes runs from the queue of a PostgreSQL database and trains them.

DATABASE_URL=postgres://user@host/optiscope npm run worker -- --labels gpu,big --max-memory 8G

Options
  --help        print this and end
  --version     print the version and end
  and every setting below but the secret ones, as --labels, --max-memory …

Settings are environment variables; an option comes before one:
${settingsHelp([...SECRET, ...OPTIONS])}
`;

const { version } = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')));

/** Says why and ends. Status 2: asked for wrongly; 1: could not be done. */
function end(message: string, status: 1 | 2): never {
  process.stderr.write(`${message}\n`);
  process.exit(status);
}

const { given, help, tellVersion } = readOptions();
if (help) process.stdout.write(HELP);
else if (tellVersion) process.stdout.write(`${version}\n`);
else await run();

function readOptions(): { given: Record<string, string>; help: boolean; tellVersion: boolean } {
  const optionOf = (name: string): string => name.toLowerCase().replaceAll('_', '-');
  const flag = { type: 'boolean' } as const;
  const text = { type: 'string' } as const;
  try {
    const { values } = parseArgs({
      options: {
        help: { ...flag, short: 'h' },
        version: flag,
        ...Object.fromEntries(OPTIONS.map((name) => [optionOf(name), text])),
      },
    });
    const read: Readonly<Record<string, unknown>> = values;
    const settings = OPTIONS.flatMap((name) => {
      const value = read[optionOf(name)];
      return typeof value === 'string' ? [[name, value]] : [];
    });
    return {
      given: Object.fromEntries(settings),
      help: values.help === true,
      tellVersion: values.version === true,
    };
  } catch (error) {
    end(`${error instanceof Error ? error.message : error}. --help lists the options.`, 2);
  }
}

async function run(): Promise<void> {
  try {
    const { WORKERS: processes } = process.env;
    const settings = readSettings({
      ...process.env,
      WORKERS: processes || String(availableParallelism()),
      ...given,
    });
    const { DATABASE_URL, WORKERS } = settings;
    if (DATABASE_URL === undefined) {
      end(
        'DATABASE_URL is not set; wanted the address of the PostgreSQL that the server uses, such as postgres://user:password@host:5432/optiscope. A server without one has its database inside its own process, which no other can use, and trains by itself.',
        2,
      );
    }
    if (WORKERS === 0) end('WORKERS is "0"; a worker has at least 1.', 2);
    const log = createLog(settings.LOG, undefined, settings.LOG_FORMAT);
    const starting = startWorker(
      { ...settings, DATABASE_URL },
      {
        version,
        workerEntry: fileURLToPath(new URL('./worker/main.ts', import.meta.url)),
        probesEngine: true,
        log,
      },
    );
    stopOnSignals(starting, log);
    const { probes } = await starting;
    const labels = settings.LABELS.length > 0 ? `, labels ${settings.LABELS.join(' ')}` : '';
    const at = probes === null ? '' : `, probes at ${probes}`;
    process.stdout.write(
      `Optiscope's worker takes runs (process ${process.pid}${labels}${at}; Ctrl-C stops it)\n`,
    );
  } catch (error) {
    if (error instanceof SettingsError) end(error.message, 2);
    if (error instanceof StartError) end(error.message, 1);
    throw error;
  }
}
