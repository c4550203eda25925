import type { ViewerQuery } from '../graphql/generated/graphql.ts';

/** Who looks at the page; null: someone who has to sign in. */
export type Viewer = ViewerQuery['viewer'];

/** Where nobody signs in, everyone is the owner of the machine. */
export const LOCAL_OWNER: NonNullable<Viewer> = {
  kind: 'LOCAL',
  role: 'ADMIN',
  name: 'Owner',
};

/** Whether they may start, change, stop and delete comparisons. */
export function mayEdit(viewer: Viewer): boolean {
  return viewer?.role === 'EDITOR' || viewer?.role === 'ADMIN';
}

export const VIEW_ONLY =
  'You may look at everything. To start or change something, ask an administrator for the role of an editor.';

export const ROLE_TEXT = {
  VIEWER: 'Viewer',
  EDITOR: 'Editor',
  ADMIN: 'Administrator',
} as const satisfies Record<NonNullable<Viewer>['role'], string>;
