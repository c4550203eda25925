import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { between, type Fault } from './fault.ts';
import { KeyedClients } from './keyed-clients.ts';
import { startServer } from './patient-server.ts';

const PROGRAM = fileURLToPath(new URL('../../apps/api/test/fake-trainer-server.ts', import.meta.url));

/** D2 and D4: the server is killed while it takes mutations, and while it starts; clients repeat with their keys. */
export const serverKilled: Fault = {
  id: 'D2 D4',
  name: 'server and its database killed during mutations and starts',
  cycles: { pglite: [3, 150], postgresql: [2, 60] },
  takes: [2, 2.6],
  async inject({ cycles, directory, database }) {
    const settings = { ...database, DATA_DIR: directory };
    const clients = new KeyedClients();
    for (let injected = 0; injected < cycles; injected++) {
      if (injected % 3 === 0) {
        await killedStart(settings);
        continue;
      }
      const server = await startServer(settings);
      await clients.repeat(server);
      const working = clients.work(server, { patient: false });
      await sleep(between(400, 1_500));
      await server.end('SIGKILL');
      await working.stop();
    }
    const server = await startServer(settings);
    try {
      return { injected: cycles, ...(await clients.compare(server)) };
    } finally {
      await server.end('SIGKILL');
    }
  },
};

/** Kills a server somewhere in its start. */
async function killedStart(settings: Readonly<Record<string, string>>): Promise<void> {
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, [PROGRAM], {
    env: { PATH, HOME, NODE_ENV: 'production', PORT: '0', LOG: 'silent', ...settings },
    stdio: 'ignore',
  });
  const exited = once(child, 'exit');
  await sleep(between(300, 1_800));
  child.kill('SIGKILL');
  await exited;
}
