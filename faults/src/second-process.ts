import { runToEnd } from '../../apps/api/test/server-process.ts';
import type { Fault } from './fault.ts';
import { startServer } from './patient-server.ts';

/** D8: a second server on the embedded database's directory refuses to start and names the first. */
export const secondProcess: Fault = {
  id: 'D8',
  name: 'second process on the embedded database',
  cycles: { pglite: [1, 10] },
  takes: [1.5, 0.8],
  async inject({ cycles, directory }) {
    const server = await startServer({ DATA_DIR: directory });
    try {
      let wrong = 0;
      for (let cycle = 0; cycle < cycles; cycle++) {
        const second = await runToEnd({ DATA_DIR: directory }, { args: ['--api-only'] });
        if (second.status !== 1 || !second.said.includes(`in use by process ${server.child.pid}`)) wrong++;
      }
      return { injected: cycles, rows: 0, lost: 0, doubled: 0, wrong };
    } finally {
      await server.end('SIGKILL');
    }
  },
};
