import type { Metadata } from 'next';
import { notFound, redirect } from 'next/navigation';
import { AccountView } from '../../account/account-view.tsx';
import { hasAccounts } from '../../account/ways.ts';
import { ServiceFault } from '../../components/service-fault.tsx';
import { AccountDocument } from '../../graphql/generated/graphql.ts';
import { ask } from '../../graphql/server-client.ts';

export const metadata: Metadata = { title: 'Your account' };

export default async function Page() {
  if (!hasAccounts()) notFound();
  const answer = await ask(AccountDocument, {});
  if (!answer.ok) return <ServiceFault fault={answer.fault} message={answer.message} />;
  const { viewer } = answer.data;
  if (!viewer?.member) redirect('/sign-in?back=/account');
  return <AccountView role={viewer.role} member={viewer.member} now={Date.now()} />;
}
