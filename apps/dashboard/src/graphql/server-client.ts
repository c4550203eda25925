import 'server-only';
import type { AnyVariables, TypedDocumentNode } from '@urql/core';
import { createClient, fetchExchange } from '@urql/core';
import { registerUrql } from '@urql/next/rsc';
import { headers } from 'next/headers';
import { redirect } from 'next/navigation';
import { cache } from 'react';
import { signInPath } from '../account/back-path.ts';
import { LOCAL_OWNER, type Viewer } from '../account/viewer.ts';
import { hasAccounts } from '../account/ways.ts';
import { PATH_HEADER } from '../page-path.ts';
import { ViewerDocument } from './generated/graphql.ts';

/** Longest wait for the service, in milliseconds; a page that says so is better than one that never comes. */
const PATIENCE_MS = 8_000;

const { getClient } = registerUrql(() =>
  createClient({
    url: process.env.OPTISCOPE_GRAPHQL_URL ?? '',
    exchanges: [fetchExchange],
    preferGetMethod: false,
  }),
);

export type Answer<Data> =
  | { readonly ok: true; readonly data: Data }
  /** `unreachable`: no answer came. `refused`: the service answered with an error. */
  | { readonly ok: false; readonly fault: 'unreachable' | 'refused'; readonly message: string };

/**
 * Asks the service, on the server, for what a page shows first. Never cached: a page shows what is so now.
 * The service's address is in `OPTISCOPE_GRAPHQL_URL`, which the server that hosts the dashboard sets. Who is not
 * signed in, where one has to be, is taken to the sign-in page and back afterwards.
 */
export async function ask<Data, Variables extends AnyVariables>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
): Promise<Answer<Data>> {
  if (!process.env.OPTISCOPE_GRAPHQL_URL) {
    return {
      ok: false,
      fault: 'unreachable',
      message:
        'OPTISCOPE_GRAPHQL_URL is not set; it names the GraphQL service, as http://127.0.0.1:4000/graphql.',
    };
  }
  const asked = await headers();
  const cookie = asked.get('cookie');
  if (hasAccounts() && !isSignedIn(cookie)) redirect(signInPath(asked.get(PATH_HEADER) ?? '/'));
  const { data, error } = await getClient().query(document, variables, {
    requestPolicy: 'network-only',
    fetchOptions: {
      cache: 'no-store',
      signal: AbortSignal.timeout(PATIENCE_MS),
      // The page is rendered for whoever asks for it.
      headers: { ...(hasAccounts() && cookie !== null && { cookie }) },
    },
  });
  if (data && !error) return { ok: true, data };
  if (error?.graphQLErrors.some(({ extensions }) => extensions.code === 'UNAUTHENTICATED')) {
    redirect(signInPath(asked.get(PATH_HEADER) ?? '/'));
  }
  const refused = error?.response !== undefined || (error?.graphQLErrors.length ?? 0) > 0;
  return {
    ok: false,
    fault: refused ? 'refused' : 'unreachable',
    message: error?.graphQLErrors[0]?.message ?? networkFault(error?.networkError),
  };
}

/** What `fetch` knows: its own message says only that it failed, the cause says how. */
function networkFault(error: Error | undefined): string {
  const { cause } = error ?? {};
  if (typeof cause === 'object' && cause !== null && 'code' in cause) return `No connection: ${cause.code}.`;
  return error?.message ?? 'No answer came.';
}

/** Whether a browser brings a session at all; whether it is a good one, the service tells. */
function isSignedIn(cookie: string | null): boolean {
  return /(^|[; ])(__Secure-)?optiscope\.session_token=[^;]/.test(cookie ?? '');
}

/** Who looks at the page; null: someone who has to sign in. Asked once for a page. */
export const askViewer = cache(async (): Promise<Viewer> => {
  if (!hasAccounts()) return LOCAL_OWNER;
  if (!isSignedIn((await headers()).get('cookie'))) return null;
  const answer = await ask(ViewerDocument, {});
  return answer.ok ? answer.data.viewer : null;
});
