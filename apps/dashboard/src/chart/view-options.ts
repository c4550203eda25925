import type { ChartView } from './chart-spec.ts';
import { X_AXES } from './curve.ts';
import { NO_SMOOTHING, SMOOTHINGS, type Smoothing } from './smoothing.ts';
import { BANDS_OF, CENTRES } from './spread.ts';

/** The reader's choices as they stand in the page's address, so that a link shows what its sender saw. */
export interface ViewChoice extends Omit<ChartView, 'zoom'> {
  /** Whether the curves that are drawn on request are. */
  readonly further: boolean;
  /** A validation accuracy to be reached, 0..1; null for none. */
  readonly target: number | null;
}

export const DEFAULT_VIEW: ViewChoice = {
  x: 'epoch',
  lossScale: 'linear',
  hidden: new Set(),
  seeds: 'together',
  centre: 'mean',
  band: 'interval',
  smoothing: NO_SMOOTHING,
  further: false,
  target: null,
};

/** In epochs. */
export const MOST_SPAN = 100;

/** The choices that an address names; what it does not name, or names wrongly, is as by default. */
export function viewFromAddress(parameters: { get(name: string): string | null }): ViewChoice {
  const centre = oneOf(CENTRES, parameters.get('centre')) ?? DEFAULT_VIEW.centre;
  return {
    x: oneOf(X_AXES, parameters.get('x')) ?? DEFAULT_VIEW.x,
    lossScale: parameters.get('loss') === 'log' ? 'log' : 'linear',
    hidden: new Set(
      (parameters.get('hide') ?? '')
        .split('.')
        .flatMap((part) => (/^\d{1,3}$/.test(part) ? [Number(part)] : [])),
    ),
    seeds: parameters.get('seeds') === 'apart' ? 'apart' : 'together',
    centre,
    band: oneOf(BANDS_OF[centre], parameters.get('band')) ?? BANDS_OF[centre][0]!,
    smoothing: smoothingFrom(parameters.get('smooth')),
    further: parameters.get('more') === 'yes',
    target: targetFrom(parameters.get('target')),
  };
}

/** The address' query for the choices, without what is as by default: `?x=seconds&hide=1.4`, or empty. */
export function addressOfView(view: ViewChoice): string {
  const parameters = new URLSearchParams();
  if (view.x !== DEFAULT_VIEW.x) parameters.set('x', view.x);
  if (view.lossScale === 'log') parameters.set('loss', 'log');
  if (view.hidden.size > 0) parameters.set('hide', [...view.hidden].sort((a, b) => a - b).join('.'));
  if (view.seeds === 'apart') parameters.set('seeds', 'apart');
  if (view.centre !== DEFAULT_VIEW.centre) parameters.set('centre', view.centre);
  if (view.band !== BANDS_OF[view.centre][0]) parameters.set('band', view.band);
  const { kind, span } = view.smoothing;
  if (kind !== 'none') parameters.set('smooth', `${kind}.${span}`);
  if (view.further) parameters.set('more', 'yes');
  if (view.target !== null) parameters.set('target', String(view.target));
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
}

/** `gaussian.3` */
function smoothingFrom(text: string | null): Smoothing {
  const [, name, digits] = /^([a-z]+)\.(\d{1,3})$/.exec(text ?? '') ?? [];
  const kind = oneOf(SMOOTHINGS, name ?? null);
  const span = Number(digits);
  return kind === null || kind === 'none' || !(span >= 1 && span <= MOST_SPAN)
    ? NO_SMOOTHING
    : { kind, span };
}

function targetFrom(text: string | null): number | null {
  const target = Number(text === null || !/^[01](\.\d{1,4})?$/.test(text) ? Number.NaN : text);
  return target >= 0 && target <= 1 ? target : null;
}

function oneOf<Value extends string>(values: readonly Value[], text: string | null): Value | null {
  return values.find((value) => value === text) ?? null;
}

/** Switches one contender on or off. */
export function toggled(hidden: ReadonlySet<number>, position: number): Set<number> {
  const next = new Set(hidden);
  if (!next.delete(position)) next.add(position);
  return next;
}

/** Leaves only one contender on; when it is the only one already, switches all on again. */
export function soloed(hidden: ReadonlySet<number>, position: number, all: readonly number[]): Set<number> {
  const others = all.filter((one) => one !== position);
  const alone = !hidden.has(position) && others.every((one) => hidden.has(one));
  return new Set(alone ? [] : others);
}
