import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { AcceptInvitation } from '../../account/accept-invitation.tsx';
import { hasAccounts } from '../../account/ways.ts';

export const metadata: Metadata = { title: 'Invitation' };

export default function Page() {
  if (!hasAccounts()) notFound();
  return <AcceptInvitation />;
}
