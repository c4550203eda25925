import type { NonFiniteKind } from '../graphql/generated/graphql.ts';
import { type DrawnMetric, METRIC_TEXT } from './metric.ts';

const NON_FINITE: Readonly<Record<NonFiniteKind, string>> = { NAN: 'NaN', POS_INF: '∞', NEG_INF: '−∞' };

/** How a value that is not finite is written. */
export function nonFiniteText(kind: NonFiniteKind): string {
  return NON_FINITE[kind];
}

/** A loss to four significant digits: `2.398`, `0.0412`, `9.93e-5`, `1.204e+7`. */
export function lossText(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 0.001 || size >= 1e5)) return value.toExponential(size < 0.001 ? 2 : 3);
  if (size >= 1000) return value.toFixed(0);
  if (size >= 1) return value.toPrecision(4);
  return value.toFixed(4);
}

/** A metric's value as it stands in tables and readings; accuracies keep four places, as Keras prints them. */
export function metricText(metric: DrawnMetric, value: number): string {
  return METRIC_TEXT[metric].kind === 'accuracy' ? value.toFixed(4) : lossText(value);
}

/** A hyper-parameter as it would be typed: `0.1`, `1e-7`, `32`; null is one that an imported run does not tell. */
export function settingText(value: number | null): string {
  if (value === null) return 'not known';
  const size = Math.abs(value);
  return size !== 0 && size < 1e-4 ? value.toExponential().replace('e-0', 'e-') : String(value);
}

/** A count with narrow, unbreakable spaces between thousands. */
export function countText(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+(?!\d))/g, '\u202f');
}
