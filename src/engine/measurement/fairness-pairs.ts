import type { Estimate, IntervalMethod } from './document.js';
import type { Covariance, GroupValue } from './fairness-groups.js';

/** What two groups' values differ by: of the first less the second, or the first over the second. */
export interface Pair {
  a: number;
  b: number;
  value: number;
  low: number;
  high: number;
  standardError: number;
}

/**
 * Signed differences of all pairs of groups, each interval at the critical value given.
 *
 * From the groups' own bounds l and u (MOVER: Newcombe 1998, method 10, for rates; Zou and Donner 2008 in general):
 * the lower bound lies √((p₁ − l₁)² + (u₂ − p₂)²) below the difference, the upper √((u₁ − p₁)² + (p₂ − l₂)²) above
 * it, less 2ρ times the product where the values are correlated. It holds at rates of 0 and 1, and
 * d(a, b) = −d(b, a).
 */
export function differences(values: readonly GroupValue[], critical: number, covariance: Covariance): Pair[] {
  const bounds = values.map((value) => value.bounds(critical));
  const pairs: Pair[] = [];
  values.forEach((a, i) => {
    for (let j = i + 1; j < values.length; j++) {
      const b = values[j] as GroupValue;
      const [of, to] = [bounds[i], bounds[j]] as [(typeof bounds)[0], (typeof bounds)[0]];
      const shared = covariance(a, b);
      const scale = a.standardError * b.standardError;
      const rho = scale > 0 ? Math.max(-1, Math.min(1, shared / scale)) : 0;
      const value = a.value - b.value;
      pairs.push({
        a: a.group,
        b: b.group,
        value,
        low: value - joined(a.value - of.low, to.high - b.value, rho),
        high: value + joined(of.high - a.value, b.value - to.low, rho),
        standardError: joined(a.standardError, b.standardError, rho),
      });
    }
  });
  return pairs;
}

/**
 * Ratios of all pairs of groups by the delta method on the logarithm (Katz et al. 1978). Where no row counts the
 * ratio is 0, below the largest rate that one group may have over the least that the other may; where the divisor
 * is 0 too, nothing is known.
 */
export function ratios(values: readonly GroupValue[], critical: number, covariance: Covariance): Pair[] {
  const relative = (of: GroupValue): number => {
    if (of.value < 1) return (of.wider * of.standardError) / of.value;
    // A rate of 1 has no spread of its own: what Wilson's bound leaves open stands in.
    return (1 - of.bounds(critical).low) / critical;
  };
  const pairs: Pair[] = [];
  values.forEach((a, i) => {
    for (const b of values.slice(i + 1)) {
      if (a.value === 0 || b.value === 0) {
        const high = b.value === 0 ? Infinity : a.bounds(critical).high / b.bounds(critical).low;
        const low = a.value === 0 ? 0 : a.bounds(critical).low / b.bounds(critical).high;
        pairs.push({ a: a.group, b: b.group, value: a.value / b.value, low, high, standardError: NaN });
        continue;
      }
      const value = a.value / b.value;
      const shared = covariance(a, b) / (a.value * b.value);
      const spread = Math.sqrt(Math.max(0, relative(a) ** 2 + relative(b) ** 2 - 2 * shared));
      pairs.push({
        a: a.group,
        b: b.group,
        value,
        low: value * Math.exp(-critical * spread),
        high: value * Math.exp(critical * spread),
        standardError: value * spread,
      });
    }
  });
  return pairs;
}

/**
 * The largest less the smallest value over the groups, its interval from the pairs' simultaneous ones: the gap is the
 * largest difference in either direction, so it is at least every lower bound and at most the largest upper one. Where
 * all groups are alike the interval begins at 0 as often as the pairs' intervals hold 0 all at once.
 */
export function gap(pairs: readonly Pair[], most: number, method: IntervalMethod): Estimate {
  let [value, low, high, standardError] = [-1, 0, 0, 0];
  for (const pair of pairs) {
    if (Math.abs(pair.value) > value) {
      value = Math.abs(pair.value);
      standardError = pair.standardError;
    }
    low = Math.max(low, pair.low, -pair.high);
    high = Math.max(high, pair.high, -pair.low);
  }
  return { value, low, high: Math.min(most, high), standardError, method };
}

/** The smallest over the largest value: the least ratio of a pair in either direction, its bounds by the same rule. */
export function leastRatio(pairs: readonly Pair[]): Estimate {
  let [value, low, high, standardError] = [Infinity, Infinity, 1, NaN];
  for (const pair of pairs) {
    const inverse = 1 / pair.value;
    const least = Math.min(pair.value, inverse);
    if (least < value) {
      value = least;
      standardError = pair.value <= inverse ? pair.standardError : pair.standardError * inverse ** 2;
    }
    low = Math.min(low, pair.low, 1 / pair.high);
    high = Math.min(high, pair.high, 1 / pair.low);
  }
  return {
    value,
    low,
    high,
    standardError: Number.isNaN(standardError) ? null : standardError,
    method: 'log-ratio',
  };
}

/** √(x² + y² − 2ρxy). */
function joined(x: number, y: number, rho: number): number {
  return Math.sqrt(Math.max(0, x * x + y * y - 2 * rho * x * y));
}
