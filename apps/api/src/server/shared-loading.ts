import { type Context, type Database, sharedLoaders } from '@optiscope/schema';
import type { Plugin } from 'graphql-yoga';

/** Lets all subscriptions of a server, over WebSocket and SSE alike, ask for rows together. */
export function sharedLoading(db: Database): Plugin<Context> {
  const shared = sharedLoaders(db);
  return {
    onSubscribe({ args }) {
      const context: Context = args.contextValue;
      Object.assign(context, { load: { ...context.load, ...shared } } satisfies Partial<Context>);
    },
  };
}
