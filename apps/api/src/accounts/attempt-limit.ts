/** Keys that are remembered at most; the longest unused are forgotten first. */
const MOST_KEYS = 20_000;

/**
 * Counts attempts by a key, such as an address: so many at once, and then as many again over the time that follows,
 * evenly. What is kept of a key is one number, the time at which it has all its attempts back.
 */
export class AttemptLimit {
  readonly #full = new Map<string, number>();
  readonly #most: number;
  readonly #each: number;
  readonly #now: () => number;

  constructor(most: number, withinMilliseconds: number, now: () => number = Date.now) {
    this.#most = most;
    this.#each = withinMilliseconds / most;
    this.#now = now;
  }

  /** Counts an attempt. Zero when it may be made; else the seconds after which the next one may. */
  take(key: string): number {
    const now = this.#now();
    const full = Math.max(now, this.#full.get(key) ?? 0);
    const wait = full - now - (this.#most - 1) * this.#each;
    if (wait > 0) return Math.ceil(wait / 1000);
    this.#full.delete(key); // to the end of the map, which is in the order of use
    this.#full.set(key, full + this.#each);
    if (this.#full.size > MOST_KEYS) {
      const [oldest] = this.#full.keys();
      if (oldest !== undefined) this.#full.delete(oldest);
    }
    return 0;
  }
}

/** The part of an address that one person holds: of IPv6 a /64 network. */
export function holderOf(address: string): string {
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.split('::');
  const left = head === '' ? [] : head.split(':');
  if (tail === undefined) return left.slice(0, 4).join(':');
  const right = tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0');
  return [...left, ...zeros, ...right].slice(0, 4).join(':');
}
