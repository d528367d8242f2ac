import type { Sample } from './bootstrap.js';
import type { Curve, CurvePoints } from './curve.js';
import { quantile, Z95, type Interval } from './intervals.js';

/** TPR less FPR at each end of each gap between the positives' distinct scores, from the highest down. */
export function distances(
  { positives, ties, gaps }: Curve,
  points: CurvePoints,
): Float64Array<SharedArrayBuffer> {
  const { totalPositives, totalNegatives } = points;
  const all = new Float64Array(new SharedArrayBuffer(16 * positives.length));
  let tp = 0;
  let fp = gaps[positives.length] as number;
  let at = 0;
  for (let j = positives.length - 1; j >= 0; j--) {
    all[at++] = tp / totalPositives - fp / totalNegatives;
    tp += positives[j] as number;
    fp += ties[j] as number;
    all[at++] = tp / totalPositives - fp / totalNegatives;
    fp += gaps[j] as number;
  }
  return all;
}

/** The sample's own distances, and where the largest lies. */
export interface KsPlace {
  distances: Float64Array;
  /** Place of the largest, and whether TPR lies above FPR there. */
  at: number;
  sign: number;
}

export function ksPlace(curve: Curve, points: CurvePoints): KsPlace {
  const own = distances(curve, points);
  let at = 0;
  for (let i = 1; i < own.length; i++) if (Math.abs(own[i] as number) > Math.abs(own[at] as number)) at = i;
  return { distances: own, at, sign: Math.sign(own[at] as number) || 1 };
}

/** How far a replicate's distances lie above the sample's, at most, and its distance where the sample's is largest. */
export function ksDrawn(
  curve: Curve,
  points: CurvePoints,
  { distances: own, at, sign }: KsPlace,
): [number, number] {
  const drawn = distances(curve, points);
  let above = 0;
  for (let i = 0; i < own.length; i++)
    above = Math.max(above, sign * ((drawn[i] as number) - (own[i] as number)));
  return [points.totalPositives * points.totalNegatives === 0 ? NaN : above, sign * (drawn[at] as number)];
}

/**
 * 95% interval of KS. The largest of many distances leans upwards, by as much as a percentile interval leans off again; so
 * its lower end takes off the 97.5th percentile of how far the replicates' curve rises above the sample's anywhere, which
 * no choice of the cut exceeds, and its upper end adds 1.96 standard errors at the cut. Covers 95% or more.
 */
export function ksBand(value: number, { width, replicates }: Sample): Interval | null {
  const of = (place: number): Float64Array =>
    Float64Array.from(
      { length: replicates.length / width },
      (_, i) => replicates[i * width + place] as number,
    )
      .filter((each) => !Number.isNaN(each))
      .sort();
  const rises = of(0);
  const heights = of(1);
  const n = heights.length;
  if (n < 20) return null;
  let mean = 0;
  for (const height of heights) mean += height / n;
  let squares = 0;
  for (const height of heights) squares += (height - mean) ** 2;
  const standardError = Math.sqrt(squares / (n - 1));
  return {
    low: Math.max(0, value - quantile(rises, 0.975)),
    high: Math.min(1, value + Z95 * standardError),
    standardError,
  };
}

/**
 * 95% interval of KS without resampling, rows being independent. Its lower end takes off what Massart's inequality (1990)
 * allows each class's distribution with probability 1.25%; its upper end as in {@link ksBand}. Covers 95% or more.
 */
export function ksMassart({
  ks,
  ksAt: { tpr, fpr },
  totalPositives: p,
  totalNegatives: n,
}: CurvePoints): Interval {
  const standardError = Math.sqrt((tpr * (1 - tpr)) / p + (fpr * (1 - fpr)) / n);
  const allowed = (rows: number): number => Math.sqrt(Math.log(1 / 0.0125) / 2 / rows);
  return {
    low: Math.max(0, ks - allowed(p) - allowed(n)),
    high: Math.min(1, ks + Z95 * standardError),
    standardError,
  };
}
