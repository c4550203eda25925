import { once } from 'node:events';
import { chmod, rm } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import { isAbsolute, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { BackupError, type Database, writeBackup } from '@optiscope/schema';
import { z } from 'zod';
import { obeyTeamOrder, TeamOrder } from '../accounts/team-orders.ts';
import type { Log } from '../log.ts';

/**
 * Through this socket the command line asks a running server for what only the owner of the embedded database can
 * do. It lies in the data directory, which only its user can enter: whoever reaches it may read the files as well.
 */
const SOCKET = 'control.sock';

const ControlRequest = z.union([z.object({ backup: z.string().refine(isAbsolute) }), TeamOrder]);
type ControlRequest = z.infer<typeof ControlRequest>;
const Answer = z.object({ done: z.boolean(), message: z.string() });

export interface Control {
  close(): Promise<void>;
}

/** Listens on the socket. Without it (a path longer than the system takes, Windows) the rest works all the same. */
export async function openControl(
  dataDirectory: string,
  { db, publicUrl }: { readonly db: Database; readonly publicUrl: string },
  log: Log,
): Promise<Control> {
  const path = join(dataDirectory, SOCKET);
  const server = createServer((incoming, response) => {
    const answer = async (): Promise<z.infer<typeof Answer>> => {
      const asked = ControlRequest.parse(JSON.parse(await text(incoming)));
      if (!('backup' in asked)) return await obeyTeamOrder(db, asked, publicUrl);
      const { tables } = await writeBackup(db, asked.backup);
      const rows = Object.values(tables).reduce((sum, table) => sum + table.rows, 0);
      return { done: true, message: `${rows} rows` };
    };
    answer()
      .catch((error: unknown) => {
        if (!(error instanceof BackupError)) log.error('What the command line asked for failed', error);
        return { done: false, message: error instanceof Error ? error.message : String(error) };
      })
      .then((told) => response.end(JSON.stringify(told)));
  });
  await rm(path, { force: true });
  try {
    server.listen(path);
    await once(server, 'listening');
    await chmod(path, 0o600);
  } catch (error) {
    log.warn(
      `${path} cannot be listened on: the command line can ask for nothing while the server runs`,
      error,
    );
    return { close: async () => undefined };
  }
  return {
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** Asks the server that owns a data directory. Null when it cannot be asked. */
export async function askServer(
  dataDirectory: string,
  wanted: ControlRequest,
): Promise<z.infer<typeof Answer> | null> {
  const asked = request({ socketPath: join(dataDirectory, SOCKET), method: 'POST', path: '/' });
  asked.end(JSON.stringify(wanted));
  try {
    const [response] = await once(asked, 'response');
    return Answer.parse(JSON.parse(await text(response)));
  } catch {
    return null;
  }
}

/** Asks it for a backup; what it says of it. Throws `BackupError`. */
export async function askForBackup(dataDirectory: string, file: string): Promise<string | null> {
  const answer = await askServer(dataDirectory, { backup: file });
  if (answer === null) return null;
  if (!answer.done) throw new BackupError(answer.message);
  return answer.message;
}
