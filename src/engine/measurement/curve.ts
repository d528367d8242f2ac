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
  /** The rates at the cut where KS is reached, the highest such. */
  ksAt: { tpr: number; fpr: number };
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
    return { totalPositives, totalNegatives, ...none, ksAt: { tpr: NaN, fpr: NaN } };
  }
  let halves = 0;
  const precision = new Sum();
  let ks = -1;
  let ksTpr = 0;
  let ksFpr = 0;
  const distance = (tpr: number, fpr: number): void => {
    const apart = Math.abs(tpr - fpr);
    if (apart <= ks) return;
    ks = apart;
    ksTpr = tpr;
    ksFpr = fpr;
  };
  let at1 = 0;
  let at5 = 0;
  let tp = 0;
  let fp = gaps[distinct] as number;
  for (let j = distinct - 1; j >= 0; j--) {
    distance(tp / totalPositives, fp / totalNegatives);
    const here = positives[j] as number;
    const tied = ties[j] as number;
    halves += here * (2 * (totalNegatives - fp - tied) + tied);
    tp += here;
    fp += tied;
    if (here > 0) precision.add((here / totalPositives) * (tp / (tp + fp)));
    const fpr = fp / totalNegatives;
    const tpr = tp / totalPositives;
    distance(tpr, fpr);
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
    ksAt: { tpr: ksTpr, fpr: ksFpr },
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

/** The largest recall with at most so many false positives. */
export function recallWithin(most: number, { positives, ties, gaps }: Curve, totalPositives: number): number {
  let tp = 0;
  let fp = gaps[positives.length] as number;
  let recall = 0;
  for (let j = positives.length - 1; j >= 0 && fp <= most; j--) {
    tp += positives[j] as number;
    fp += ties[j] as number;
    if (fp <= most) recall = tp / totalPositives;
    fp += gaps[j] as number;
  }
  return recall;
}
