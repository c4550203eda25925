import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type ServerProcess, startServer } from '../../apps/api/test/server-process.ts';
import { create } from './experiments.ts';
import { between, type Fault } from './fault.ts';

const PROGRAM = fileURLToPath(new URL('../../apps/api/test/fake-trainer-server.ts', import.meta.url));
const ALL =
  'query ($after: String) { experiments(first: 100, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } }';

/** D2 and D4: the server is killed while it takes mutations, and while it starts; clients repeat with their keys. */
export const serverKilled: Fault = {
  id: 'D2 D4',
  name: 'server and its database killed during mutations and starts',
  cycles: { pglite: [3, 110], postgresql: [2, 60] },
  takes: [2, 2.6],
  async inject({ cycles, directory, database }) {
    const settings = { ...database, DATA_DIR: directory };
    /** What was acknowledged: the id that a key's experiment was given. */
    const acknowledged = new Map<string, string>();
    const unanswered = new Set<string>();
    let wrong = 0;
    let injected = 0;
    let next = 0;
    const ask = async (server: ServerProcess, key: string): Promise<void> => {
      unanswered.add(key);
      const { id } = await create(server, { epochs: 1, contenders: 1, key, stepMilliseconds: 1 });
      unanswered.delete(key);
      const first = acknowledged.get(key);
      if (first !== undefined && first !== id) wrong++; // applied twice
      acknowledged.set(key, id);
    };
    for (; injected < cycles; injected++) {
      if (injected % 3 === 0) {
        await killedStart(settings);
        continue;
      }
      const server = await startServer(settings);
      const until = performance.now() + between(400, 1_500);
      const client = async (): Promise<void> => {
        for (const key of [...unanswered]) await ask(server, key);
        while (performance.now() < until + 1_000) await ask(server, `key ${next++}`);
      };
      const clients = Promise.allSettled([client(), client(), client(), client()]);
      await sleep(Math.max(0, until - performance.now()));
      await server.end('SIGKILL');
      await clients;
    }
    const server = await startServer(settings);
    try {
      for (const key of [...unanswered, ...acknowledged.keys()]) await ask(server, key);
      const found = await allIds(server);
      const distinct = new Set(acknowledged.values());
      return {
        injected,
        rows: acknowledged.size,
        lost: [...distinct].filter((id) => !found.includes(id)).length,
        doubled: found.length - distinct.size,
        wrong,
      };
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

async function allIds(server: ServerProcess): Promise<string[]> {
  interface Page {
    experiments: { nodes: { id: string }[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } };
  }
  const ids: string[] = [];
  let after: string | null = null;
  do {
    const { experiments }: Page = await server.ask<Page>(ALL, { after });
    ids.push(...experiments.nodes.map(({ id }) => id));
    after = experiments.pageInfo.hasNextPage ? experiments.pageInfo.endCursor : null;
  } while (after !== null);
  return ids;
}
