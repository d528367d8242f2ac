import type { GroupRanking } from './fairness-rank-task.js';
import type { Coding } from './fairness-task.js';
import { PLACE_BITS } from './place-rows.js';

export interface PlacesShare {
  /** The place of each row: see `PLACE_BITS`. */
  placed: Uint32Array;
  from: number;
  to: number;
  /** How many distinct scores the positives have. */
  distinct: number;
  column: Coding;
}

/** Counts in base 256: most fit into one byte, so that the table that is written at random stays small. */
export interface PlaceCounts {
  table: Uint8Array;
  carries: Uint32Array;
}

/**
 * Counts the rows of each group at each place of the curve: kind by kind, place by place and in it group
 * by group. Worth its room where positives are few: the groups' curves then need no row in order.
 */
export function countPlaces({ placed, from, to, distinct, column }: PlacesShare): PlaceCounts {
  const { codes, groups } = column;
  const size = tableSize(distinct, groups);
  const table = new Uint8Array(new SharedArrayBuffer(size));
  const carries = new Uint32Array(new SharedArrayBuffer(4 * size));
  const ofTies = groups * (distinct + 1);
  const ofPositives = 2 * ofTies;
  for (let row = from; row < to; row++) {
    const code = codes[row] as number;
    if (code < 0) continue;
    const place = placed[row] as number;
    const kind = place & 3;
    const at = (place >>> PLACE_BITS) * groups + code + (kind === 0 ? 0 : kind === 1 ? ofTies : ofPositives);
    const count = ((table[at] as number) + 1) & 255;
    table[at] = count;
    if (count === 0) carries[at] = (carries[at] as number) + 1;
  }
  return { table, carries };
}

/** Entries of a column's table. */
export function tableSize(distinct: number, groups: number): number {
  return 3 * groups * (distinct + 1);
}

/**
 * ROC AUC of every group among its own rows, with DeLong's variance, from the counts of {@link countPlaces}.
 *
 * @param totals positives and negatives of each group
 */
export function rankCounts(
  tables: readonly PlaceCounts[],
  distinct: number,
  totals: { positives: Float64Array; negatives: Float64Array },
): GroupRanking {
  const groups = totals.positives.length;
  const auc = new Float64Array(groups).fill(NaN);
  const variance = new Float64Array(groups).fill(NaN);
  const size = groups * (distinct + 1);
  const count = (at: number): number => {
    let sum = 0;
    for (const { table, carries } of tables) sum += 256 * (carries[at] as number) + (table[at] as number);
    return sum;
  };
  const below = new Float64Array(groups);
  const passed = new Float64Array(groups);
  const halves = new Float64Array(groups);
  const ofPositives = new Float64Array(groups);
  const ofNegatives = new Float64Array(groups);
  for (let j = 0; j <= distinct; j++) {
    for (let group = 0; group < groups; group++) {
      const at = j * groups + group;
      const p = totals.positives[group] as number;
      const n = totals.negatives[group] as number;
      const [gap, tied, here] = [count(at), count(size + at), count(2 * size + at)];
      const above = passed[group] as number;
      // Squared distances from ½, of which those from the AUC follow at the end.
      if (gap > 0) {
        ofNegatives[group] = (ofNegatives[group] as number) + gap * (0.5 - above / p) ** 2;
        below[group] = (below[group] as number) + gap;
      }
      if (here > 0) {
        const right = 2 * (below[group] as number) + tied;
        halves[group] = (halves[group] as number) + here * right;
        ofPositives[group] = (ofPositives[group] as number) + here * (right / 2 / n - 0.5) ** 2;
      }
      if (tied > 0) {
        ofNegatives[group] = (ofNegatives[group] as number) + tied * (0.5 - (above + here / 2) / p) ** 2;
        below[group] = (below[group] as number) + tied;
      }
      if (here > 0) passed[group] = above + here;
    }
  }
  for (let group = 0; group < groups; group++) {
    const p = totals.positives[group] as number;
    const n = totals.negatives[group] as number;
    if (p === 0 || n === 0) continue;
    const value = (halves[group] as number) / 2 / p / n;
    auc[group] = value;
    // Σ (x − AUC)² = Σ (x − ½)² − rows·(AUC − ½)², the mean of either class's components being the AUC.
    const spread = (sum: number, rows: number): number =>
      Math.max(0, sum - rows * (value - 0.5) ** 2) / (rows - 1) / rows;
    if (p > 1 && n > 1) {
      variance[group] = spread(ofPositives[group] as number, p) + spread(ofNegatives[group] as number, n);
    }
  }
  return { auc, variance, parts: null };
}
