/** Kendall's τ-b of two lists of values; null where one of them is constant. */
export function kendallTau(a: readonly number[], b: readonly number[]): number | null {
  let score = 0;
  let untiedA = 0;
  let untiedB = 0;
  for (let i = 0; i < a.length; i++) {
    for (let j = i + 1; j < a.length; j++) {
      const x = Math.sign((a[i] as number) - (a[j] as number));
      const y = Math.sign((b[i] as number) - (b[j] as number));
      score += x * y;
      untiedA += x * x;
      untiedB += y * y;
    }
  }
  return untiedA === 0 || untiedB === 0 ? null : score / Math.sqrt(untiedA * untiedB);
}

/** The weight of depth d against d + 1: the first ten places carry 86% of it. */
export const OVERLAP_P = 0.9;

/**
 * Rank-biased overlap of two orders of the same items (Webber, Moffat and Zobel 2010, equation 32 for equal lengths):
 * (1 − p)·Σ p^(d−1)·A_d over the depths d, and p^k·A_k for what lies beyond, A_d being the share of items that the first
 * d places of both have. 1 for equal orders.
 */
export function rankBiasedOverlap(a: readonly number[], b: readonly number[], p = OVERLAP_P): number {
  const k = a.length;
  const seenA = new Set<number>();
  const seenB = new Set<number>();
  let shared = 0;
  let sum = 0;
  for (let d = 1; d <= k; d++) {
    const [x, y] = [a[d - 1] as number, b[d - 1] as number];
    if (x === y) shared++;
    else shared += (seenB.has(x) ? 1 : 0) + (seenA.has(y) ? 1 : 0);
    seenA.add(x);
    seenB.add(y);
    sum += (1 - p) * p ** (d - 1) * (shared / d);
  }
  return k === 0 ? 1 : sum + p ** k * (shared / k);
}

/** Places by value, largest first, ties by place. */
export function orderOf(values: readonly number[]): number[] {
  return [...values.keys()].sort((i, j) => (values[j] as number) - (values[i] as number) || i - j);
}
