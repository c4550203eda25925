import { AccountMenu } from '../account/account-menu.tsx';
import { mayEdit, VIEW_ONLY, type Viewer } from '../account/viewer.ts';
import type { Theme } from '../theme.ts';
import { Icon } from './icon.tsx';
import { Mark } from './mark.tsx';
import { PageLink } from './page-link.tsx';
import { ThemeToggle } from './theme-toggle.tsx';

/** The head of every page. Of accounts nothing shows where nobody signs in. */
export function SiteHeader({ theme, viewer }: { theme: Theme; viewer: Viewer }) {
  return (
    <header className="border-b border-line bg-surface">
      <div className="mx-auto flex h-14 max-w-[90rem] items-center gap-3 px-4 sm:px-6">
        <PageLink href="/" className="flex items-center gap-2.5 font-semibold">
          <Mark />
          Optiscope
        </PageLink>
        <div className="ml-auto flex items-center gap-2">
          {/* A page of the server's own, and none of this program's. */}
          {viewer === null ? null : (
            <a href="/graphiql" className="button max-sm:hidden" title="Ask the GraphQL API in GraphiQL">
              API
            </a>
          )}
          <ThemeToggle initial={theme} />
          {mayEdit(viewer) ? (
            <PageLink href="/new" className="button" aria-label="New comparison">
              <Icon name="plus" />
              <span className="max-sm:hidden">New comparison</span>
            </PageLink>
          ) : null}
          {viewer?.role === 'VIEWER' ? (
            <span
              className="rounded-full border border-line bg-sunken px-2.5 py-0.5 text-xs whitespace-nowrap text-muted"
              title={VIEW_ONLY}
            >
              View only
            </span>
          ) : null}
          {viewer?.kind === 'MEMBER' ? <AccountMenu viewer={viewer} /> : null}
        </div>
      </div>
    </header>
  );
}
