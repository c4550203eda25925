import { bootstrapInterval } from './bootstrap.ts';
import { type BySeed, holm, type PairedDifference, pairedDifference } from './comparison.ts';
import { evaluationNoise } from './evaluation-noise.ts';
import { type Interval, interquartileMean, meanOf, studentInterval } from './summaries.ts';

/** What is asked of the contenders' results. */
export interface Question {
  /** Accuracies are better when higher, losses when lower. */
  readonly higherIsBetter: boolean;
  /** Of an accuracy on validation images how many there are; null for what has no binomial noise, or is not known. */
  readonly validationImages: number | null;
}

/** A contender with one result for each seed that has one. */
export interface Contender {
  readonly id: string;
  readonly results: BySeed;
  /** Seeds with which it diverged before the result. */
  readonly diverged: readonly number[];
  /** Seeds whose runs go on. */
  readonly open: readonly number[];
}

export interface Standing {
  readonly id: string;
  readonly seeds: number;
  readonly mean: number;
  readonly interquartileMean: number;
  /** The wider of Student's and the bootstrap's at each end; null with fewer than two seeds. */
  readonly interval: Interval | null;
  readonly diverged: number;
  readonly open: number;
}

/** What can be said of two contenders, of which the first has the better mean over the seeds that both have. */
export interface PairVerdict {
  readonly first: string;
  readonly second: string;
  /** The first's results minus the second's. */
  readonly difference: PairedDifference;
  /** Corrected for there being several pairs (Holm); null with fewer than two seeds. */
  readonly adjustedP: number | null;
  readonly decision: Decision;
}

export type Decision =
  /** The difference is larger than the seeds' and the evaluation's chance. */
  | 'BETTER'
  /** Chance alone would bring such a difference more often than one time in twenty. */
  | 'CANNOT_TELL'
  /** It is no chance of the seeds, but less than what other validation images might turn. */
  | 'WITHIN_EVALUATION_NOISE'
  | 'TOO_FEW_SEEDS';

export interface Verdict {
  /** The best mean first; those without any result are left out. */
  readonly standings: readonly Standing[];
  /** Of every two that share a seed. */
  readonly pairs: readonly PairVerdict[];
  /** What differences of accuracies of this height must exceed; null where there is no such noise. */
  readonly evaluationNoise: number | null;
}

/** How often chance may be taken for a difference, over all pairs together. */
export const SIGNIFICANCE = 0.05;

/** The verdict on some contenders, from their results alone: the same results give the same verdict. */
export function verdictOn(contenders: readonly Contender[], question: Question): Verdict {
  const direction = question.higherIsBetter ? 1 : -1;
  const standings = contenders
    .filter(({ results }) => results.size > 0)
    .map(standingOf)
    .sort((a, b) => direction * (b.mean - a.mean));
  const byId = new Map(contenders.map((contender) => [contender.id, contender]));
  const compared = standings.flatMap(({ id: one }, place) =>
    standings.slice(place + 1).flatMap(({ id: other }) => {
      const difference = pairedDifference(byId.get(one)!.results, byId.get(other)!.results);
      if (difference === null) return [];
      // Over the seeds that both have the order may be another than over all.
      if (direction * difference.mean >= 0) return [{ first: one, second: other, difference }];
      const turned = pairedDifference(byId.get(other)!.results, byId.get(one)!.results)!;
      return [{ first: other, second: one, difference: turned }];
    }),
  );
  const adjusted = holm(compared.map(({ difference }) => difference.p));
  const noise = noiseOf(standings, question);
  const pairs = compared.map((pair, place) => ({
    ...pair,
    adjustedP: adjusted[place] ?? null,
    decision: decisionOn(pair.difference, adjusted[place] ?? null, noise),
  }));
  return { standings, pairs, evaluationNoise: noise };
}

function standingOf({ id, results, diverged, open }: Contender): Standing {
  const values = [...results.values()];
  const [student, bootstrap] = [studentInterval(values), bootstrapInterval(values)];
  return {
    id,
    seeds: values.length,
    mean: meanOf(values),
    interquartileMean: interquartileMean(values),
    interval:
      student === null || bootstrap === null
        ? null
        : { low: Math.min(student.low, bootstrap.low), high: Math.max(student.high, bootstrap.high) },
    diverged: diverged.length,
    open: open.length,
  };
}

/** At the height of the best: the noise is largest at one half, and the question is mostly who is first. */
function noiseOf(standings: readonly Standing[], { validationImages }: Question): number | null {
  const [best] = standings;
  if (validationImages === null || validationImages <= 0 || best === undefined) return null;
  return evaluationNoise(Math.min(1, Math.max(0, best.mean)), validationImages);
}

function decisionOn(
  { mean, interval }: PairedDifference,
  adjustedP: number | null,
  noise: number | null,
): Decision {
  if (interval === null || adjustedP === null) return 'TOO_FEW_SEEDS';
  const holdsZero = interval.low <= 0 && interval.high >= 0;
  if (adjustedP >= SIGNIFICANCE || holdsZero) return 'CANNOT_TELL';
  return noise !== null && Math.abs(mean) <= noise ? 'WITHIN_EVALUATION_NOISE' : 'BETTER';
}
