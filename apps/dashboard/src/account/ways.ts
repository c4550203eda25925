import 'server-only';

/** A place elsewhere through which members may sign in. */
export interface Elsewhere {
  readonly id: string;
  readonly name: string;
}

/** Whether people sign in to this server; it says so when it hosts the dashboard. */
export function hasAccounts(): boolean {
  return process.env.OPTISCOPE_ACCOUNTS === 'on';
}

/** Where else than here members may sign in. */
export async function elsewhere(): Promise<readonly Elsewhere[]> {
  try {
    const response = await fetch(new URL('/auth/ways', process.env.OPTISCOPE_GRAPHQL_URL), {
      cache: 'no-store',
      signal: AbortSignal.timeout(5_000),
    });
    const { providers }: { providers: readonly Elsewhere[] } = await response.json();
    return providers;
  } catch {
    return []; // a page with the fields for a password is better than none
  }
}
