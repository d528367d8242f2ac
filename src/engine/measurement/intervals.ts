import { normalCdf, normalQuantile, studentQuantile } from './distributions.js';

/** The 97.5th percentile of the standard normal distribution. */
export const Z95 = 1.959963984540054;

export interface Interval {
  low: number;
  high: number;
  standardError: number;
}

/** Normal interval, cut at the bounds of what the value can be. */
export function wald(value: number, standardError: number, floor: number, ceiling: number): Interval {
  return {
    low: Math.max(floor, value - Z95 * standardError),
    high: Math.min(ceiling, value + Z95 * standardError),
    standardError,
  };
}

/**
 * Wilson's score interval of a rate seen in n trials (Wilson 1927); it never collapses at 0 or 1.
 *
 * @param z quantile of the coverage wanted, 95% unless said
 */
export function wilson(rate: number, n: number, z = Z95): Interval {
  const z2 = z * z;
  const centre = (rate + z2 / (2 * n)) / (1 + z2 / n);
  const half = (z / (1 + z2 / n)) * Math.sqrt((rate * (1 - rate)) / n + z2 / (4 * n * n));
  return {
    low: Math.max(0, Math.min(rate, centre - half)),
    high: Math.min(1, Math.max(rate, centre + half)),
    standardError: Math.sqrt((rate * (1 - rate)) / n),
  };
}

/** Replicates fewer than these give no interval. */
const LEAST_REPLICATES = 20;

/**
 * Percentile interval and standard deviation of bootstrap replicates; NaN replicates are left out.
 *
 * Quantiles interpolate linearly between order statistics (type 7 of Hyndman and Fan). Null below 20 replicates.
 */
export function percentile(replicates: Float64Array): (Interval & { used: number }) | null {
  const sorted = replicates.filter((value) => !Number.isNaN(value)).sort();
  const n = sorted.length;
  if (n < LEAST_REPLICATES) return null;
  let mean = 0;
  for (const value of sorted) mean += value / n;
  let squares = 0;
  for (const value of sorted) squares += (value - mean) ** 2;
  return {
    low: quantile(sorted, 0.025),
    high: quantile(sorted, 0.975),
    standardError: Math.sqrt(squares / (n - 1)),
    used: n,
  };
}

/** The p-quantile of ascending values, by linear interpolation (type 7 of Hyndman and Fan). */
export function quantile(sorted: Float64Array, p: number): number {
  const at = p * (sorted.length - 1);
  const below = Math.floor(at);
  const a = sorted[below] as number;
  const b = sorted[Math.min(below + 1, sorted.length - 1)] as number;
  return a + (b - a) * (at - below);
}

/**
 * Bias-corrected and accelerated bootstrap interval (Efron 1987; Davison and Hinkley 1997, section 5.3.2): percentiles
 * moved by how far the replicates lie to one side of the value, ties counting half, and by the skewness of the values with
 * one group of units left out in turn, which for sums over units is that of leaving out single units.
 *
 * @returns the interval, or the reason why there is none
 */
export function bca(
  value: number,
  replicates: Float64Array,
  jackknife: Float64Array,
): { low: number; high: number; reason?: undefined } | { low?: undefined; high?: undefined; reason: string } {
  const sorted = replicates.filter((each) => !Number.isNaN(each)).sort();
  const left = jackknife.filter((each) => !Number.isNaN(each));
  const n = sorted.length;
  if (n < LEAST_REPLICATES) return { reason: `fewer than ${LEAST_REPLICATES} replicates` };
  if (left.length < 2) return { reason: 'the value exists with no group of units left out' };
  const equal = 1e-12 * Math.max(1, Math.abs(value));
  let below = 0;
  for (const each of sorted) below += Math.abs(each - value) <= equal ? 0.5 : each < value ? 1 : 0;
  if (below === 0 || below === n) return { reason: 'all replicates lie on one side of the value' };
  let mean = 0;
  for (const each of left) mean += each / left.length;
  let squares = 0;
  let cubes = 0;
  for (const each of left) {
    squares += (mean - each) ** 2;
    cubes += (mean - each) ** 3;
  }
  // Equal values leave no more than rounding about their mean.
  if (squares <= left.length * equal * equal)
    return { reason: 'the value is the same whichever group of units is left out' };
  const bias = normalQuantile(below / n);
  const acceleration = cubes / (6 * squares ** 1.5);
  const corrected = (z: number): number => {
    const moved = bias + z;
    const scale = 1 - acceleration * moved;
    return scale > 0 ? normalCdf(bias + moved / scale) : NaN;
  };
  const [from, to] = [corrected(-Z95), corrected(Z95)];
  if (!(from * (n + 1) >= 1 && (1 - to) * (n + 1) >= 1))
    return { reason: `its corrected tails lie beyond what ${n} replicates show` };
  return { low: quantile(sorted, from), high: quantile(sorted, to) };
}

/** The mean of daily values with Student's interval over days, cut to 0 … 1. Null for fewer than two days. */
export function studentByDays(daily: Float64Array): Interval | null {
  return meanOf(daily, 0, 1).interval;
}

/** The mean of independent values with Student's interval, cut at bounds; none for fewer than two values. */
export function meanOf(
  values: Float64Array,
  floor: number,
  ceiling: number,
): { mean: number; interval: Interval | null } {
  const n = values.length;
  let mean = 0;
  for (const value of values) mean += value / n;
  if (n < 2) return { mean, interval: null };
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  const standardError = Math.sqrt(squares / (n - 1) / n);
  const half = studentQuantile(0.975, n - 1) * standardError;
  const interval = { low: Math.max(floor, mean - half), high: Math.min(ceiling, mean + half), standardError };
  return { mean, interval };
}
