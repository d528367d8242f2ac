import { normalQuantile, studentQuantile } from '../distributions.js';
import { Z95 } from '../intervals.js';
import type { Trend, WorstMonth } from './document.js';

/** A metric of a month; `x` counts months from the first, those without rows too. */
export interface MonthValue {
  month: string;
  x: number;
  value: number;
  low: number | null;
  high: number | null;
  standardError: number | null;
  positives: number;
}

/**
 * Weighted least squares of a monthly metric on time, weights 1/SE², or the months' positives where a month has no
 * standard error. The slope's interval is Student's with two degrees of freedom less than there are months, its standard
 * error the sandwich with leverage correction HC3 (MacKinnon and White 1985): it holds when months scatter more than
 * their own standard errors say.
 */
export function trendOf(months: readonly MonthValue[]): Trend {
  const k = months.length;
  const none = { slopePerMonth: null, low: null, high: null, months: k };
  if (k < 3) return { ...none, reason: `a trend needs three months; there are ${k}` };
  const known = months.every(({ standardError }) => standardError !== null && standardError > 0);
  const weight = months.map(({ standardError, positives }) =>
    known ? 1 / (standardError as number) ** 2 : positives,
  );
  const total = weight.reduce((sum, w) => sum + w, 0);
  const mean = (of: (month: MonthValue) => number): number =>
    months.reduce((sum, month, i) => sum + (weight[i] as number) * of(month), 0) / total;
  const centre = mean(({ x }) => x);
  const level = mean(({ value }) => value);
  let xx = 0;
  let xy = 0;
  months.forEach(({ x, value }, i) => {
    const w = weight[i] as number;
    xx += w * (x - centre) ** 2;
    xy += w * (x - centre) * (value - level);
  });
  const slope = xy / xx;
  let meat = 0;
  months.forEach(({ x, value }, i) => {
    const w = weight[i] as number;
    const leverage = w * (1 / total + (x - centre) ** 2 / xx);
    const residual = value - level - slope * (x - centre);
    meat += (w * (x - centre) * (residual / (1 - leverage))) ** 2;
  });
  const half = (studentQuantile(0.975, k - 2) * Math.sqrt(meat)) / xx;
  if (!Number.isFinite(half)) {
    const reason = 'one month decides the line alone: the scatter about it is not known';
    return { ...none, slopePerMonth: slope, reason };
  }
  return {
    slopePerMonth: slope,
    low: slope - half,
    high: slope + half,
    months: k,
    weights: known ? 'inverse-variance' : 'positives',
  };
}

/**
 * The worst month. It was picked out of k, so its interval is Bonferroni's: each side is stretched by the normal
 * quantile at 1 − 0.025/k over the one at 0.975.
 */
export function worstOf(months: readonly MonthValue[], lowerIsBetter: boolean): WorstMonth | null {
  const [first, ...rest] = months;
  if (first === undefined) return null;
  const worst = rest.reduce(
    (found, month) =>
      (lowerIsBetter ? month.value > found.value : month.value < found.value) ? month : found,
    first,
  );
  const stretch = normalQuantile(1 - 0.025 / months.length) / Z95;
  const side = (bound: number | null): number | null =>
    bound === null ? null : worst.value + (bound - worst.value) * stretch;
  const [low, high] = [side(worst.low), side(worst.high)];
  return {
    month: worst.month,
    value: worst.value,
    low: low === null ? null : Math.max(0, low),
    high: high === null ? null : lowerIsBetter ? high : Math.min(1, high),
    correction: 'bonferroni',
    comparisons: months.length,
  };
}
