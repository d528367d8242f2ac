import { keyOf, upperHalves, type Buckets } from './keys.js';
import { BLOCK } from './blocks.js';

export interface LocateShare {
  scores: Float64Array;
  labels: Uint8Array;
  from: number;
  to: number;
  /** The positives' distinct scores, ascending. */
  values: Float64Array;
  buckets: Buckets;
  /** For each bucket the place in `values` where it begins; one more at the end. */
  starts: Int32Array;
  threshold: number;
  /** Whether all scores lie within 0 and 1, so that losses exist. */
  bounded: boolean;
}

export interface Located {
  /** Negatives strictly between two neighbours of `values`: entry j lies below value j, the last above all. */
  gaps: Uint32Array;
  /** Negatives that share the score of value j. */
  ties: Uint32Array;
  /** Negatives a bucket. */
  histogram: Uint32Array;
  /** Per block: log loss, its square, squared error, its square. */
  losses: Float64Array;
  tp: number;
  fp: number;
}

/** Smallest argument of the logarithm: scikit-learn's older eps, fixed so that digits do not drift. */
const LEAST = 1e-15;

/**
 * Finds the place of every negative among the sorted positives, and sums the losses.
 *
 * Curves turn only at the positives' scores, so the negatives need counting, not sorting.
 */
export function locate(share: LocateShare): Located {
  const { scores, labels, from, to, values, buckets, starts, threshold, bounded } = share;
  const gaps = new Uint32Array(new SharedArrayBuffer(4 * (values.length + 1)));
  const ties = new Uint32Array(new SharedArrayBuffer(4 * values.length));
  const histogram = new Uint32Array(new SharedArrayBuffer(4 * buckets.count));
  const losses = new Float64Array(4 * Math.ceil((to - from) / BLOCK));
  const high = upperHalves(scores);
  const { base, shift } = buckets;
  const wide = base < 0;
  let tp = 0;
  let fp = 0;
  for (let start = from, block = 0; start < to; start += BLOCK, block += 4) {
    const end = Math.min(to, start + BLOCK);
    for (let i = start; i < end; i++) {
      const score = scores[i] as number;
      if (labels[i] === 1) {
        if (score >= threshold) tp++;
        continue;
      }
      if (score >= threshold) fp++;
      const key = keyOf(high[2 * i + 1] as number);
      // A span over both signs does not fit 32 bits.
      const bucket = wide ? Math.floor((key - base) / 2 ** shift) : (key - base) >>> shift;
      histogram[bucket] = (histogram[bucket] as number) + 1;
      let low = starts[bucket] as number;
      let stop = starts[bucket + 1] as number;
      while (low < stop) {
        const middle = (low + stop) >>> 1;
        if ((values[middle] as number) < score) low = middle + 1;
        else stop = middle;
      }
      if (values[low] === score) ties[low] = (ties[low] as number) + 1;
      else gaps[low] = (gaps[low] as number) + 1;
    }
    if (bounded) sumLosses(scores, labels, start, end, losses, block);
  }
  return { gaps, ties, histogram, losses, tp, fp };
}

function sumLosses(
  scores: Float64Array,
  labels: Uint8Array,
  start: number,
  end: number,
  losses: Float64Array,
  at: number,
): void {
  let loss = 0;
  let lossSquared = 0;
  let error = 0;
  let errorSquared = 0;
  for (let i = start; i < end; i++) {
    const score = scores[i] as number;
    const positive = labels[i] === 1;
    const given = positive ? score : 1 - score;
    const l = -Math.log(given > LEAST ? given : LEAST);
    const miss = positive ? 1 - score : score;
    const e = miss * miss;
    loss += l;
    lossSquared += l * l;
    error += e;
    errorSquared += e * e;
  }
  losses[at] = loss;
  losses[at + 1] = lossSquared;
  losses[at + 2] = error;
  losses[at + 3] = errorSquared;
}

/** The loss and the squared error of one row: what the sums are of. */
export function rowLoss(score: number, label: number): { logLoss: number; brier: number } {
  const given = label === 1 ? score : 1 - score;
  return { logLoss: -Math.log(Math.max(given, LEAST)), brier: (label - score) ** 2 };
}
