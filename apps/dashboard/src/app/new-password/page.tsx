import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { NewPassword } from '../../account/new-password.tsx';
import { hasAccounts } from '../../account/ways.ts';

export const metadata: Metadata = { title: 'New password' };

export default function Page() {
  if (!hasAccounts()) notFound();
  return <NewPassword />;
}
