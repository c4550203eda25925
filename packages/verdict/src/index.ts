export { bootstrapInterval } from './bootstrap.ts';
export {
  type BySeed,
  holm,
  type PairedDifference,
  pairedDifference,
  probabilityOfImprovement,
} from './comparison.ts';
export { evaluationNoise } from './evaluation-noise.ts';
export { type Moment, type RunPoint, resultAt } from './moment.ts';
export { statements, type Wording } from './statements.ts';
export { twoSidedP, twoSidedQuantile } from './student.ts';
export { type Interval, interquartileMean, studentInterval } from './summaries.ts';
export {
  type Contender,
  type Decision,
  type PairVerdict,
  type Question,
  type Standing,
  type Verdict,
  verdictOn,
} from './verdict.ts';
