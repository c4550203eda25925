import { type Client, createClient, fetchExchange, mapExchange } from '@urql/core';
import { leaveForSignIn, SIGNED_OUT } from '../account/leave-for-sign-in.ts';

/**
 * The page's client for queries and mutations. No cache: what lives is kept by the hooks that follow it, and
 * two copies of one truth would drift apart.
 */
export function createBrowserClient(): Client {
  return createClient({
    url: '/graphql',
    exchanges: [signedOut, fetchExchange],
    preferGetMethod: false,
    requestPolicy: 'network-only',
  });
}

/** Who is signed in no more is taken to where one signs in. */
const signedOut = mapExchange({
  onError(error) {
    if (error.graphQLErrors.some(({ extensions }) => extensions.code === SIGNED_OUT)) leaveForSignIn();
  },
});
