import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StartError } from '../start-error.ts';

const FILE = 'auth.secret';

/**
 * The secret that signs cookies: the given one, or the one in the data directory, which is made by the first that
 * asks. Whoever can read the file can sign in as anyone, so only its user can.
 */
export async function authSecret(given: string | undefined, dataDirectory: string): Promise<string> {
  if (given !== undefined) return given;
  const path = join(dataDirectory, FILE);
  await mkdir(dataDirectory, { recursive: true, mode: 0o700 });
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(`${randomBytes(32).toString('hex')}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  const secret = (await readFile(path, 'utf8')).trim();
  if (/^[0-9a-f]{64}$/.test(secret)) return secret;
  throw new StartError(
    `${path} holds no secret: it is cut off or was changed. Remove it and start again; everyone then has to sign in anew.`,
  );
}
