import { Sum } from './blocks.js';

/**
 * All that ROC and precision–recall curves are made of: rows, or bootstrap weights of rows, between and at the
 * positives' distinct scores, ascending. Entry j of `gaps` lies below value j, its last above all.
 */
export interface Curve {
  positives: Uint32Array;
  ties: Uint32Array;
  gaps: Uint32Array;
}

export interface CurvePoints {
  totalPositives: number;
  totalNegatives: number;
  rocAuc: number;
  averagePrecision: number;
  ks: number;
  tprAtFpr1: number;
  tprAtFpr5: number;
}

/**
 * Ranking metrics in one walk from the highest score down. NaN throughout where a class has no weight.
 *
 * ROC AUC is Mann–Whitney with midranks, counted in whole halves and so exact while 2·P·N < 2^53; average precision
 * the step sum Σ (R_k − R_{k−1})·P_k; KS the largest |TPR − FPR|, two-sided; recall at a false-positive rate is
 * taken at the lowest cut whose rate is at or below the target, without interpolation.
 */
export function curvePoints({ positives, ties, gaps }: Curve): CurvePoints {
  const distinct = positives.length;
  let totalPositives = 0;
  let totalNegatives = gaps[distinct] as number;
  for (let j = 0; j < distinct; j++) {
    totalPositives += positives[j] as number;
    totalNegatives += (gaps[j] as number) + (ties[j] as number);
  }
  if (totalPositives === 0 || totalNegatives === 0) {
    const none = { rocAuc: NaN, averagePrecision: NaN, ks: NaN, tprAtFpr1: NaN, tprAtFpr5: NaN };
    return { totalPositives, totalNegatives, ...none };
  }
  let halves = 0;
  const precision = new Sum();
  let ks = 0;
  let at1 = 0;
  let at5 = 0;
  let tp = 0;
  let fp = gaps[distinct] as number;
  for (let j = distinct - 1; j >= 0; j--) {
    ks = Math.max(ks, Math.abs(tp / totalPositives - fp / totalNegatives));
    const here = positives[j] as number;
    const tied = ties[j] as number;
    halves += here * (2 * (totalNegatives - fp - tied) + tied);
    tp += here;
    fp += tied;
    if (here > 0) precision.add((here / totalPositives) * (tp / (tp + fp)));
    const fpr = fp / totalNegatives;
    const tpr = tp / totalPositives;
    ks = Math.max(ks, Math.abs(tpr - fpr));
    if (fpr <= 0.01) at1 = tpr;
    if (fpr <= 0.05) at5 = tpr;
    fp += gaps[j] as number;
  }
  return {
    totalPositives,
    totalNegatives,
    rocAuc: halves / 2 / totalPositives / totalNegatives,
    averagePrecision: precision.value,
    ks,
    tprAtFpr1: at1,
    tprAtFpr5: at5,
  };
}

/**
 * Precision among the k highest scores. Where equal scores straddle the cut, the expectation over their orders: the
 * share of positives among them counts for the places left, so that the order of rows never matters.
 *
 * @returns the precision, and how many rows share the score at the cut when not all of them fit (else 0)
 */
export function precisionAt(k: number, { positives, ties, gaps }: Curve): { value: number; tied: number } {
  let room = k - (gaps[positives.length] as number);
  let found = 0;
  for (let j = positives.length - 1; j >= 0 && room > 0; j--) {
    const here = positives[j] as number;
    const group = here + (ties[j] as number);
    if (group > room) return { value: (found + (here * room) / group) / k, tied: group };
    found += here;
    room -= group + (gaps[j] as number);
  }
  return { value: found / k, tied: 0 };
}

/**
 * Standard error of ROC AUC (DeLong, DeLong and Clarke-Pearson 1988): the spread of each positive's share of
 * negatives below it, and of each negative's share of positives above it, ties counting half.
 *
 * Null where a class has a single row: a spread of one does not exist.
 */
export function delong({ positives, ties, gaps }: Curve, points: CurvePoints): number | null {
  const { totalPositives: p, totalNegatives: n, rocAuc } = points;
  if (p < 2 || n < 2) return null;
  const ofPositives = new Sum();
  const ofNegatives = new Sum();
  let below = 0;
  let above = p;
  for (let j = 0; j <= positives.length; j++) {
    const gap = gaps[j] as number;
    if (gap > 0) ofNegatives.add(gap * (above / p - rocAuc) ** 2);
    below += gap;
    if (j === positives.length) break;
    const here = positives[j] as number;
    const tied = ties[j] as number;
    ofPositives.add(here * ((below + tied / 2) / n - rocAuc) ** 2);
    if (tied > 0) ofNegatives.add(tied * ((above - here / 2) / p - rocAuc) ** 2);
    below += tied;
    above -= here;
  }
  return Math.sqrt(ofPositives.value / (p - 1) / p + ofNegatives.value / (n - 1) / n);
}
