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
 * The strands of a comparison: each run by itself, or the runs of a contender together. Imported runs stand by
 * themselves: nothing says that they differ by their seeds alone.
 */
export function strandsOf(runs: readonly Run[], seeds: Seeds): Strand[] {
  const groups = Map.groupBy(runs, (run) =>
    seeds === 'together' && run.origin === 'TRAINED' ? run.group.id : run.id,
  );
  const looks = appearancesOf([...groups.values()].map(([first]) => first!.contender.optimizer.name));
  return [...groups].map(([key, members], position) => ({
    key,
    position,
    label: members.length > 1 ? members[0]!.group.label : members[0]!.contender.label,
    look: looks[position]!,
    runs: members,
  }));
}

/** Whether any contender has several runs, so that there is something to draw together. */
export function hasSeveralSeeds(runs: readonly Run[]): boolean {
  return strandsOf(runs, 'together').some((strand) => strand.runs.length > 1);
}
