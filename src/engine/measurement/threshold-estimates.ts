import { absent, type Estimate, type IntervalMethod } from './document.js';
import { shareOf, varianceOf, type Moments, type Weights } from './moments.js';

const ONE_ENTITY = 'an interval needs two entities or more';
const NO_WIDTH = 'the rows show no spread at this threshold: the interval would have no width';

/** Columns that are added up, and reasons, that several metrics share. */
export const ROWS: Weights = [1, 1, 1, 1, 0, 0];
export const POSITIVES: Weights = [0, 1, 0, 1, 0, 0];
export const NEGATIVES: Weights = [1, 0, 1, 0, 0, 0];
export const ALERTS: Weights = [0, 0, 1, 1, 0, 0];
export const NO_ALERT = 'no row is alerted at this threshold';
export const NO_AMOUNTS = 'needs an amount column';

/** How many entities an interval adds up errors over, where it does. */
export function clustersOf({ clustered, units }: Moments): Pick<Estimate, 'clusters'> {
  return clustered ? { clusters: units } : {};
}

export function share(part: Weights, whole: Weights, moments: Moments): Estimate {
  const found = shareOf(part, whole, moments);
  if (found === null) return absent('there is nothing it could be a share of');
  const { rate, interval, effective } = found;
  return interval === null
    ? { value: rate, low: null, high: null, standardError: null, reason: ONE_ENTITY }
    : { value: rate, ...interval, method: effective ? 'wilson-effective' : 'wilson', ...clustersOf(moments) };
}

/** A value with the interval that its gradient gives on a scale where it is nearly normal, cut to what can be. */
export function byDelta(
  value: number,
  gradient: Weights,
  moments: Moments,
  scale: 'plain' | 'logit' | 'log' | 'z',
  bounds: readonly [number, number] = [-Infinity, Infinity],
): Estimate {
  if (moments.units < 2) return { value, low: null, high: null, standardError: null, reason: ONE_ENTITY };
  const standardError = Math.sqrt(varianceOf(gradient, moments));
  if (standardError === 0) return { value, low: null, high: null, standardError: null, reason: NO_WIDTH };
  const reach = moments.reach * standardError;
  const [forth, back, slope]: [number, (x: number) => number, number] =
    scale === 'logit'
      ? [Math.log(value / (1 - value)), (x) => 1 / (1 + Math.exp(-x)), 1 / (value * (1 - value))]
      : scale === 'log'
        ? [Math.log(value), Math.exp, 1 / value]
        : scale === 'z'
          ? [Math.atanh(value), Math.tanh, 1 / (1 - value * value)]
          : [value, (x) => x, 1];
  const method: IntervalMethod = scale === 'plain' ? 'delta' : `delta-${scale}`;
  const [least, most] = bounds;
  const low = Math.min(value, Math.max(least, back(forth - reach * slope)));
  const high = Math.max(value, Math.min(most, back(forth + reach * slope)));
  return { value, low, high, standardError, method, ...clustersOf(moments) };
}

/** At an edge where a gradient sees no spread: the limits of the rates it is made of, put together. */
export function byCorners(value: number, low: number | null, high: number | null): Estimate {
  return low === null || high === null
    ? { value, low: null, high: null, standardError: null, reason: ONE_ENTITY }
    : {
        value,
        low: Math.min(value, low),
        high: Math.max(value, high),
        standardError: null,
        method: 'bonferroni',
      };
}

/**
 * A weighted sum of rates that are independent of each other, with limits made of theirs: each side's squares are added
 * (Zou and Donner 2008), which holds at rates of 0 and 1 too.
 */
export function bySquares(
  value: number,
  parts: readonly { weight: number; rate: Estimate }[],
  standardError: number | null,
): Estimate {
  const squares = { low: 0, high: 0 };
  for (const { weight, rate } of parts) {
    if (rate.value === null || rate.low === null || rate.high === null)
      return { value, low: null, high: null, standardError: null, reason: ONE_ENTITY };
    squares.low += (weight * (rate.value - rate.low)) ** 2;
    squares.high += (weight * (rate.high - rate.value)) ** 2;
  }
  const [low, high] = [value - Math.sqrt(squares.low), value + Math.sqrt(squares.high)];
  return { value, low: Math.max(0, low), high, standardError, method: 'mover' };
}
