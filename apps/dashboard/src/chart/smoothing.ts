/** How a curve is smoothed. All of them look back only, so that what is drawn never changes as a run grows. */
export const SMOOTHINGS = ['none', 'exponential', 'gaussian', 'mean'] as const;

export interface Smoothing {
  readonly kind: (typeof SMOOTHINGS)[number];
  /**
   * In epochs, above 0: the half-life of the exponential weights, the standard deviation of the Gaussian, the length
   * of the running mean.
   */
  readonly span: number;
}

export const NO_SMOOTHING: Smoothing = { kind: 'none', span: 3 };

/** Weights below this share of the newest one's change no pixel. */
const NEGLIGIBLE = 1e-6;

/**
 * The weighted mean of each point and those before it, over the finite ones:
 * `s(e) = Σ w(e − e') y(e') / Σ w(e − e')` for all `e' ≤ e`. Dividing by the sum of the weights is what debiases the
 * exponential mean at its beginning, and weights that follow the distance in epochs, not the number of points between,
 * give a curve with gaps its due. A point that is not finite stays one, and adds nothing to others.
 *
 * @param epochs ascending, one for each value
 */
export function smoothed(
  epochs: readonly number[],
  values: readonly (number | null)[],
  { kind, span }: Smoothing,
): readonly (number | null)[] {
  if (kind === 'none') return values;
  const weight = WEIGHT[kind];
  const reach = REACH[kind](span);
  let first = 0;
  return values.map((value, index) => {
    if (value === null) return null;
    const here = epochs[index] ?? 0;
    while (here - (epochs[first] ?? here) > reach) first += 1;
    let sum = 0;
    let weights = 0;
    for (let at = first; at <= index; at += 1) {
      const known = values[at];
      if (typeof known !== 'number') continue;
      const share = weight(here - (epochs[at] ?? here), span);
      sum += share * known;
      weights += share;
    }
    return sum / weights;
  });
}

type Kernel = Exclude<Smoothing['kind'], 'none'>;

/** The weight of a point so many epochs before the newest, whose own is 1. */
const WEIGHT: Readonly<Record<Kernel, (distance: number, span: number) => number>> = {
  exponential: (distance, span) => 2 ** (-distance / span),
  gaussian: (distance, span) => Math.exp(-0.5 * (distance / span) ** 2),
  mean: (distance, span) => (distance < span ? 1 : 0),
};

/** The distance beyond which a weight is negligible. */
const REACH: Readonly<Record<Kernel, (span: number) => number>> = {
  exponential: (span) => span * Math.log2(1 / NEGLIGIBLE),
  gaussian: (span) => span * Math.sqrt(2 * Math.log(1 / NEGLIGIBLE)),
  mean: (span) => span,
};
