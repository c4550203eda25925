'use client';

import { DropdownMenu } from 'radix-ui';
import { useState } from 'react';
import { Icon } from '../components/icon.tsx';
import { PageLink } from '../components/page-link.tsx';
import { sendAccount } from './send-account.ts';
import { ROLE_TEXT, type Viewer } from './viewer.ts';

const ITEM =
  'flex min-h-9 w-full cursor-default items-center rounded-md px-3 outline-none data-[highlighted]:bg-sunken';

/** Who is signed in, and the way out. */
export function AccountMenu({ viewer }: { viewer: NonNullable<Viewer> }) {
  const [leaving, setLeaving] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const signOut = async () => {
    setLeaving(true);
    const answer = await sendAccount('/sign-out', {});
    if (answer.ok) return window.location.assign('/sign-in');
    setProblem(answer.message);
    setLeaving(false);
  };
  return (
    <DropdownMenu.Root onOpenChange={() => setProblem(null)}>
      <DropdownMenu.Trigger
        className="button px-2.5"
        aria-label={`Account of ${viewer.name}`}
        title={viewer.name}
        disabled={leaving}
      >
        <Icon name="person" />
        <span className="max-w-36 truncate max-md:hidden">{viewer.name}</span>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align="end"
          sideOffset={6}
          className="z-40 w-56 rounded-lg border border-line bg-raised p-1 shadow-xl"
        >
          <DropdownMenu.Label className="border-b border-line px-3 pt-1.5 pb-2">
            <span className="block truncate font-semibold">{viewer.name}</span>
            <span className="block text-xs text-muted">{ROLE_TEXT[viewer.role]}</span>
          </DropdownMenu.Label>
          <div className="pt-1">
            <DropdownMenu.Item asChild className={ITEM}>
              <PageLink href="/account">Your account</PageLink>
            </DropdownMenu.Item>
            <DropdownMenu.Item asChild className={ITEM}>
              <PageLink href="/team">Team</PageLink>
            </DropdownMenu.Item>
            <DropdownMenu.Item
              className={ITEM}
              onSelect={(event) => {
                event.preventDefault();
                void signOut();
              }}
            >
              {leaving ? 'Signing out…' : 'Sign out'}
            </DropdownMenu.Item>
            {problem ? (
              <p role="alert" className="px-3 py-1 text-sm text-bad">
                {problem}
              </p>
            ) : null}
          </div>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
