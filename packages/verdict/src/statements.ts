import type { PairVerdict, Verdict } from './verdict.ts';

/** How a value and a difference of values are written. */
export interface Wording {
  readonly label: (id: string) => string;
  /** A difference without its sign, with its unit: `11.2 points`. */
  readonly difference: (value: number) => string;
  /** The ends of an interval of differences, both without the unit: `8.4 to 13.9`. */
  readonly interval: (low: number, high: number) => string;
}

/**
 * What the verdict comes to, as sentences: whom the first beats and by how much, from whom it cannot be told apart,
 * who diverged, and what is not known yet. Everything in them is in the verdict's numbers.
 */
export function statements({ standings, pairs, evaluationNoise }: Verdict, wording: Wording): string[] {
  const [first] = standings;
  if (first === undefined) return [];
  const label = wording.label(first.id);
  const own = pairs.filter((pair) => pair.first === first.id || pair.second === first.id);
  const withDecision = (decision: PairVerdict['decision']) =>
    own.filter((pair) => pair.decision === decision && (decision !== 'BETTER' || pair.first === first.id));
  const others = (found: readonly PairVerdict[]) =>
    listed(found.map((pair) => wording.label(pair.first === first.id ? pair.second : pair.first)));
  const told: string[] = [];

  const beaten = withDecision('BETTER');
  if (beaten.length > 0) {
    told.push(`${label} beats ${listed(beaten.map((pair) => beatenText(pair, wording)))}.`);
  }
  const level = withDecision('CANNOT_TELL');
  if (level.length > 0) {
    const seeds = Math.max(...level.map((pair) => pair.difference.seeds.length));
    told.push(`${label} and ${others(level)} cannot be told apart with ${seeds} seeds.`);
  }
  const within = withDecision('WITHIN_EVALUATION_NOISE');
  if (within.length > 0 && evaluationNoise !== null) {
    told.push(
      `${label} is ahead of ${others(within)} with every seed, but by less than the ${wording.difference(evaluationNoise)} that other validation images might turn.`,
    );
  }
  const unknown = withDecision('TOO_FEW_SEEDS');
  if (unknown.length > 0) {
    const advice = 'Add seeds, three of each contender at least, and the order can be judged.';
    told.push(
      unknown.length === own.length
        ? `One seed says nothing about chance. ${advice}`
        : `${label} and ${others(unknown)} share one seed, which says nothing about chance.`,
    );
  }
  for (const { id, diverged, seeds, open } of standings) {
    if (diverged > 0) {
      told.push(`${wording.label(id)} diverged with ${diverged} of ${diverged + seeds + open} seeds.`);
    }
  }
  const open = standings.reduce((sum, standing) => sum + standing.open, 0);
  if (open > 0) {
    told.push(`${open} ${open === 1 ? 'run goes' : 'runs go'} on: this may still change.`);
  }
  return told;
}

function beatenText({ second, difference }: PairVerdict, wording: Wording): string {
  const { mean, interval, seeds } = difference;
  const ends = [Math.abs(interval?.low ?? mean), Math.abs(interval?.high ?? mean)].sort((a, b) => a - b);
  return `${wording.label(second)} by ${wording.difference(Math.abs(mean))} (95 % interval ${wording.interval(ends[0]!, ends[1]!)}, ${seeds.length} seeds)`;
}

function listed(parts: readonly string[]): string {
  return parts.length < 2 ? (parts[0] ?? '') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}
