import { bootstrapInterval } from './bootstrap.ts';
import { twoSidedP } from './student.ts';
import { deviationOf, type Interval, meanOf, studentInterval } from './summaries.ts';

/** A contender's results, one for each seed. */
export type BySeed = ReadonlyMap<number, number>;

/** How one contender's results differ from another's, over the seeds that both have. */
export interface PairedDifference {
  readonly seeds: readonly number[];
  /** Mean of the first's minus the second's. */
  readonly mean: number;
  /** The wider of Student's and the bootstrap's at each end; null with fewer than two seeds. */
  readonly interval: Interval | null;
  readonly student: Interval | null;
  readonly bootstrap: Interval | null;
  /** Share of the pairs, of a seed of each, in which the first is the higher; equals count half. */
  readonly probabilityOfImprovement: number;
  /** Of the paired two-sided t test; null with fewer than two seeds. */
  readonly p: number | null;
}

/** Null when there is no seed that both have. */
export function pairedDifference(first: BySeed, second: BySeed): PairedDifference | null {
  const seeds = [...first.keys()].filter((seed) => second.has(seed)).sort((a, b) => a - b);
  if (seeds.length === 0) return null;
  const differences = seeds.map((seed) => first.get(seed)! - second.get(seed)!);
  const student = studentInterval(differences);
  const bootstrap = bootstrapInterval(differences);
  return {
    seeds,
    mean: meanOf(differences),
    interval:
      student === null || bootstrap === null
        ? null
        : { low: Math.min(student.low, bootstrap.low), high: Math.max(student.high, bootstrap.high) },
    student,
    bootstrap,
    probabilityOfImprovement: probabilityOfImprovement([...first.values()], [...second.values()]),
    p: pairedP(differences),
  };
}

/** P(X > Y) + P(X = Y) / 2 over all pairs of values (Agarwal et al. 2021). */
export function probabilityOfImprovement(first: readonly number[], second: readonly number[]): number {
  let wins = 0;
  for (const x of first) for (const y of second) wins += x > y ? 1 : x === y ? 0.5 : 0;
  return wins / (first.length * second.length);
}

function pairedP(differences: readonly number[]): number | null {
  if (differences.length < 2) return null;
  const error = deviationOf(differences) / Math.sqrt(differences.length);
  const mean = meanOf(differences);
  // Equal in every seed: no doubt that there is no difference. One and the same difference in all: none that there is.
  if (error === 0) return mean === 0 ? 1 : 0;
  return twoSidedP(mean / error, differences.length - 1);
}

/** Holm's correction (1979) of p-values for there being several of them, in their order; null stays null and counts not. */
export function holm(ps: readonly (number | null)[]): (number | null)[] {
  const known = ps.flatMap((p, place) => (p === null ? [] : [{ p, place }])).sort((a, b) => a.p - b.p);
  const adjusted: (number | null)[] = ps.map(() => null);
  let highest = 0;
  known.forEach(({ p, place }, rank) => {
    highest = Math.max(highest, Math.min(1, p * (known.length - rank)));
    adjusted[place] = highest;
  });
  return adjusted;
}
