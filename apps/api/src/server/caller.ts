import type { Caller } from '@optiscope/schema';
import type { Identify } from '../accounts/identify.ts';
import { currentIds } from '../log.ts';
import type { RateLimits } from './rate-limits.ts';

/** Who sends a request with these headers from this address. */
export async function callerOf(
  identify: Identify,
  limits: RateLimits,
  headers: Headers,
  address: string | undefined,
): Promise<Caller> {
  const caller: Caller = {
    viewer: await identify(headers),
    requestId: currentIds().requestId ?? null,
    address: address ?? null,
    again: () => identify(headers),
    countMutation: () => limits.countMutation(caller),
  };
  return caller;
}

/** Of an operation of which nobody has said who asks: it is not answered as if someone had. */
export const NOBODY: Caller = { viewer: null, requestId: null, address: null };
