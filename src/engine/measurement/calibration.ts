import { Sum } from './blocks.js';
import { lotOf, lotsOf, type Buckets } from './buckets.js';
import type { Distinct } from './distinct.js';
import type { CalibrationBin } from './document.js';

/**
 * Ranks of scores, answered from counts a lot of buckets and, where a wanted rank lies inside a lot, from that lot's
 * distinct scores.
 */
export interface RankPlan {
  buckets: Buckets;
  /** Rows, positives and negatives in lots below each; one more at the end. */
  rowsBelow: Float64Array;
  positivesBelow: Float64Array;
  negativesBelow: Float64Array;
  /** 1 for lots that hold a cut between calibration bins, or a wanted rank. */
  open: Uint8Array<SharedArrayBuffer>;
}

/** Plans which lots to open. */
export function planRanks(
  buckets: Buckets,
  negatives: Uint32Array,
  positives: Uint32Array,
  binCount: number,
  negativeRanks: readonly number[],
): RankPlan {
  const lots = lotsOf(buckets);
  const rowsBelow = new Float64Array(lots + 1);
  const positivesBelow = new Float64Array(lots + 1);
  const negativesBelow = new Float64Array(lots + 1);
  for (let lot = 0; lot < lots; lot++) {
    negativesBelow[lot + 1] = (negativesBelow[lot] as number) + (negatives[lot] as number);
    positivesBelow[lot + 1] = (positivesBelow[lot] as number) + (positives[lot] as number);
    rowsBelow[lot + 1] = (negativesBelow[lot + 1] as number) + (positivesBelow[lot + 1] as number);
  }
  const rows = rowsBelow[lots] as number;
  const open = new Uint8Array(new SharedArrayBuffer(lots));
  for (let k = 1; k < binCount; k++) {
    const rank = Math.ceil((rows * k) / binCount);
    if (rank < rows) open[holding(rowsBelow, rank)] = 1;
  }
  for (const rank of negativeRanks) open[holding(negativesBelow, rank)] = 1;
  return { buckets, rowsBelow, positivesBelow, negativesBelow, open };
}

/** A group of equal scores goes whole into the bin of its lowest rank. */
function binOfRank(rank: number, rows: number, binCount: number): number {
  return Math.min(binCount - 1, Math.floor((rank * binCount) / rows));
}

/** The lot that holds a rank (0 the lowest). */
function holding(below: Float64Array, rank: number): number {
  let low = 0;
  let high = below.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if ((below[middle] as number) <= rank) low = middle;
    else high = middle;
  }
  return low;
}

/** The score at a rank among the negatives (0 the lowest), and how many negatives lie above that score. */
export function negativeAtRank(
  rank: number,
  plan: RankPlan,
  open: Distinct,
): { score: number; negativesAbove: number } {
  const lot = holding(plan.negativesBelow, rank);
  let below = plan.negativesBelow[lot] as number;
  const total = plan.negativesBelow[plan.negativesBelow.length - 1] as number;
  for (let i = 0; i < open.values.length; i++) {
    if (lotOf(open.values[i] as number, plan.buckets) !== lot) continue;
    below += open.counts[0]?.[i] as number;
    if (below > rank) return { score: open.values[i] as number, negativesAbove: total - below };
  }
  throw new Error(`rank ${rank} lies in no open lot`);
}

export interface Calibration {
  value: number;
  bins: CalibrationBin[];
  /** Bin of each lot that is not open, and of each distinct score of those that are. */
  binOfLot: Uint8Array;
  binOfOpen: Uint8Array;
}

/**
 * Expected calibration error over bins of equal mass: Σ (rows of the bin / rows)·|share of positives − mean score|.
 * Rows in ascending order are cut at n·k/bins; equal scores are never split, they go where their first row goes.
 *
 * @param scoreSums per lane and lot the sum of scores
 */
export function calibration(
  plan: RankPlan,
  scoreSums: readonly Float64Array[],
  open: Distinct,
  binCount: number,
): Calibration {
  const rows = new Float64Array(binCount);
  const positives = new Float64Array(binCount);
  const sums = Array.from({ length: binCount }, () => new Sum());
  const put = (bin: number, sum: number, n: number, ofThem: number): void => {
    (sums[bin] as Sum).add(sum);
    rows[bin] = (rows[bin] as number) + n;
    positives[bin] = (positives[bin] as number) + ofThem;
  };
  const lots = plan.open.length;
  const total = plan.rowsBelow[lots] as number;
  const binOfLot = new Uint8Array(lots);
  for (let lot = 0; lot < lots; lot++) {
    const below = plan.rowsBelow[lot] as number;
    const n = (plan.rowsBelow[lot + 1] as number) - below;
    if (n === 0 || plan.open[lot] === 1) continue;
    const bin = binOfRank(below, total, binCount);
    binOfLot[lot] = bin;
    const ofThem = (plan.positivesBelow[lot + 1] as number) - (plan.positivesBelow[lot] as number);
    put(bin, 0, n, ofThem);
    for (const lane of scoreSums) (sums[bin] as Sum).add(lane[lot] as number);
  }
  const binOfOpen = new Uint8Array(open.values.length);
  let lot = -1;
  let below = 0;
  for (let i = 0; i < open.values.length; i++) {
    const score = open.values[i] as number;
    const own = lotOf(score, plan.buckets);
    if (own !== lot) {
      lot = own;
      below = plan.rowsBelow[own] as number;
    }
    const positive = open.counts[1]?.[i] as number;
    const n = (open.counts[0]?.[i] as number) + positive;
    const bin = binOfRank(below, total, binCount);
    binOfOpen[i] = bin;
    put(bin, score * n, n, positive);
    below += n;
  }
  const error = new Sum();
  const bins: CalibrationBin[] = [];
  for (let bin = 0; bin < binCount; bin++) {
    const n = rows[bin] as number;
    if (n === 0) continue;
    const sum = (sums[bin] as Sum).value;
    error.add(Math.abs((positives[bin] as number) - sum) / total);
    bins.push({ rows: n, positives: positives[bin] as number, meanScore: sum / n });
  }
  return { value: error.value, bins, binOfLot, binOfOpen };
}

/** The calibration bin of every row, as cut in the whole sample. */
export function binOfRows(
  scores: Float64Array,
  plan: RankPlan,
  open: Distinct,
  { binOfLot, binOfOpen }: Calibration,
): Uint8Array<SharedArrayBuffer> {
  const bins = new Uint8Array(new SharedArrayBuffer(scores.length));
  for (let row = 0; row < scores.length; row++) {
    const score = scores[row] as number;
    const lot = lotOf(score, plan.buckets);
    bins[row] = (plan.open[lot] === 1 ? binOfOpen[lowerBound(open.values, score)] : binOfLot[lot]) as number;
  }
  return bins;
}

/** The first place whose value is not below the one given. */
export function lowerBound(values: Float64Array, value: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
