import { type Context, type SharedLoaders, sharedLoaders } from '@optiscope/schema';
import type { Plugin } from 'graphql-yoga';

/** Lets all subscriptions of a server, over WebSocket and SSE alike, ask for rows together. */
export function sharedLoading(): Plugin<Context> {
  let shared: SharedLoaders | null = null;
  return {
    onSubscribe({ args }) {
      const context: Context = args.contextValue;
      shared ??= sharedLoaders(context.db);
      Object.assign(context, { load: { ...context.load, ...shared } } satisfies Partial<Context>);
    },
  };
}
