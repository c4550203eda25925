import { expect, test } from 'vitest';
import { type Contender, resultAt, statements, verdictOn, type Wording } from '../src/index.ts';

const contender = (id: string, values: readonly number[], more: Partial<Contender> = {}): Contender => ({
  id,
  results: new Map(values.map((value, seed) => [seed + 1, value])),
  diverged: [],
  open: [],
  ...more,
});
const wording: Wording = {
  label: (id) => id,
  difference: (value) => `${(100 * value).toFixed(1)} points`,
  interval: (low, high) => `${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)}`,
};
const accuracy = { higherIsBetter: true, validationImages: 1_000 };
const told = (contenders: readonly Contender[], question = accuracy) =>
  statements(verdictOn(contenders, question), wording);

// The interval of the difference: scipy.stats.t.interval(0.95, 2, 0.11333, sem) = 0.0697 to 0.1570 (SciPy 1.17.1).
test('a large and steady difference is told with its interval; a small one is not taken for one', () => {
  const adam = contender('Adam', [0.9, 0.91, 0.9]);
  const ranger = contender('Ranger', [0.9, 0.895, 0.92]);
  const rmsprop = contender('RMSprop', [0.785, 0.8, 0.79]);
  expect(told([rmsprop, adam, ranger])).toEqual([
    'Ranger beats RMSprop by 11.3 points (95 % interval 7.0 to 15.7, 3 seeds).',
    'Ranger and Adam cannot be told apart with 3 seeds.',
  ]);
});

test('a steady difference that other images might turn is no victory', () => {
  const a = contender('A', [0.901, 0.902, 0.903]);
  const b = contender('B', [0.891, 0.892, 0.893]);
  expect(verdictOn([a, b], accuracy).pairs[0]!.decision).toBe('WITHIN_EVALUATION_NOISE');
  expect(told([a, b])[0]).toMatch(/^A is ahead of B with every seed, but by less than the 2\.\d points/);
  expect(verdictOn([a, b], { ...accuracy, validationImages: 100_000 }).pairs[0]!.decision).toBe('BETTER');
});

test('of losses the lower is the better', () => {
  const question = { higherIsBetter: false, validationImages: null };
  const { standings, pairs, evaluationNoise } = verdictOn(
    [contender('high', [2, 2.1, 2.05]), contender('low', [1, 1.1, 1])],
    question,
  );
  expect(standings.map(({ id }) => id)).toEqual(['low', 'high']);
  expect(pairs[0]).toMatchObject({ first: 'low', second: 'high', decision: 'BETTER' });
  expect(evaluationNoise).toBeNull();
});

test('one seed decides nothing, and nothing at all says nothing', () => {
  expect(told([contender('A', [0.9]), contender('B', [0.1])])).toEqual([
    'One seed says nothing about chance. Add seeds, three of each contender at least, and the order can be judged.',
  ]);
  expect(told([contender('A', [0.9, 0.8]), contender('B', [0.1, 0.3]), contender('C', [0.2])])).toContain(
    'A and C share one seed, which says nothing about chance.',
  );
  expect(told([])).toEqual([]);
  expect(told([contender('A', [])])).toEqual([]);
});

test('only seeds that both have are compared', () => {
  const a = contender('A', [0.9, 0.8, 0.7]);
  const b: Contender = {
    ...contender('B', []),
    results: new Map([
      [3, 0.6],
      [9, 0.99],
    ]),
  };
  expect(verdictOn([a, b], accuracy).pairs[0]!.difference.seeds).toEqual([3]);
  const c: Contender = { ...contender('C', []), results: new Map([[9, 0.99]]) };
  expect(verdictOn([a, c], accuracy).pairs).toEqual([]);
});

test('who diverged and what goes on is said', () => {
  const a = contender('A', [0.9, 0.8], { diverged: [3] });
  const b = contender('B', [0.1, 0.2], { open: [3] });
  expect(told([a, b])).toEqual(
    expect.arrayContaining(['A diverged with 1 of 3 seeds.', '1 run goes on: this may still change.']),
  );
});

test('more pairs make each of them harder to believe', () => {
  const pair = [contender('A', [0.9, 0.92, 0.91]), contender('B', [0.8, 0.84, 0.85])];
  const alone = verdictOn(pair, accuracy).pairs[0]!;
  const others = ['C', 'D', 'E', 'F'].map((id, place) => contender(id, [0.5, 0.9, 0.1 * place]));
  const among = verdictOn([...pair, ...others], accuracy).pairs.find(
    ({ first, second }) => first === 'A' && second === 'B',
  )!;
  expect(among.difference.p).toBe(alone.difference.p);
  expect(among.adjustedP!).toBeGreaterThan(alone.adjustedP!);
});

test('a verdict on the same results is the same, in whatever order they come', () => {
  const all = [contender('A', [0.9, 0.92]), contender('B', [0.8, 0.7]), contender('C', [0.85, 0.9])];
  const verdict = verdictOn(all, accuracy);
  expect(verdictOn(all, accuracy)).toEqual(verdict);
  expect(verdictOn(all.toReversed(), accuracy).standings).toEqual(verdict.standings);
});

test('a result is taken after the last epoch, the best by validation, or a budget', () => {
  const points = [
    { epoch: 1, value: 3, valAccuracy: 0.5 },
    { epoch: 2, value: 2, valAccuracy: 0.7 },
    { epoch: 3, value: Number.NaN, valAccuracy: 0.7 },
    { epoch: 4, value: 1, valAccuracy: Number.NaN },
  ];
  expect(resultAt(points, { at: 'LAST' })).toBe(1);
  expect(resultAt(points, { at: 'BEST' })).toBe(2);
  expect(resultAt(points, { at: 'EPOCH', epoch: 1 })).toBe(3);
  expect(resultAt(points, { at: 'EPOCH', epoch: 3 })).toBeNull();
  expect(resultAt(points, { at: 'EPOCH', epoch: 50 })).toBe(1);
  expect(resultAt([], { at: 'LAST' })).toBeNull();
});
