import { Sum } from './blocks.js';
import type { CalibrationBin } from './document.js';
import { bucketOf, type Buckets } from './keys.js';
import { OPEN, type Ranks } from './ranks-task.js';

/**
 * Ranks of scores, answered from counts a bucket and, where a wanted rank lies inside a bucket, from its distinct
 * scores.
 */
export interface RankPlan {
  buckets: Buckets;
  /** Rows, and negatives, in buckets below each; one more at the end. */
  rowsBelow: Float64Array;
  negativesBelow: Float64Array;
  /** Calibration bin a bucket, OPEN where its rows were looked at. */
  bins: Uint8Array;
}

/** Plans which buckets to open: those that hold a cut between bins, or one of the given ranks. */
export function planRanks(
  buckets: Buckets,
  negatives: Uint32Array,
  positives: Uint32Array,
  binCount: number,
  rowRanks: readonly number[],
  negativeRanks: readonly number[],
): RankPlan {
  const rowsBelow = new Float64Array(buckets.count + 1);
  const negativesBelow = new Float64Array(buckets.count + 1);
  for (let b = 0; b < buckets.count; b++) {
    const here = negatives[b] as number;
    negativesBelow[b + 1] = (negativesBelow[b] as number) + here;
    rowsBelow[b + 1] = (rowsBelow[b] as number) + here + (positives[b] as number);
  }
  const rows = rowsBelow[buckets.count] as number;
  const bins = new Uint8Array(new SharedArrayBuffer(buckets.count));
  for (let b = 0; b < buckets.count; b++) bins[b] = binOfRank(rowsBelow[b] as number, rows, binCount);
  for (let k = 1; k < binCount; k++) {
    const rank = Math.ceil((rows * k) / binCount);
    if (rank < rows) bins[holding(rowsBelow, rank)] = OPEN;
  }
  for (const rank of rowRanks) bins[holding(rowsBelow, rank)] = OPEN;
  for (const rank of negativeRanks) bins[holding(negativesBelow, rank)] = OPEN;
  return { buckets, rowsBelow, negativesBelow, bins };
}

/** A group of equal scores goes whole into the bin of its lowest rank. */
function binOfRank(rank: number, rows: number, binCount: number): number {
  return Math.min(binCount - 1, Math.floor((rank * binCount) / rows));
}

/** The bucket that holds a rank (0 the lowest). */
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
  open: Ranks['open'],
): { score: number; negativesAbove: number } {
  const bucket = holding(plan.negativesBelow, rank);
  let below = plan.negativesBelow[bucket] as number;
  const total = plan.negativesBelow[plan.buckets.count] as number;
  for (let i = firstIn(bucket, plan, open.values); i < open.values.length; i++) {
    below += open.counts[0]?.[i] as number;
    if (below > rank) return { score: open.values[i] as number, negativesAbove: total - below };
  }
  throw new Error(`rank ${rank} lies in no open bucket`);
}

function firstIn(bucket: number, plan: RankPlan, values: Float64Array): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (bucketOf(values[middle] as number, plan.buckets) < bucket) low = middle + 1;
    else high = middle;
  }
  return low;
}

export interface Calibration {
  value: number;
  bins: CalibrationBin[];
  /** Bin of each distinct score in the open buckets. */
  openBins: Uint8Array;
}

/**
 * Expected calibration error over bins of equal mass: Σ (rows of the bin / rows)·|share of positives − mean score|.
 * Rows in ascending order are cut at n·k/bins; equal scores are never split, they go where their first row goes.
 */
export function calibration(
  plan: RankPlan,
  parts: readonly Ranks[],
  open: Ranks['open'],
  binCount: number,
): Calibration {
  const rows = new Float64Array(binCount);
  const positives = new Float64Array(binCount);
  const sums = Array.from({ length: binCount }, () => new Sum());
  for (const part of parts) {
    for (let i = 0; i < part.sums.length; i++) (sums[i % binCount] as Sum).add(part.sums[i] as number);
    for (let bin = 0; bin < binCount; bin++) {
      rows[bin] = (rows[bin] as number) + (part.rows[bin] as number);
      positives[bin] = (positives[bin] as number) + (part.positives[bin] as number);
    }
  }
  const total = plan.rowsBelow[plan.buckets.count] as number;
  const openBins = new Uint8Array(open.values.length);
  let bucket = -1;
  let below = 0;
  for (let i = 0; i < open.values.length; i++) {
    const score = open.values[i] as number;
    const own = bucketOf(score, plan.buckets);
    if (own !== bucket) {
      bucket = own;
      below = plan.rowsBelow[own] as number;
    }
    const negative = open.counts[0]?.[i] as number;
    const positive = open.counts[1]?.[i] as number;
    const bin = binOfRank(below, total, binCount);
    openBins[i] = bin;
    (sums[bin] as Sum).add(score * (negative + positive));
    rows[bin] = (rows[bin] as number) + negative + positive;
    positives[bin] = (positives[bin] as number) + positive;
    below += negative + positive;
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
  return { value: error.value, bins, openBins };
}

/** The calibration bin of every row, as cut in the whole sample. */
export function binOfRows(
  scores: Float64Array,
  plan: RankPlan,
  open: Ranks['open'],
  openBins: Uint8Array,
): Uint8Array<SharedArrayBuffer> {
  const bins = new Uint8Array(new SharedArrayBuffer(scores.length));
  const { values } = open;
  for (let row = 0; row < scores.length; row++) {
    const score = scores[row] as number;
    const bin = plan.bins[bucketOf(score, plan.buckets)] as number;
    bins[row] = bin === OPEN ? (openBins[lowerBound(values, score)] as number) : bin;
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
