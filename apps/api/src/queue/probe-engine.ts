import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { EngineChoice, EngineDescription } from '@optiscope/trainer';
import { z } from 'zod';
import type { Log } from '../log.ts';

const run = promisify(execFile);
const PROGRAM = fileURLToPath(new URL('../worker/tell-engine.ts', import.meta.url));
/** A second where nothing else runs. */
const MOST_MILLISECONDS = 120_000;

const Description = z.object({
  runtime: z.string(),
  device: z.string(),
  version: z.string(),
  threads: z.number(),
  reason: z.string(),
});

/** What engine runs would compute on here. Null where it cannot be told: the first run will tell. */
export async function probeEngine(engine: EngineChoice, log: Log): Promise<EngineDescription | null> {
  try {
    const { stdout } = await run(process.execPath, [PROGRAM, engine], { timeout: MOST_MILLISECONDS });
    return Description.parse(JSON.parse(stdout));
  } catch (error) {
    log.warn('It could not be told on what engine runs will compute here; the first run tells', error);
    return null;
  }
}
