import type { InputProblem } from './refusal.ts';

/** Which workers take an experiment's runs up, and before which others. */
export interface Placement {
  /** Runs of a higher one are taken up first. */
  readonly priority: number;
  /** Only workers that have all of these take its runs up. */
  readonly workerLabels: string[];
}

export const MOST_PRIORITY = 100;
const LABEL = /^[a-z0-9][a-z0-9._-]{0,39}$/;
const MOST_LABELS = 20;

/** The placement that was given, checked. Labels have no case. Adds what is wrong to the problems. */
export function planPlacement(
  given: { readonly priority: number; readonly workerLabels: readonly string[] },
  problems: InputProblem[],
): Placement {
  const { priority } = given;
  if (!Number.isInteger(priority) || Math.abs(priority) > MOST_PRIORITY) {
    problems.push({
      field: 'priority',
      message: `priority is ${priority}; wanted a whole number from -${MOST_PRIORITY} to ${MOST_PRIORITY}.`,
    });
  }
  const workerLabels = [...new Set(given.workerLabels.map((label) => label.trim().toLowerCase()))].sort();
  if (workerLabels.length > MOST_LABELS) {
    problems.push({
      field: 'workerLabels',
      message: `${workerLabels.length} labels are given; at most ${MOST_LABELS} may be.`,
    });
  }
  for (const label of workerLabels.filter((candidate) => !LABEL.test(candidate)).slice(0, MOST_LABELS)) {
    problems.push({
      field: 'workerLabels',
      message: `${JSON.stringify(label.slice(0, 60))} is no label; wanted 1 to 40 letters, digits, ".", "_" and "-", such as gpu.`,
    });
  }
  return { priority, workerLabels };
}
