'use client';

import { useState } from 'react';
import { Field } from '../form/field.tsx';
import { AccountCard, AccountProblem } from './account-card.tsx';
import { PasswordField } from './password-field.tsx';
import { sendAccount } from './send-account.ts';
import { type Link, useLink } from './use-link.ts';

const MAY: Readonly<Record<string, string>> = {
  VIEWER: 'You will be able to look at every comparison.',
  EDITOR: 'You will be able to start and change comparisons.',
  ADMIN: 'You will be an administrator, who invites others as well.',
};

/** The page of an invitation's link: who one is, and a password. */
export function AcceptInvitation() {
  const link = useLink('/invitation');
  if (link.state === 'good') return <Accept {...link} />;
  return (
    <AccountCard title="Join the team" lead={link.state === 'reading' ? 'Reading the invitation…' : null}>
      {link.state === 'bad' ? <AccountProblem>{link.message}</AccountProblem> : null}
    </AccountCard>
  );
}

function Accept({ secret, data }: Extract<Link, { state: 'good' }>) {
  const invited = typeof data.email === 'string' ? data.email : null;
  const [name, setName] = useState('');
  const [email, setEmail] = useState(invited ?? '');
  const [password, setPassword] = useState('');
  const [working, setWorking] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  const accept = async () => {
    setWorking(true);
    setProblem(null);
    const answer = await sendAccount('/accept-invitation', { secret, name, email, password });
    if (answer.ok) return window.location.replace('/');
    setProblem(answer.message);
    setWorking(false);
  };

  return (
    <AccountCard title="Join the team" lead={MAY[String(data.role)]}>
      {problem ? <AccountProblem>{problem}</AccountProblem> : null}
      <form
        className="mt-5 space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          void accept();
        }}
      >
        <Field id="name" label="Your name" hint="Others see it beside what you do.">
          {(control) => (
            <input
              {...control}
              className="field"
              autoComplete="name"
              required
              maxLength={100}
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <Field
          id="email"
          label="E-mail"
          hint={
            invited === null
              ? 'You sign in with it.'
              : 'The invitation is for this address; you sign in with it.'
          }
        >
          {(control) => (
            <input
              {...control}
              className="field"
              type="email"
              autoComplete="username"
              required
              readOnly={invited !== null}
              value={email}
              onChange={(event) => setEmail(event.target.value)}
            />
          )}
        </Field>
        <PasswordField id="password" label="Password" value={password} isNew onChange={setPassword} />
        <button type="submit" className="button button-primary w-full" disabled={working}>
          {working ? 'Joining…' : 'Join'}
        </button>
      </form>
    </AccountCard>
  );
}
