import { log } from './arithmetic.js';

/** Burstiness of intervals with the finite-sample correction of Kim and Jo (2016), their equation 22. */
export function burstiness(mean: number, deviation: number, intervals: number): number {
  const r = mean > 0 ? deviation / mean : 0;
  const high = Math.sqrt(intervals + 1);
  const low = Math.sqrt(intervals - 1);
  return (high * r - low) / ((high - 2) * r + low);
}

/** Exponent of the density in the tail: one plus Hill's estimator over the given share of positive counts. */
export function hill(counts: Uint32Array, share: number): number | null {
  const sorted = counts.filter((n) => n > 0).sort();
  const used = Math.min(sorted.length - 1, Math.max(20, Math.floor(sorted.length * share)));
  const bound = sorted[sorted.length - 1 - used] ?? 0;
  if (used < 20 || bound === 0) return null;
  let sum = 0;
  for (let i = sorted.length - used; i < sorted.length; i += 1) sum += log((sorted[i] ?? 1) / bound);
  return sum > 0 ? 1 + used / sum : null;
}

/** Share of positive counts that are so large or larger, at powers of the square root of two. */
export function tailOf(counts: Uint32Array): [number, number][] {
  const sorted = counts.filter((n) => n > 0).sort();
  const points: [number, number][] = [];
  let place = 0;
  for (let bound = 1; place < sorted.length; bound = Math.max(bound + 1, Math.floor(bound * Math.SQRT2))) {
    while (place < sorted.length && (sorted[place] ?? 0) < bound) place += 1;
    if (place < sorted.length) points.push([bound, (sorted.length - place) / sorted.length]);
  }
  return points;
}
