import type { Influence } from './influence.js';
import { rowLoss } from './locate-task.js';
import { PLACE_BITS } from './place-rows.js';

export interface ClustersShare {
  scores: Float64Array;
  /** Entity of each row; this member sums those from `first` up to, not including, `last`. */
  codes: Int32Array;
  first: number;
  last: number;
  /** The place of each row: see `PLACE_BITS`. */
  placed: Uint32Array;
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
  const { scores, codes, first, last, placed, influence, cuts, bounded } = share;
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
    const noted = placed[row] as number;
    const kind = noted & 3;
    const positive = kind === 2;
    const place = 3 * (noted >>> PLACE_BITS) + kind;
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
