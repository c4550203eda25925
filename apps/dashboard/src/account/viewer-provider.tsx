'use client';

import { createContext, type ReactNode, use } from 'react';
import { mayEdit, type Viewer } from './viewer.ts';

const ViewerContext = createContext<Viewer>(null);

/** Tells all of a page who looks at it. */
export function ViewerProvider({ viewer, children }: { viewer: Viewer; children: ReactNode }) {
  return <ViewerContext value={viewer}>{children}</ViewerContext>;
}

/** Whether whoever looks at the page may start, change, stop and delete comparisons. */
export function useMayEdit(): boolean {
  return mayEdit(use(ViewerContext));
}
