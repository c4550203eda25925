'use client';

import { useState } from 'react';
import { useClient } from 'urql';
import { ConfirmButton } from '../components/confirm-button.tsx';
import {
  DisableMemberDocument,
  EnableMemberDocument,
  type InvitationFieldsFragment,
  type MemberFieldsFragment,
  RevokeInvitationDocument,
  SetMemberRoleDocument,
} from '../graphql/generated/graphql.ts';
import { InviteMember } from './invite-member.tsx';
import { RoleSelect } from './role-select.tsx';
import { ROLE_TEXT } from './viewer.ts';

type Changed =
  | ({ readonly __typename: 'Member' } & MemberFieldsFragment)
  | { readonly __typename: 'Conflict' | 'InvalidInput' | 'NotFound'; readonly message: string };

/** Everyone of the team; for administrators, what they may do and who is invited. */
export function TeamView({
  members: initial,
  invitations: invited,
  isAdmin,
  own,
}: {
  members: readonly MemberFieldsFragment[];
  invitations: readonly InvitationFieldsFragment[];
  isAdmin: boolean;
  /** Whoever looks at the page. */
  own: string | null;
}) {
  const client = useClient();
  const [members, setMembers] = useState(initial);
  const [invitations, setInvitations] = useState(invited);
  const [busy, setBusy] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);

  const change = async (
    id: string,
    answer: PromiseLike<{ changed: Changed | undefined; why: string | undefined }>,
  ) => {
    setBusy(id);
    setProblem(null);
    const { changed, why } = await answer;
    if (changed?.__typename === 'Member') {
      setMembers((before) => before.map((member) => (member.id === changed.id ? changed : member)));
    } else setProblem(changed?.message ?? why ?? 'The service did not answer. Try again in a moment.');
    setBusy(null);
  };
  const why = (error: { graphQLErrors: readonly { message: string }[] } | undefined) =>
    error?.graphQLErrors[0]?.message;
  const setRole = (id: string, role: MemberFieldsFragment['role']) =>
    change(
      id,
      client
        .mutation(SetMemberRoleDocument, { id, role })
        .then(({ data, error }) => ({ changed: data?.setMemberRole, why: why(error) })),
    );
  const disable = (id: string) =>
    change(
      id,
      client
        .mutation(DisableMemberDocument, { id })
        .then(({ data, error }) => ({ changed: data?.disableMember, why: why(error) })),
    );
  const enable = (id: string) =>
    change(
      id,
      client
        .mutation(EnableMemberDocument, { id })
        .then(({ data, error }) => ({ changed: data?.enableMember, why: why(error) })),
    );
  const revoke = async (id: string) => {
    setBusy(id);
    setProblem(null);
    const { data, error } = await client.mutation(RevokeInvitationDocument, { id });
    const result = data?.revokeInvitation;
    if (result?.__typename === 'Invitation') {
      setInvitations((before) => before.filter((invitation) => invitation.id !== id));
    } else setProblem(result?.message ?? why(error) ?? 'The service did not answer. Try again in a moment.');
    setBusy(null);
  };

  return (
    <div className="mx-auto max-w-3xl">
      <h1 className="text-2xl font-semibold tracking-tight">Team</h1>
      {problem ? (
        <p role="alert" className="mt-3 rounded-lg border border-bad bg-bad/8 px-4 py-3 text-sm text-bad">
          {problem}
        </p>
      ) : null}
      <ul className="panel mt-4 divide-y divide-line">
        {members.map((member) => (
          <li
            key={member.id}
            data-member={member.name}
            className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3"
          >
            <span className="min-w-0 flex-1 basis-52">
              <span className={`font-medium break-words ${member.disabledAt ? 'text-muted' : ''}`}>
                {member.name}
                {member.id === own ? <span className="font-normal text-muted"> (you)</span> : null}
              </span>
              <span className="block text-sm break-words text-muted">
                {member.email}
                {member.disabledAt ? `${member.email ? ', ' : ''}may no longer sign in` : ''}
              </span>
            </span>
            {isAdmin ? (
              <>
                <span className="w-40">
                  <RoleSelect
                    aria-label={`Role of ${member.name}`}
                    value={member.role}
                    disabled={busy !== null || member.disabledAt !== null}
                    onChange={(role) => void setRole(member.id, role)}
                  />
                </span>
                {member.disabledAt === null ? (
                  <ConfirmButton
                    className="button w-24"
                    label={`Disable ${member.name}`}
                    title={`Disable ${member.name}?`}
                    text="They are signed out everywhere, their tokens end, and they may sign in no more. What they made stays. You can enable them again."
                    confirm="Disable"
                    keep="Leave it"
                    disabled={busy !== null || member.id === own}
                    onConfirm={() => void disable(member.id)}
                  >
                    Disable
                  </ConfirmButton>
                ) : (
                  <button
                    type="button"
                    className="button w-24"
                    disabled={busy !== null}
                    aria-label={`Enable ${member.name}`}
                    onClick={() => void enable(member.id)}
                  >
                    Enable
                  </button>
                )}
              </>
            ) : (
              <span className="text-sm text-muted">{ROLE_TEXT[member.role]}</span>
            )}
          </li>
        ))}
      </ul>
      {isAdmin ? (
        <section className="panel mt-5 px-4 py-4 sm:px-5">
          <h2 className="text-lg font-semibold">Invite someone</h2>
          <InviteMember
            onInvited={(made) =>
              setInvitations((before) => [
                made,
                ...before.filter(({ id, email }) => id !== made.id && email !== made.email),
              ])
            }
          />
          {invitations.length > 0 ? (
            <>
              <h3 className="mt-6 text-sm font-medium text-muted">Open invitations</h3>
              <ul className="mt-1 divide-y divide-line">
                {invitations.map(({ id, email, role, expiresAt }) => (
                  <li key={id} className="flex flex-wrap items-center gap-x-4 gap-y-1 py-2">
                    <span className="min-w-0 flex-1 basis-52">
                      <span className="break-words">{email ?? 'Whoever has the link'}</span>
                      <span className="block text-sm text-muted">
                        {ROLE_TEXT[role]}, until {expiresAt.slice(0, 10)}
                      </span>
                    </span>
                    <button
                      type="button"
                      className="button min-h-8 text-sm"
                      disabled={busy !== null}
                      aria-label={`Revoke the invitation of ${email ?? 'whoever has the link'}`}
                      onClick={() => void revoke(id)}
                    >
                      Revoke
                    </button>
                  </li>
                ))}
              </ul>
            </>
          ) : null}
        </section>
      ) : (
        <p className="mt-4 text-sm text-muted">
          Administrators invite others and change what members may do.
        </p>
      )}
    </div>
  );
}
