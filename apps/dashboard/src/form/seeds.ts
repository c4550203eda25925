const MOST_SEEDS = 300;

export type SeedsRead =
  | { readonly ok: true; readonly seeds: readonly number[] }
  | { readonly ok: false; readonly problem: string };

/** The seeds that a text names: numbers with commas or spaces between them, and ranges such as `1-5`. */
export function seedsFrom(text: string): SeedsRead {
  const parts = text.split(/[\s,;]+/).filter(Boolean);
  const seeds = new Set<number>();
  for (const part of parts) {
    const [, from, to] = /^(\d{1,10})(?:(?:-|–|\.\.)(\d{1,10}))?$/.exec(part) ?? [];
    if (from === undefined)
      return { ok: false, problem: `“${part}” is no seed. Wanted: whole numbers, as 1, 2, 3 or 1-5.` };
    const [first, last] = [Number(from), Number(to ?? from)];
    if (last < first || last - first >= MOST_SEEDS) {
      return { ok: false, problem: `“${part}” is no range of at most ${MOST_SEEDS} seeds.` };
    }
    for (let seed = first; seed <= last; seed += 1) seeds.add(seed);
  }
  if (seeds.size === 0) return { ok: false, problem: 'A seed is missing. Wanted: one at least, as 1.' };
  return { ok: true, seeds: [...seeds] };
}

/** Seeds as the form shows them; four and more that follow one another as a range. */
export function seedsText(seeds: readonly number[]): string {
  const last = seeds.at(-1) ?? 1;
  const isRange =
    seeds.length > 3 && seeds.every((seed, index) => index === 0 || seed === seeds[index - 1]! + 1);
  return isRange ? `${seeds[0]}-${last}` : seeds.join(', ');
}
