'use client';

import { useState } from 'react';
import { AccountProblem } from './account-card.tsx';
import { PasswordField } from './password-field.tsx';
import { sendAccount } from './send-account.ts';

/** Sets another password for whoever knows the present one. */
export function ChangePassword({ email }: { email: string }) {
  const [present, setPresent] = useState('');
  const [next, setNext] = useState('');
  const [state, setState] = useState<'idle' | 'working' | 'done'>('idle');
  const [problem, setProblem] = useState<string | null>(null);
  const change = async () => {
    setState('working');
    setProblem(null);
    const answer = await sendAccount('/change-password', { currentPassword: present, newPassword: next });
    if (answer.ok) {
      setPresent('');
      setNext('');
      setState('done');
      return;
    }
    setProblem(answer.message);
    setState('idle');
  };
  return (
    <form
      className="mt-3"
      onSubmit={(event) => {
        event.preventDefault();
        void change();
      }}
    >
      {/* For password managers: whose password it is. */}
      <input type="email" autoComplete="username" value={email} readOnly hidden />
      <div className="grid gap-4 sm:grid-cols-2">
        <PasswordField
          id="present"
          label="Present password"
          value={present}
          isNew={false}
          onChange={setPresent}
        />
        <PasswordField id="next" label="New password" value={next} isNew onChange={setNext} />
      </div>
      {problem ? <AccountProblem>{problem}</AccountProblem> : null}
      <div className="mt-4 flex flex-wrap items-center gap-3">
        <button type="submit" className="button" disabled={state === 'working'}>
          {state === 'working' ? 'Changing…' : 'Change the password'}
        </button>
        <p role="status" className="text-sm text-muted">
          {state === 'done'
            ? 'It is changed. Other browsers have been signed out.'
            : 'Other browsers are signed out then.'}
        </p>
      </div>
    </form>
  );
}
