import { expect, test } from 'vitest';
import { SMOOTHINGS, smoothed } from '../src/chart/smoothing.ts';

// One value is missing, and so are epochs 7 and 8.
const EPOCHS = [1, 2, 3, 4, 5, 6, 9];
const VALUES = [2.5, 1.75, null, 1.25, 0.5, 3, 0.25];

function expectClose(values: readonly (number | null)[], wanted: readonly (number | null)[]): void {
  expect(values).toHaveLength(wanted.length);
  values.forEach((value, index) => {
    if (wanted[index] === null) expect(value).toBeNull();
    else expect(value).toBeCloseTo(wanted[index]!, 12);
  });
}

test('the exponential mean is that of pandas, by time and adjusted', () => {
  // pandas 3.0.6: Series.ewm(halflife='2D', times=days, adjust=True, ignore_na=False).mean()
  const wanted = [2.5, 2.0606601717798214, null, 1.6233055339830917, 1.137165015484498, 1.8444229489306647];
  const drawn = smoothed(EPOCHS, VALUES, { kind: 'exponential', span: 2 });
  // Weights beyond the twentieth half-life are left out, a millionth of the newest.
  expectClose(drawn, [...wanted, 1.0188182833778996]);
});

test('the Gaussian mean is that of NumPy’s weighted average over the points so far', () => {
  // NumPy 2.4.6: average(y[:i + 1], weights=exp(-0.5 * ((e[i] - e[:i + 1]) / 2) ** 2)) without the NaN
  const wanted = [2.5, 2.101592969969683, null, 1.617174352403189, 1.0713415564080626, 1.703740670807052];
  expectClose(smoothed(EPOCHS, VALUES, { kind: 'gaussian', span: 2 }), [...wanted, 0.8969531649802177]);
});

test('the running mean is over the epochs of its span, not over as many points', () => {
  expectClose(smoothed(EPOCHS, VALUES, { kind: 'mean', span: 2 }), [
    2.5,
    2.125,
    null,
    1.25,
    0.875,
    1.75,
    0.25,
  ]);
});

test('what is drawn of the past never changes as a run grows', () => {
  for (const kind of SMOOTHINGS) {
    for (let length = 1; length <= EPOCHS.length; length += 1) {
      const then = smoothed(EPOCHS.slice(0, length), VALUES.slice(0, length), { kind, span: 3 });
      expect(smoothed(EPOCHS, VALUES, { kind, span: 3 }).slice(0, length)).toEqual(then);
    }
  }
});

test('a constant stays what it is from its first point on, also beside points that are not finite', () => {
  const constant = [4, 4, null, 4];
  for (const kind of SMOOTHINGS) {
    expectClose(smoothed([1, 2, 3, 4], constant, { kind, span: 5 }), constant);
  }
});

test('a long curve is smoothed in time in proportion to its length', () => {
  let read = 0;
  const epochs = Array.from({ length: 20_000 }, (_, index) => index + 1);
  const counted = new Proxy(epochs, {
    get: (target, key, receiver) => {
      if (typeof key === 'string' && /^\d+$/.test(key)) read += 1;
      return Reflect.get(target, key, receiver);
    },
  });
  smoothed(counted, epochs, { kind: 'exponential', span: 2 });
  expect(read).toBeLessThan(60 * epochs.length);
});
