import { expect, test } from 'vitest';
import {
  addressOfView,
  DEFAULT_VIEW,
  soloed,
  toggled,
  type ViewChoice,
  viewFromAddress,
} from '../src/chart/view-options.ts';
import { themeFrom } from '../src/theme.ts';

test('a view goes into the address and comes back the same', () => {
  const view: ViewChoice = {
    x: 'seconds',
    lossScale: 'log',
    hidden: new Set([4, 1]),
    seeds: 'apart',
    centre: 'median',
    band: 'range',
    smoothing: { kind: 'gaussian', span: 3 },
    further: true,
    target: 0.65,
  };
  expect(addressOfView(view)).toBe(
    '?x=seconds&loss=log&hide=1.4&seeds=apart&centre=median&band=range&smooth=gaussian.3&more=yes&target=0.65',
  );
  expect(viewFromAddress(new URLSearchParams(addressOfView(view)))).toEqual(view);
  expect(addressOfView(DEFAULT_VIEW)).toBe('');
});

test('an address that makes no sense is read as the default', () => {
  expect(
    viewFromAddress(
      new URLSearchParams('x=moons&loss=&hide=a.-1..99999&band=quartiles&smooth=mean.0&target=1.5'),
    ),
  ).toEqual(DEFAULT_VIEW);
});

test('a click switches one contender, a second click switches it back', () => {
  const off = toggled(new Set(), 2);
  expect([...off]).toEqual([2]);
  expect(toggled(off, 2).size).toBe(0);
});

test('a contender is left alone, and when it is alone already all come back', () => {
  const alone = soloed(new Set([0]), 1, [0, 1, 2]);
  expect([...alone].sort()).toEqual([0, 2]);
  expect(soloed(alone, 1, [0, 1, 2]).size).toBe(0);
  expect([...soloed(alone, 0, [0, 1, 2])].sort()).toEqual([1, 2]);
});

test('only light and dark are a choice of theme', () => {
  expect(themeFrom('dark')).toBe('dark');
  expect(themeFrom('"><script>')).toBe('system');
  expect(themeFrom(undefined)).toBe('system');
});
