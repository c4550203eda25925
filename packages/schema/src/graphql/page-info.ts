import { builder } from './builder.ts';

/** Where a page lies in its list. */
export interface PageTold {
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  /** Null of an empty page. */
  readonly startCursor: string | null;
  readonly endCursor: string | null;
}

export const PageInfo = builder.objectRef<PageTold>('PageInfo').implement({
  fields: (t) => ({
    hasNextPage: t.exposeBoolean('hasNextPage', {}),
    hasPreviousPage: t.exposeBoolean('hasPreviousPage', {}),
    startCursor: t.exposeString('startCursor', { nullable: true }),
    endCursor: t.exposeString('endCursor', { nullable: true }),
  }),
});
