import { absent, type Estimate } from './document.js';
import { CELLS, PARTS, clusterCovariance, sumOf, type Clusters } from './fairness-groups.js';
import type { Pair } from './fairness-pairs.js';
import { wald } from './intervals.js';

/** Benefit ŷ − y + 1 of a row by its cell: a missed positive has none, a false alarm double. */
export const BENEFIT = [1, 0, 2, 1] as const;
const ALL = [0, 1, 2, 3] as const;

export interface Entropy {
  value: number;
  within: number;
  between: number;
}

/**
 * Generalised entropy index of order 2 over the benefits b = ŷ − y + 1 (Speicher et al. 2018, the order that AI
 * Fairness 360 takes): Σ ((b/μ)² − 1)/2n, half the squared coefficient of variation; 0 where all rows benefit alike.
 * It falls apart into what lies within groups, Σ (n_g/n)(μ_g/μ)²·GE_g, and between them, Σ (n_g/n)((μ_g/μ)² − 1)/2.
 *
 * @returns null where no row has a benefit
 */
export function entropyOf(counts: ArrayLike<number>, groups: number): Entropy | null {
  let [rows, sum, squares] = [0, 0, 0];
  let weighted = 0;
  for (let group = 0; group < groups; group++) {
    const n = sumOf(counts, group, ALL);
    if (n === 0) continue;
    const benefit = benefitOf(counts, group);
    rows += n;
    sum += benefit;
    squares += (counts[CELLS * group] as number) + (counts[CELLS * group + 3] as number);
    squares += 4 * (counts[CELLS * group + 2] as number);
    weighted += benefit ** 2 / n;
  }
  if (sum === 0) return null;
  const mean = sum / rows;
  const value = (squares / rows / mean ** 2 - 1) / 2;
  const between = (weighted / rows / mean ** 2 - 1) / 2;
  return { value, between: Math.max(0, between), within: value - between };
}

export function benefitOf(counts: ArrayLike<number>, group: number): number {
  return ALL.reduce<number>((sum, cell) => sum + BENEFIT[cell] * (counts[CELLS * group + cell] as number), 0);
}

/**
 * The index with its interval by the delta method over rows or, where rows come from entities, over these; and the
 * part between groups, bounded by what the pairs' simultaneous intervals leave open of Σ w_i·w_j(μ_i − μ_j)²/2μ², w
 * the groups' shares of rows.
 */
export function entropyEstimate(
  counts: ArrayLike<number>,
  groups: number,
  clusters: Clusters | null,
  pairs: readonly Pair[],
): Estimate {
  const entropy = entropyOf(counts, groups);
  if (entropy === null) return absent('every row is a missed positive: no row has a benefit');
  const { value, within, between } = entropy;
  const rows = Array.from({ length: groups }, (_, group) => sumOf(counts, group, ALL));
  const n = rows.reduce((sum, each) => sum + each, 0);
  const mean = rows.reduce((sum, _, group) => sum + benefitOf(counts, group), 0) / n;
  // d GE = (b² − μ²)/2μ² − (b − μ)·E[b²]/μ³, E[b²] = (2·GE + 1)μ².
  const influence = new Float64Array(PARTS);
  for (const cell of ALL) {
    const b = BENEFIT[cell];
    influence[cell] = (b ** 2 / mean ** 2 - (2 * value + 1)) / 2 - ((b - mean) / mean) * (2 * value + 1);
  }
  const variance = overRows(counts, groups, influence, n, clusters);
  const interval = wald(value, Math.sqrt(Math.max(0, variance)), 0, Infinity);
  const reach = pairs.reduce(
    (sum, { a, b, low, high }) => {
      const weight = ((rows[a] as number) * (rows[b] as number)) / n ** 2 / (2 * mean ** 2);
      const nearest = low > 0 ? low : high < 0 ? high : 0;
      sum.low += weight * nearest ** 2;
      sum.high += weight * Math.max(low ** 2, high ** 2);
      return sum;
    },
    { low: 0, high: 0 },
  );
  const compared = new Set(pairs.flatMap(({ a, b }) => [a, b]));
  const known = pairs.length > 0 && rows.every((each, group) => each === 0 || compared.has(group));
  return {
    value,
    low: interval.low,
    high: interval.high,
    standardError: interval.standardError,
    method: 'wald',
    within,
    between: {
      value: between,
      low: known ? Math.min(between, reach.low) : null,
      high: known ? Math.max(between, reach.high) : null,
    },
  };
}

function overRows(
  counts: ArrayLike<number>,
  groups: number,
  influence: Float64Array,
  n: number,
  clusters: Clusters | null,
): number {
  let variance = 0;
  for (let a = 0; a < groups; a++) {
    if (clusters === null) {
      for (const cell of ALL) {
        variance += ((counts[CELLS * a + cell] as number) * (influence[cell] as number) ** 2) / n ** 2;
      }
      continue;
    }
    for (let b = 0; b < groups; b++) {
      if (a === b || clusters.between !== null) {
        variance += clusterCovariance(clusters, { group: a, n }, { group: b, n }, influence, influence);
      }
    }
  }
  return variance;
}
