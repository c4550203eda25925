'use client';

import { useState } from 'react';
import { Field } from '../form/field.tsx';
import { AccountCard, AccountProblem } from './account-card.tsx';
import { PasswordField } from './password-field.tsx';
import { sendAccount } from './send-account.ts';

/** What a sign-in elsewhere ended with, in words. */
const FAILED: Readonly<Record<string, string>> = {
  not_invited: 'Nobody with that e-mail address has been invited. Ask an administrator for an invitation.',
  email_not_verified: 'The e-mail address is not confirmed there. Confirm it, then try again.',
  account_not_linked:
    'A member has that address, but it is not known to be theirs. Sign in with the password.',
  unable_to_create_session: 'This account may no longer sign in. Ask an administrator.',
  access_denied: 'The sign-in was called off.',
};

/** The sign-in page: a password, or an account elsewhere. */
export function SignInForm({
  back,
  failure,
  providers,
}: {
  /** Where to go then. */
  back: string;
  /** Why a sign-in elsewhere did not work; null where none was tried. */
  failure: string | null;
  providers: readonly { readonly id: string; readonly name: string }[];
}) {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [working, setWorking] = useState(false);
  const [problem, setProblem] = useState(
    failure === null ? null : (FAILED[failure] ?? 'That sign-in did not work. Try again, or another way.'),
  );

  const signIn = async () => {
    setWorking(true);
    setProblem(null);
    const answer = await sendAccount('/sign-in/email', { email, password });
    // The whole page anew: what it showed was nobody's.
    if (answer.ok) return window.location.assign(back);
    setProblem(answer.message);
    setWorking(false);
  };
  const goElsewhere = async (provider: string) => {
    setWorking(true);
    setProblem(null);
    const answer = await sendAccount('/sign-in/social', { provider, callbackURL: back });
    if (answer.ok && typeof answer.data.url === 'string') return window.location.assign(answer.data.url);
    setProblem(answer.ok ? 'The provider cannot be reached. Try again in a moment.' : answer.message);
    setWorking(false);
  };

  return (
    <AccountCard title="Sign in">
      {problem ? <AccountProblem>{problem}</AccountProblem> : null}
      <form
        className="mt-5 space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          void signIn();
        }}
      >
        <Field id="email" label="E-mail">
          {(control) => (
            <input
              {...control}
              className="field"
              type="email"
              autoComplete="username"
              required
              value={email}
              onChange={(event) => setEmail(event.target.value)}
            />
          )}
        </Field>
        <PasswordField id="password" label="Password" value={password} isNew={false} onChange={setPassword} />
        <button type="submit" className="button button-primary w-full" disabled={working}>
          {working ? 'Signing in…' : 'Sign in'}
        </button>
      </form>
      {providers.length > 0 ? (
        <div className="mt-4 space-y-2 border-t border-line pt-4">
          {providers.map(({ id, name }) => (
            <button
              key={id}
              type="button"
              className="button w-full"
              disabled={working}
              onClick={() => void goElsewhere(id)}
            >
              Sign in with {name}
            </button>
          ))}
        </div>
      ) : null}
      <p className="mt-5 text-xs text-muted">
        No account, or the password is lost? An administrator can give you a link.
      </p>
    </AccountCard>
  );
}
