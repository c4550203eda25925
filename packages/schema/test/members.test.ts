import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import type { Viewer } from '../src/access/viewer.ts';
import type { Database } from '../src/database/database.ts';
import { orderedId } from '../src/ordered-id.ts';
import { createExperiment } from '../src/store/create-experiment.ts';
import { deviceOf } from '../src/store/device.ts';
import { planExperiment } from '../src/store/experiment-plan.ts';
import { acceptInvitation, inviteMember } from '../src/store/invitations.ts';
import { disableMember, setMemberRole } from '../src/store/members.ts';
import { isRefusal } from '../src/store/refusal.ts';
import { type MemberRole, type MemberRow, members, sessions } from '../src/tables/member.ts';
import { ask, serviceOn } from './ask.ts';
import { describeOnBoth } from './databases.ts';

async function aMember(db: Database, name: string, role: MemberRole): Promise<MemberRow> {
  const [row] = await db
    .insert(members)
    .values({ id: orderedId(), name, email: `${name.toLowerCase()}@example.org`, role })
    .returning();
  return row!;
}

const viewerOf = ({ id, role, name }: MemberRow, sessionId: string | null = null): Viewer => ({
  kind: 'MEMBER',
  role,
  name,
  memberId: id,
  tokenId: null,
  sessionId,
});

const MEMBER = '__typename ... on Member { role runLimit disabledAt } ... on Refusal { code message }';

