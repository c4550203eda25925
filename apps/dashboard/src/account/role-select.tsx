import type { ComponentProps } from 'react';
import type { MemberRole } from '../graphql/generated/graphql.ts';
import { ROLE_TEXT } from './viewer.ts';

const ROLES = ['VIEWER', 'EDITOR', 'ADMIN'] as const satisfies readonly MemberRole[];

/** One of the roles. */
export function RoleSelect({
  value,
  onChange,
  ...control
}: { value: MemberRole; onChange(role: MemberRole): void } & Omit<
  ComponentProps<'select'>,
  'value' | 'onChange' | 'className'
>) {
  return (
    <select
      {...control}
      className="field"
      value={value}
      onChange={(event) => {
        const role = ROLES.find((known) => known === event.target.value);
        if (role) onChange(role);
      }}
    >
      {ROLES.map((role) => (
        <option key={role} value={role}>
          {ROLE_TEXT[role]}
        </option>
      ))}
    </select>
  );
}
