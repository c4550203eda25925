import type { Progress } from '@optiscope/schema';
import type { FeaturesEvent, PreparingEvent, StartedEvent, StepEvent } from '@optiscope/trainer';
import { Pace } from './pace.ts';

/** What the database's column takes: two gigabytes, of which no file here comes close. */
const MOST = 2 ** 31 - 1;

/** Follows a run's events and says how far it is. Times are seconds of a clock that never goes back. */
export class RunProgress {
  readonly #epochs: number;
  #pace = new Pace();
  #current: Progress | null = null;

  /** @param epochs how many epochs the run has in all */
  constructor(epochs: number) {
    this.#epochs = epochs;
  }

  /** Where the run is; null before anything was heard. */
  get current(): Progress | null {
    return this.#current;
  }

  preparing({ stage, done, total }: PreparingEvent): void {
    this.#current = {
      phase: stage === 'download' ? 'DOWNLOADING' : 'PREPARING',
      phaseDone: Math.min(done, MOST),
      phaseTotal: Math.min(total ?? 0, MOST),
      imagesPerSecond: null,
      secondsLeft: null,
    };
  }

  features({ done, total, imagesPerSecond, cached }: FeaturesEvent): void {
    this.#current = {
      phase: 'FEATURES',
      phaseDone: done,
      phaseTotal: total,
      imagesPerSecond: cached ? null : finite(imagesPerSecond),
      secondsLeft: null, // how long training takes is not known yet
    };
  }

  started({ resumedAfterEpoch, resumedAfterStep, stepsPerEpoch }: StartedEvent, now: number): void {
    const done = resumedAfterEpoch * stepsPerEpoch + resumedAfterStep;
    this.#pace = new Pace();
    this.#pace.note(now, done);
    this.#current = {
      phase: 'TRAINING',
      phaseDone: done,
      phaseTotal: this.#epochs * stepsPerEpoch,
      imagesPerSecond: null,
      secondsLeft: null,
    };
  }

  step({ epoch, step, stepsPerEpoch, imagesPerSecond }: StepEvent, now: number): void {
    const done = (epoch - 1) * stepsPerEpoch + step;
    const total = this.#epochs * stepsPerEpoch;
    this.#pace.note(now, done);
    this.#current = {
      phase: 'TRAINING',
      phaseDone: done,
      phaseTotal: total,
      imagesPerSecond: finite(imagesPerSecond),
      secondsLeft: this.#pace.secondsTo(total),
    };
  }
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
