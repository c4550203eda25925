import { fileURLToPath } from 'node:url';
import { readSettings } from '../src/env.ts';
import { createLog } from '../src/log.ts';
import { stopOnSignals } from '../src/signals.ts';
import { startWorker } from '../src/worker-service.ts';

/** The worker as `npm run worker` starts it, in a process of its own, with processes that run the fake trainer. */
const settings = readSettings(process.env);
const { DATABASE_URL } = settings;
if (DATABASE_URL === undefined) throw new Error('DATABASE_URL is not set.');
const log = createLog(settings.LOG);
const starting = startWorker(
  { ...settings, DATABASE_URL },
  { version: 'test', workerEntry: fileURLToPath(new URL('./fake-worker.ts', import.meta.url)), log },
);
stopOnSignals(starting, log);
const { probes } = await starting;
process.stdout.write(`takes runs ${probes ?? ''}\n`);
