'use client';

import { useState } from 'react';
import { AccountCard, AccountProblem } from './account-card.tsx';
import { PasswordField } from './password-field.tsx';
import { sendAccount } from './send-account.ts';
import { type Link, useLink } from './use-link.ts';

/** The page of a link by which a member sets a new password. */
export function NewPassword() {
  const link = useLink('/password-link');
  if (link.state === 'good') return <SetPassword {...link} />;
  return (
    <AccountCard title="Set a new password" lead={link.state === 'reading' ? 'Reading the link…' : null}>
      {link.state === 'bad' ? <AccountProblem>{link.message}</AccountProblem> : null}
    </AccountCard>
  );
}

function SetPassword({ secret, data }: Extract<Link, { state: 'good' }>) {
  const [password, setPassword] = useState('');
  const [working, setWorking] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const email = String(data.email);

  const set = async () => {
    setWorking(true);
    setProblem(null);
    const answer = await sendAccount('/reset-password', { token: secret, newPassword: password });
    if (answer.ok) return window.location.replace('/');
    setProblem(answer.message);
    setWorking(false);
  };

  return (
    <AccountCard
      title="Set a new password"
      lead={
        <>
          For <strong className="font-semibold break-words text-ink">{email}</strong>. Wherever you are signed
          in, you will have to sign in again.
        </>
      }
    >
      {problem ? <AccountProblem>{problem}</AccountProblem> : null}
      <form
        className="mt-5 space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          void set();
        }}
      >
        {/* For password managers: whose password it is. */}
        <input type="email" autoComplete="username" value={email} readOnly hidden />
        <PasswordField id="password" label="New password" value={password} isNew onChange={setPassword} />
        <button type="submit" className="button button-primary w-full" disabled={working}>
          {working ? 'Setting…' : 'Set the password'}
        </button>
      </form>
    </AccountCard>
  );
}
