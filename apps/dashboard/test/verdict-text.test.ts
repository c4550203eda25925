import { expect, test } from 'vitest';
import { differenceText, pText } from '../src/verdict/verdict-text.ts';

test('accuracies differ by points, losses by what they are, and the sign is always there', () => {
  expect(differenceText('VAL_ACCURACY', 0.1123)).toBe('+11.2 points');
  expect(differenceText('ACCURACY', -0.004)).toBe('−0.4 points');
  expect(differenceText('VAL_LOSS', -1.23456)).toBe('−1.23');
});

test('a p-value too small to be told is told as that', () => {
  expect([pText(0.00004), pText(0.0423), pText(null)]).toEqual(['< 0.001', '0.042', '–']);
});
