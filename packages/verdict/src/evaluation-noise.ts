/** The normal distribution's 97.5 % quantile. */
const NORMAL = 1.959963984540054;

/**
 * What two accuracies must differ by, at least, for their difference to be more than the luck of the validation
 * images: half the 95 % interval of the difference of two shares of `images`, each as uncertain as a share of
 * `accuracy` is (binomial). Further seeds do not lessen it, since they are all evaluated on the same images. That the
 * two are is left out: it makes the true noise smaller, not larger.
 *
 * @param accuracy 0..1
 */
export function evaluationNoise(accuracy: number, images: number): number {
  return NORMAL * Math.sqrt((2 * accuracy * (1 - accuracy)) / images);
}
