import type { Auth } from './auth.ts';
import { AccountProblem } from './request-body.ts';

/** A place elsewhere through which members may sign in. */
export interface Provider {
  readonly id: 'github' | 'oidc';
  readonly name: string;
  /** Made when it is first asked for. */
  readonly auth: () => Promise<Auth>;
}

/** A provider that does not answer is waited for no longer than whoever signs in has patience. */
const PROVIDER_MILLISECONDS = 10_000;

/** What signs in there, once it knows the provider's addresses. Throws `AccountProblem` when that takes too long. */
export async function authOf(provider: Provider): Promise<Auth> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(away(provider)), PROVIDER_MILLISECONDS);
  });
  try {
    const auth = await provider.auth();
    await Promise.race([auth.$context, late]);
    return auth;
  } finally {
    clearTimeout(timer);
  }
}

/** Says that a provider does not answer. */
export function away({ name }: Provider): AccountProblem {
  const message = `Signing in with ${name} does not work just now: it does not answer. Try again in a moment, or sign in with your password.`;
  return new AccountProblem(503, 'PROVIDER_AWAY', message, 10);
}
