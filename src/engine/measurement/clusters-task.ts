import { keyOf, wordsOf, type Buckets } from './buckets.js';
import type { Influence } from './influence.js';
import { rowLoss } from './locate-task.js';

export interface ClustersShare {
  scores: Float64Array;
  labels: Uint8Array;
  /** Entity of each row; this member sums those from `first` up to, not including, `last`. */
  codes: Int32Array;
  first: number;
  last: number;
  /** The positives' distinct scores, ascending, and infinity after them. */
  values: Float64Array;
  buckets: Buckets;
  /** For each bucket the place in `values` where it begins; one more at the end. */
  starts: Int32Array;
  influence: Influence;
  /** Scores above which rows count as positive, for recall. */
  cuts: readonly number[];
  /** Whether losses exist. */
  bounded: boolean;
}

/** Sums over each entity's rows. */
export interface Clusters {
  positives: Float64Array;
  negatives: Float64Array;
  /** What its positives, and its negatives, add to the error of ROC AUC. */
  aucPositives: Float64Array;
  aucNegatives: Float64Array;
  averagePrecision: Float64Array;
  logLoss: Float64Array;
  brier: Float64Array;
  /** Positives, and negatives, above each cut. */
  hits: Float64Array[];
  alarms: Float64Array[];
}

/**
 * Sums what rows add to each metric by entity, in row order: each member goes over all rows and takes those of its own
 * entities, so that the sums do not depend on the number of members.
 */
export function clusters(share: ClustersShare): Clusters {
  const { scores, labels, codes, first, last, values, starts, influence, cuts, bounded } = share;
  const { linear, low: base, scale } = share.buckets;
  const words = wordsOf(scores);
  const column = (): Float64Array => new Float64Array(new SharedArrayBuffer(8 * (last - first)));
  const sums: Clusters = {
    positives: column(),
    negatives: column(),
    aucPositives: column(),
    aucNegatives: column(),
    averagePrecision: column(),
    logLoss: column(),
    brier: column(),
    hits: cuts.map(column),
    alarms: cuts.map(column),
  };
  const add = (to: Float64Array, unit: number, value: number): void => {
    to[unit] = (to[unit] as number) + value;
  };
  for (let row = 0; row < scores.length; row++) {
    const code = codes[row] as number;
    if (code < first || code >= last) continue;
    const unit = code - first;
    const score = scores[row] as number;
    const bucket = (((linear ? score : keyOf(words[2 * row + 1] as number)) - base) * scale) | 0;
    let low = starts[bucket] as number;
    let stop = starts[bucket + 1] as number;
    while (low < stop) {
      const middle = (low + stop) >>> 1;
      if ((values[middle] as number) < score) low = middle + 1;
      else stop = middle;
    }
    const positive = labels[row] === 1;
    const place = 3 * low + (positive ? 2 : values[low] === score ? 1 : 0);
    add(positive ? sums.positives : sums.negatives, unit, 1);
    add(positive ? sums.aucPositives : sums.aucNegatives, unit, influence.auc[place] as number);
    add(sums.averagePrecision, unit, influence.averagePrecision[place] as number);
    const above = positive ? sums.hits : sums.alarms;
    for (let cut = 0; cut < cuts.length; cut++)
      if (score > (cuts[cut] as number)) add(above[cut] as Float64Array, unit, 1);
    if (!bounded) continue;
    const loss = rowLoss(score, positive ? 1 : 0);
    add(sums.logLoss, unit, loss.logLoss);
    add(sums.brier, unit, loss.brier);
  }
  return sums;
}
