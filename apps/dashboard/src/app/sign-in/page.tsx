import type { Metadata } from 'next';
import { notFound, redirect } from 'next/navigation';
import { backPath } from '../../account/back-path.ts';
import { SignInForm } from '../../account/sign-in-form.tsx';
import { elsewhere, hasAccounts } from '../../account/ways.ts';
import { askViewer } from '../../graphql/server-client.ts';

export const metadata: Metadata = { title: 'Sign in' };

interface Props {
  /** `back`: the page to go to then. `error`: how a sign-in elsewhere ended. */
  readonly searchParams: Promise<{ readonly back?: string | string[]; readonly error?: string | string[] }>;
}

export default async function Page({ searchParams }: Props) {
  if (!hasAccounts()) notFound();
  const { back, error } = await searchParams;
  const [viewer, providers] = await Promise.all([askViewer(), elsewhere()]);
  if (viewer !== null && viewer.kind === 'MEMBER') redirect(backPath(back));
  return (
    <SignInForm
      back={backPath(back)}
      failure={typeof error === 'string' ? error.toLowerCase() : null}
      providers={providers}
    />
  );
}
