import type { Run } from '../comparison/comparison.ts';
import { type Appearance, appearancesOf } from './palette.ts';

/** Whether runs of one contender with several seeds are drawn as one line with a band, or each by itself. */
export type Seeds = 'together' | 'apart';

/** What one line of a chart stands for. */
export interface Strand {
  readonly key: string;
  /** Place among the strands, from 0. */
  readonly position: number;
  readonly label: string;
  readonly look: Appearance;
  /** At least one. */
  readonly runs: readonly Run[];
}

/**
 * The strands of a comparison: each run by itself, or the runs of a contender together, one for each seed. What ran
 * again with a seed stands by itself, since the same twice says nothing about others, and so do imported runs, of
 * which nobody says that they differ by their seeds alone.
 */
export function strandsOf(runs: readonly Run[], seeds: Seeds): Strand[] {
  const together = seeds === 'together' ? onePerSeed(runs) : new Set<Run>();
  const groups = Map.groupBy(runs, (run) => (together.has(run) ? run.group.id : run.id));
  const looks = appearancesOf([...groups.values()].map(([first]) => first!.contender.optimizer.name));
  return [...groups].map(([key, members], position) => ({
    key,
    position,
    label: members.length > 1 ? members[0]!.group.label : members[0]!.contender.label,
    look: looks[position]!,
    runs: members,
  }));
}

/** Of each contender and seed the first run that came to a result, or the first of all. */
function onePerSeed(runs: readonly Run[]): ReadonlySet<Run> {
  const trained = runs.filter((run) => run.origin === 'TRAINED');
  const sameSeed = Map.groupBy(trained, (run) => `${run.group.id} ${run.seed}`);
  const hasResult = ({ status }: Run): boolean => status === 'FINISHED' || status === 'DIVERGED';
  return new Set([...sameSeed.values()].map((same) => same.find(hasResult) ?? same[0]!));
}

/** The look of each run, by its id: that of the line that it is part of. */
export function looksOfRuns(runs: readonly Run[], seeds: Seeds): ReadonlyMap<string, Appearance> {
  return new Map(
    strandsOf(runs, seeds).flatMap((strand) => strand.runs.map((run) => [run.id, strand.look] as const)),
  );
}

/** Whether any contender has several runs, so that there is something to draw together. */
export function hasSeveralSeeds(runs: readonly Run[]): boolean {
  return strandsOf(runs, 'together').some((strand) => strand.runs.length > 1);
}
