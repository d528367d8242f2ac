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

/**
 * Percentile interval and standard deviation of bootstrap replicates; NaN replicates are left out.
 *
 * Quantiles interpolate linearly between order statistics (type 7 of Hyndman and Fan). Null below 20 replicates.
 */
export function percentile(replicates: Float64Array): (Interval & { used: number }) | null {
  const sorted = replicates.filter((value) => !Number.isNaN(value)).sort();
  const n = sorted.length;
  if (n < 20) return null;
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
  const half = student95(n - 1) * standardError;
  const interval = { low: Math.max(floor, mean - half), high: Math.min(ceiling, mean + half), standardError };
  return { mean, interval };
}

const STUDENT95 = [
  12.706204736432095, 4.302652729911275, 3.182446305284263, 2.7764451051977987, 2.5705818366147395,
  2.4469118487916806, 2.3646242510102993, 2.306004135033371, 2.2621571627409915, 2.2281388519649385,
];

/** The 97.5th percentile of Student's t: tabled to 10 degrees of freedom, then Cornish and Fisher's expansion (to 1e-4). */
function student95(freedom: number): number {
  const tabled = STUDENT95[freedom - 1];
  if (tabled !== undefined) return tabled;
  const z = Z95;
  return (
    z +
    (z ** 3 + z) / (4 * freedom) +
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * freedom ** 2) +
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / (384 * freedom ** 3)
  );
}
