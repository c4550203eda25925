import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { accountProblems } from './accounts/settings.ts';
import { readSettings, SettingsError, settingsHelp } from './env.ts';
import { createLog } from './log.ts';
import { startService } from './service.ts';
import { stopOnSignals } from './signals.ts';
import { StartError } from './start-error.ts';

const HELP = `Optiscope: one server for the dashboard, GraphQL and the training workers.

Options
  --api-only    serve GraphQL without the dashboard
  --help        print this and end
  --version     print the version and end

Settings are environment variables:
${settingsHelp()}
`;

const version = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'))).version;

/** Says why and ends. Status 2: asked for wrongly; 1: could not be done. */
function end(message: string, status: 1 | 2): never {
  process.stderr.write(`${message}\n`);
  process.exit(status);
}

const options = readOptions();
if (options.help) {
  process.stdout.write(HELP);
} else if (options.version) {
  process.stdout.write(`${version}\n`);
} else {
  await run();
}

function readOptions(): { help?: boolean; version?: boolean; 'api-only'?: boolean } {
  try {
    const flag = { type: 'boolean' } as const;
    return parseArgs({
      options: { help: { ...flag, short: 'h' }, version: flag, 'api-only': flag },
    }).values;
  } catch (error) {
    end(`${error instanceof Error ? error.message : error}. --help lists the options.`, 2);
  }
}

async function run(): Promise<void> {
  const begun = performance.now();
  try {
    const settings = readSettings(process.env);
    const problems = accountProblems(settings);
    if (problems.length > 0) throw new SettingsError(problems.join('\n'));
    const log = createLog(settings.LOG, undefined, settings.LOG_FORMAT);
    const starting = startService(settings, {
      version,
      workerEntry: fileURLToPath(new URL('./worker/main.ts', import.meta.url)),
      withDashboard: options['api-only'] !== true,
      log,
    });
    stopOnSignals(starting, log);
    const { url } = await starting;
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    process.stdout.write(`Optiscope is at ${url} (ready after ${seconds} s; Ctrl-C stops it)\n`);
  } catch (error) {
    if (error instanceof SettingsError) end(error.message, 2);
    if (error instanceof StartError) end(error.message, 1);
    throw error;
  }
}
