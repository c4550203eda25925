'use client';

import { useState } from 'react';
import { useClient } from 'urql';
import { Ago } from '../components/ago.tsx';
import {
  RevokeOtherSessionsDocument,
  RevokeSessionDocument,
  type SessionFieldsFragment,
} from '../graphql/generated/graphql.ts';

const NO_ANSWER = 'The service did not answer. Try again in a moment.';

/** The browsers in which one is signed in, to be signed out from here. */
export function SessionList({ initial, now }: { initial: readonly SessionFieldsFragment[]; now: number }) {
  const client = useClient();
  const [sessions, setSessions] = useState(initial);
  const [busy, setBusy] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const others = sessions.filter((session) => !session.current);

  const revoke = async (id: string) => {
    setBusy(id);
    setProblem(null);
    const { data, error } = await client.mutation(RevokeSessionDocument, { id });
    const result = data?.revokeSession;
    // One that is not there any more is signed out as well.
    if (result?.__typename === 'Session' || result?.__typename === 'NotFound') {
      setSessions((before) => before.filter((session) => session.id !== id));
    } else setProblem(result?.message ?? error?.graphQLErrors[0]?.message ?? NO_ANSWER);
    setBusy(null);
  };
  const revokeOthers = async () => {
    setBusy('others');
    setProblem(null);
    const { data, error } = await client.mutation(RevokeOtherSessionsDocument, {});
    const result = data?.revokeOtherSessions;
    if (result?.__typename === 'SessionsRevoked') {
      setSessions((before) => before.filter((session) => session.current));
    } else setProblem(result?.message ?? error?.graphQLErrors[0]?.message ?? NO_ANSWER);
    setBusy(null);
  };

  return (
    <>
      <ul className="mt-2 divide-y divide-line">
        {sessions.map(({ id, device, address, lastSeenAt, current }) => (
          <li key={id} className="flex flex-wrap items-center gap-x-4 gap-y-1 py-2.5">
            <span className="min-w-0 flex-1 basis-48">
              <span className="font-medium">{device}</span>
              <span className="block text-sm text-muted">
                {address ?? 'address not known'}, last seen <Ago then={lastSeenAt} now={now} />
              </span>
            </span>
            {current ? (
              <span className="text-sm text-muted">this browser</span>
            ) : (
              <button
                type="button"
                className="button min-h-8 text-sm"
                disabled={busy !== null}
                aria-label={`Sign out ${device}`}
                onClick={() => void revoke(id)}
              >
                Sign out
              </button>
            )}
          </li>
        ))}
      </ul>
      {others.length > 1 ? (
        <button
          type="button"
          className="button mt-2"
          disabled={busy !== null}
          onClick={() => void revokeOthers()}
        >
          Sign out everywhere else
        </button>
      ) : null}
      {problem ? (
        <p role="alert" className="mt-2 text-sm text-bad">
          {problem}
        </p>
      ) : null}
    </>
  );
}
