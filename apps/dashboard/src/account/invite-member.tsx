'use client';

import { useRef, useState } from 'react';
import { useClient } from 'urql';
import { Field } from '../form/field.tsx';
import {
  type InvitationFieldsFragment,
  InviteMemberDocument,
  type MemberRole,
} from '../graphql/generated/graphql.ts';
import { randomKey } from '../hooks/random-key.ts';
import { RoleSelect } from './role-select.tsx';

/** Makes an invitation and shows its link, which is told only then. */
export function InviteMember({ onInvited }: { onInvited(invitation: InvitationFieldsFragment): void }) {
  const client = useClient();
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<MemberRole>('EDITOR');
  const [working, setWorking] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [made, setMade] = useState<{ readonly email: string; readonly link: string } | null>(null);
  const [copied, setCopied] = useState(false);
  const shown = useRef<HTMLInputElement>(null);

  const invite = async () => {
    setWorking(true);
    setProblem(null);
    setMade(null);
    setCopied(false);
    const { data, error } = await client.mutation(InviteMemberDocument, { email, role, key: randomKey() });
    const result = data?.inviteMember;
    if (result?.__typename === 'InvitationMade') {
      // The address that this page was reached by is one that works.
      const link = `${window.location.origin}/invitation${new URL(result.link).hash}`;
      setMade({ email, link });
      setEmail('');
      onInvited(result.invitation);
    } else {
      setProblem(
        result?.message ?? error?.graphQLErrors[0]?.message ?? 'The service did not answer. Try again.',
      );
    }
    setWorking(false);
  };
  const copy = async () => {
    shown.current?.select();
    // Browsers have no clipboard for pages that came over plain HTTP from another machine: then it is selected.
    await navigator.clipboard?.writeText(made?.link ?? '').then(
      () => setCopied(true),
      () => undefined,
    );
  };

  return (
    <>
      <form
        className="mt-3 flex flex-wrap items-end gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          void invite();
        }}
      >
        <div className="min-w-0 flex-1 basis-60">
          <Field id="invite-email" label="E-mail" problems={problem ? [problem] : undefined}>
            {(control) => (
              <input
                {...control}
                className="field"
                type="email"
                autoComplete="off"
                required
                value={email}
                onChange={(event) => setEmail(event.target.value)}
              />
            )}
          </Field>
        </div>
        <div>
          <Field id="invite-role" label="Role">
            {(control) => <RoleSelect {...control} value={role} onChange={setRole} />}
          </Field>
        </div>
        <button type="submit" className="button button-primary" disabled={working}>
          {working ? 'Making a link…' : 'Make a link'}
        </button>
      </form>
      {made ? (
        <div role="status" className="mt-4 rounded-lg border border-line bg-sunken px-4 py-3 text-sm">
          <p>
            Give this link to <strong className="font-semibold break-words">{made.email}</strong>. It is good
            for 7 days, once, and is not shown again.
          </p>
          <div className="mt-2 flex gap-2">
            <input
              ref={shown}
              className="field min-w-0 flex-1 font-mono text-xs"
              aria-label="Link of the invitation"
              readOnly
              value={made.link}
              onFocus={(event) => event.target.select()}
            />
            <button type="button" className="button" onClick={() => void copy()}>
              {copied ? 'Copied' : 'Copy'}
            </button>
          </div>
        </div>
      ) : null}
    </>
  );
}
