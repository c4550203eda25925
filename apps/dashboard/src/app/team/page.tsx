import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { TeamView } from '../../account/team-view.tsx';
import { hasAccounts } from '../../account/ways.ts';
import { ServiceFault } from '../../components/service-fault.tsx';
import { InvitationsDocument, TeamDocument } from '../../graphql/generated/graphql.ts';
import { ask } from '../../graphql/server-client.ts';

export const metadata: Metadata = { title: 'Team' };

export default async function Page() {
  if (!hasAccounts()) notFound();
  const team = await ask(TeamDocument, {});
  if (!team.ok) return <ServiceFault fault={team.fault} message={team.message} />;
  const { viewer, members } = team.data;
  const isAdmin = viewer?.role === 'ADMIN';
  const invitations = isAdmin ? await ask(InvitationsDocument, {}) : null;
  if (invitations && !invitations.ok) {
    return <ServiceFault fault={invitations.fault} message={invitations.message} />;
  }
  return (
    <TeamView
      members={members}
      invitations={invitations?.data.invitations ?? []}
      isAdmin={isAdmin}
      own={viewer?.member?.id ?? null}
    />
  );
}
