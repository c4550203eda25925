import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { startTeamServer } from '../../apps/api/test/team-server.ts';
import { EVENTS } from './event-reader.ts';
import type { Fault } from './fault.ts';
import { type Subscriber, subscribe } from './subscriber.ts';

/** A stream must be over so long after the access that it was opened with. */
const CLOSED_MILLISECONDS = 30_000;

const Created = z.object({ data: z.object({ createExperiment: z.object({ id: z.string() }) }) });
const Sessions = z.object({
  data: z.object({
    viewer: z.object({ member: z.object({ sessions: z.array(z.object({ id: z.string() })) }) }),
  }),
});

/** S6: sessions are revoked, and members disabled, while they read streams; the streams end, those of others go on. */
export const accessRevoked: Fault = {
  id: 'S6',
  name: 'session revoked or member disabled in mid-stream',
  cycles: { pglite: [0, 20], postgresql: [0, 20] },
  takes: [14, 0.5],
  async inject({ cycles, database }) {
    const team = await startTeamServer({}, { postgres: database.DATABASE_URL ?? null });
    const streams: Subscriber[] = [];
    try {
      const admin = await team.join(team.adminSecret, 'Ada');
      const { createExperiment: made } = Created.parse(
        await team.ask(
          admin,
          'mutation { createExperiment(input: { epochs: 10000, batchSize: 1000, contenders: [{ optimizer: "sgd" }] }) { ... on Experiment { id } } }',
        ),
      ).data;
      const follow = async (cookie: string): Promise<Subscriber> => {
        const headers = { cookie, origin: team.url };
        const one = await subscribe(
          team.url,
          { query: EVENTS, variables: { id: made.id, after: 0 }, headers },
          () => undefined,
        );
        streams.push(one);
        return one;
      };
      const kept = await follow(admin);
      let keptIsOver = false;
      void kept.ended.then(() => {
        keptIsOver = true;
      });
      const revoked: Subscriber[] = [];
      const acts: (() => Promise<unknown>)[] = [];
      for (let cycle = 0; cycle < cycles; cycle++) {
        const email = `reader${cycle}@example.org`;
        const secret = await team.order({ do: 'invite', email, role: 'VIEWER', days: 1 });
        const cookie = await team.join(secret, `Reader ${cycle}`);
        revoked.push(await follow(cookie));
        if (cycle % 2 === 0) acts.push(() => team.order({ do: 'disable', email }));
        else acts.push(() => revokeOwn(team, cookie));
      }
      await sleep(300);
      let wrong = 0;
      for (const act of acts) await act();
      const late = sleep(CLOSED_MILLISECONDS, 'late' as const);
      for (const { ended } of revoked) if ((await Promise.race([ended, late])) === 'late') wrong++;
      if (keptIsOver) wrong++;
      return { injected: cycles, rows: 0, lost: 0, doubled: 0, wrong };
    } finally {
      for (const one of streams) one.close();
      await team.close();
    }
  },
};

/** Ends the one session of a member, by themselves from another page. */
async function revokeOwn(team: Awaited<ReturnType<typeof startTeamServer>>, cookie: string): Promise<void> {
  const asked = Sessions.parse(await team.ask(cookie, '{ viewer { member { sessions { id } } } }'));
  for (const { id } of asked.data.viewer.member.sessions)
    await team.ask(cookie, 'mutation ($id: ID!) { revokeSession(id: $id) { __typename } }', { id });
}
