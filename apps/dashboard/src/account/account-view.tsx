'use client';

import { useState } from 'react';
import { useClient } from 'urql';
import { Field } from '../form/field.tsx';
import { type AccountQuery, RenameMemberDocument } from '../graphql/generated/graphql.ts';
import { ChangePassword } from './change-password.tsx';
import { SessionList } from './session-list.tsx';
import { ROLE_TEXT } from './viewer.ts';

type Viewer = NonNullable<AccountQuery['viewer']>;

/** One's own account: name, password, and where one is signed in. */
export function AccountView({
  role,
  member,
  now,
}: {
  role: Viewer['role'];
  member: NonNullable<Viewer['member']>;
  /** The server's clock when it rendered the page, milliseconds since 1970. */
  now: number;
}) {
  return (
    <div className="mx-auto max-w-2xl">
      <h1 className="text-2xl font-semibold tracking-tight">Your account</h1>
      <p className="mt-1 break-words text-muted">
        {member.email}, {ROLE_TEXT[role].toLowerCase()}
      </p>
      <section className="panel mt-5 px-4 py-4 sm:px-5">
        <h2 className="text-lg font-semibold">Name</h2>
        <Rename initial={member.name} />
      </section>
      <section className="panel mt-4 px-4 py-4 sm:px-5">
        <h2 className="text-lg font-semibold">Where you are signed in</h2>
        <SessionList initial={member.sessions ?? []} now={now} />
      </section>
      <section className="panel mt-4 px-4 py-4 sm:px-5">
        <h2 className="text-lg font-semibold">Password</h2>
        <ChangePassword email={member.email ?? ''} />
      </section>
    </div>
  );
}

function Rename({ initial }: { initial: string }) {
  const client = useClient();
  const [name, setName] = useState(initial);
  const [state, setState] = useState<'idle' | 'working' | 'done'>('idle');
  const [problem, setProblem] = useState<string | null>(null);
  const rename = async () => {
    setState('working');
    setProblem(null);
    const { data, error } = await client.mutation(RenameMemberDocument, { name });
    const result = data?.renameMember;
    if (result?.__typename === 'Member') {
      setName(result.name);
      setState('done');
      return;
    }
    setProblem(
      result?.message ?? error?.graphQLErrors[0]?.message ?? 'The service did not answer. Try again.',
    );
    setState('idle');
  };
  return (
    <form
      className="mt-3 flex flex-wrap items-end gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        void rename();
      }}
    >
      <div className="min-w-0 flex-1 basis-60">
        <Field id="name" label="Others see it beside what you do" problems={problem ? [problem] : undefined}>
          {(control) => (
            <input
              {...control}
              className="field"
              autoComplete="name"
              required
              maxLength={100}
              value={name}
              onChange={(event) => {
                setName(event.target.value);
                setState('idle');
              }}
            />
          )}
        </Field>
      </div>
      <button type="submit" className="button" disabled={state === 'working' || name.trim() === initial}>
        {state === 'done' ? 'Renamed' : 'Rename'}
      </button>
    </form>
  );
}