describeOnBoth('members', (opened) => {
  test('the last administrator stays one, also when two take it from each other at the same moment', async (context) => {
    const { db } = opened(context);
    await db.delete(members);
    const [ada, bob] = [await aMember(db, 'Ada', 'ADMIN'), await aMember(db, 'Bob', 'ADMIN')];
    const outcomes = await Promise.all([
      setMemberRole(db, ada.id, 'EDITOR'),
      disableMember(db, bob.id),
      setMemberRole(db, bob.id, 'VIEWER'),
    ]);
    expect(outcomes.some((outcome) => isRefusal(outcome) && outcome.code === 'LAST_ADMIN')).toBe(true);
    const left = await db.select().from(members).where(eq(members.role, 'ADMIN'));
    expect(left.filter(({ disabledAt }) => disabledAt === null)).toHaveLength(1);
  });

  test('an invitation is made once for each key, and its link is the one that was told last', async (context) => {
    const { db } = opened(context);
    const request = {
      email: 'Carol@Example.org',
      role: 'EDITOR',
      expiresInDays: 7,
      invitedBy: null,
    } as const;
    const [first, second] = [
      await inviteMember(db, request, 'carol'),
      await inviteMember(db, request, 'carol'),
    ];
    if (isRefusal(first) || isRefusal(second)) throw new Error('refused');
    expect(second.invitation.id).toBe(first.invitation.id);
    const accept = (secret: string) =>
      acceptInvitation(db, { secret, name: 'Carol', email: 'mallory@example.org', passwordHash: 'x' });
    expect(await accept(first.secret)).toMatchObject({ code: 'INVITATION_ENDED' });
    // The address is the invitation's, whatever whoever accepts says.
    expect(await accept(second.secret)).toMatchObject({ email: 'carol@example.org', role: 'EDITOR' });
    expect(await inviteMember(db, { ...request, role: 'ADMIN' }, 'carol')).toMatchObject({
      code: 'KEY_USED_OTHERWISE',
    });
    expect(await inviteMember(db, request, 'carol')).toMatchObject({ code: 'INVITATION_ENDED' });
    expect(await inviteMember(db, request, 'another')).toMatchObject({ code: 'EMAIL_TAKEN' });
    const again = await inviteMember(db, { ...request, email: 'dan@example.org' }, 'another');
    expect(isRefusal(again)).toBe(false); // what was refused has not used its key
  });

  test('an invitation of no address, or for longer than is possible, is refused with all that is wrong', async (context) => {
    const { db } = opened(context);
    const request = { email: 'nonsense', role: 'VIEWER', expiresInDays: 1_000, invitedBy: null } as const;
    for (const email of [
      'ada@lab',
      'ada',
      'a b@example.org',
      '@example.org',
      `${'x'.repeat(260)}@example.org`,
    ]) {
      expect(await inviteMember(db, { ...request, email, expiresInDays: 1 })).toMatchObject({
        problems: [{ field: 'email' }],
      });
    }
    expect(await inviteMember(db, request)).toMatchObject({
      problems: [
        { field: 'email', message: expect.stringContaining('is no e-mail address') },
        { field: 'expiresInDays', message: expect.stringContaining('from 1 to 90') },
      ],
    });
  });

  test('a second invitation of an address ends the first', async (context) => {
    const { db } = opened(context);
    const request = { email: 'erin@example.org', role: 'VIEWER', expiresInDays: 1, invitedBy: null } as const;
    const [first, second] = [await inviteMember(db, request), await inviteMember(db, request)];
    if (isRefusal(first) || isRefusal(second)) throw new Error('refused');
    const given = { name: 'Erin', email: '', passwordHash: 'x' };
    expect(await acceptInvitation(db, { ...given, secret: first.secret })).toHaveProperty('refusal');
    expect(await acceptInvitation(db, { ...given, secret: second.secret })).toMatchObject({ name: 'Erin' });
  });

  test('experiments are found by their authors, who read each other by name and not by address', async (context) => {
    const database = opened(context);
    const { db } = database;
    const [frank, grace] = [await aMember(db, 'Frank', 'EDITOR'), await aMember(db, 'Grace', 'VIEWER')];
    const planned = await planExperiment({ name: 'By Frank', epochs: 1 });
    if (!('plan' in planned)) throw new Error('no plan');
    const made = await createExperiment(db, planned.plan, null, async () => undefined, frank.id);
    const query = `query ($author: [ID!]!) { experiments(filter: { author: $author }) {
      totalCount nodes { id author { name email } } } }`;
    const { service } = serviceOn(database);
    const caller = { viewer: viewerOf(grace), requestId: null, address: null };
    const found = await ask(service, query, { author: [frank.id] }, caller);
    expect(found).toEqual({
      experiments: { totalCount: 1, nodes: [{ id: made.id, author: { name: 'Frank', email: null } }] },
    });
    expect(await ask(service, query, { author: [grace.id, 'no id'] }, caller)).toEqual({
      experiments: { totalCount: 0, nodes: [] },
    });
    expect(
      await ask(service, '{ viewer { kind name member { email sessions { id } } } }', {}, caller),
    ).toEqual({
      viewer: { kind: 'MEMBER', name: 'Grace', member: { email: 'grace@example.org', sessions: [] } },
    });
  });

  test("members end their own sessions and nobody else's, administrators anyone's", async (context) => {
    const database = opened(context);
    const { db } = database;
    const { service } = serviceOn(database);
    const [heidi, ivan] = [await aMember(db, 'Heidi', 'EDITOR'), await aMember(db, 'Ivan', 'ADMIN')];
    const signedIn = async (memberId: string) => {
      const id = orderedId();
      const expiresAt = new Date(Date.now() + 3_600_000);
      await db.insert(sessions).values({ id, memberId, token: id, expiresAt });
      return id;
    };
    const [own, other] = [await signedIn(heidi.id), await signedIn(heidi.id)];
    const foreign = await signedIn(ivan.id);
    const as = (member: MemberRow) => ({ viewer: viewerOf(member, own), requestId: null, address: null });
    const revoke = (id: string, member: MemberRow) =>
      ask(service, 'mutation ($id: ID!) { revokeSession(id: $id) { __typename } }', { id }, as(member));
    expect(await revoke(foreign, heidi)).toEqual({ revokeSession: { __typename: 'NotFound' } });
    expect(await revoke(other, ivan)).toEqual({ revokeSession: { __typename: 'Session' } });
    await signedIn(heidi.id);
    expect(
      await ask(
        service,
        'mutation { revokeOtherSessions { ... on SessionsRevoked { count } } }',
        {},
        as(heidi),
      ),
    ).toEqual({ revokeOtherSessions: { count: 1 } });
    const left = await db.select().from(sessions);
    expect(left.map(({ id }) => id).sort()).toEqual([own, foreign].sort());
  });

  test('administrators change what members may do; what cannot be is refused with what to do', async (context) => {
    const database = opened(context);
    const { db } = database;
    const { service } = serviceOn(database);
    const judy = await aMember(db, 'Judy', 'VIEWER');
    const id = judy.id;
    const order = (text: string) =>
      ask(service, `mutation ($id: ID!) { done: ${text} { ${MEMBER} } }`, { id });
    expect(await order('setMemberRole(id: $id, role: EDITOR)')).toMatchObject({ done: { role: 'EDITOR' } });
    expect(await order('setMemberRunLimit(id: $id, limit: 2)')).toMatchObject({ done: { runLimit: 2 } });
    expect(await order('setMemberRunLimit(id: $id, limit: 0)')).toMatchObject({
      done: { code: 'INVALID_INPUT', message: expect.stringContaining('from 1 to') },
    });
    expect(await order('setMemberRunLimit(id: $id)')).toMatchObject({ done: { runLimit: null } });
    expect(await order('disableMember(id: $id)')).toMatchObject({ done: { disabledAt: expect.any(String) } });
    expect(await order('enableMember(id: $id)')).toMatchObject({ done: { disabledAt: null } });
    expect(await ask(service, `mutation { disableMember(id: "nobody") { ${MEMBER} } }`)).toMatchObject({
      disableMember: { __typename: 'NotFound' },
    });
    expect(await ask(service, 'mutation { inviteMember(role: VIEWER) { ... on Refusal { code } } }')).toEqual(
      { inviteMember: { code: 'NO_ACCOUNTS' } },
    );
  });
});

test('a User-Agent is told as a person would', () => {
  const linux = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
  const phone =
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1';
  const edge =
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0';
  expect([linux, phone, edge, 'curl/8.5.0', '', null].map(deviceOf)).toEqual([
    'Firefox on Linux',
    'Safari on iPhone',
    'Edge on Windows',
    'curl',
    'Unknown',
    'Unknown',
  ]);
});
