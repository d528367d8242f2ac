/** Smallest argument of a logarithm: scikit-learn's older eps, fixed so that digits do not drift. */
export const LEAST = 1e-15;

/**
 * Scores counted by their odds, closely enough for a logistic regression on them: in narrow buckets of the smaller of
 * s and 1 − s, each with the sums of the first four powers (0 to 3) of how far its rows lie from its middle. Between
 * 1e-15 and a half there are 128 buckets to each power of two.
 */
const SHIFT = 13;
const POWERS = 4;
const single = new Float64Array(1);
const high = new Int32Array(single.buffer);

function keyOf(value: number): number {
  single[0] = value;
  return (high[1] as number) >>> SHIFT;
}

const FIRST = keyOf(LEAST);
/** Buckets of one half; those of scores above a half follow those below. */
const HALF = keyOf(0.5) - FIRST + 1;

export const ODDS_SIZE = 2 * HALF * POWERS;

/** One over the middle of each bucket. */
const INVERSES = Float64Array.from({ length: HALF }, (_, bucket) => 1 / middleOf(bucket));

function middleOf(bucket: number): number {
  single[0] = 0;
  high[1] = (FIRST + bucket) << SHIFT;
  const from = single[0];
  high[1] = (FIRST + bucket + 1) << SHIFT;
  return (from + single[0]) / 2;
}

/** Up to so many rows their odds are taken one by one: buckets would cost more. */
export const FEW_ROWS = 2048;

/** The odds of each row for itself. */
export function oddsOf(scores: Float64Array): WeightedOdds {
  return { odds: scores.map(logit), weights: new Float64Array(scores.length).fill(1) };
}

/** Adds rows of scores within 0 and 1. */
export function addOdds(scores: Float64Array, start: number, end: number, sums: Float64Array): void {
  for (let row = start; row < end; row++) {
    const score = scores[row] as number;
    const above = score > 0.5;
    const near = above ? 1 - score : score;
    const value = near > LEAST ? near : LEAST;
    single[0] = value;
    const bucket = ((high[1] as number) >>> SHIFT) - FIRST;
    const aside = value * (INVERSES[bucket] as number) - 1;
    const at = (above ? bucket + HALF : bucket) * POWERS;
    const square = aside * aside;
    sums[at] = (sums[at] as number) + 1;
    sums[at + 1] = (sums[at + 1] as number) + aside;
    sums[at + 2] = (sums[at + 2] as number) + square;
    sums[at + 3] = (sums[at + 3] as number) + square * aside;
  }
}

/** log s/(1 − s), both clipped at 1e-15 as log loss does. */
export function logit(score: number): number {
  return Math.log(score > LEAST ? score : LEAST) - Math.log(1 - score > LEAST ? 1 - score : LEAST);
}

/** Log odds with the weight of rows that each stands for. */
export interface WeightedOdds {
  odds: Float64Array;
  weights: Float64Array;
}

/**
 * Two points for each bucket that have the same four moments as its rows (Gauss's quadrature): sums over rows of a
 * function that is smooth in the score come out as over the rows themselves, to about 1e-10 of their size, a bucket
 * being less than a 128th of its score wide.
 */
export function quadrature(sums: Float64Array): WeightedOdds {
  const odds: number[] = [];
  const weights: number[] = [];
  const put = (place: number, aside: number, weight: number): void => {
    const bucket = place % HALF;
    const near = (1 + aside) * middleOf(bucket);
    const far = Math.log(near) - Math.log1p(-near);
    odds.push(place < HALF ? far : -far);
    weights.push(weight);
  };
  for (let place = 0; place < 2 * HALF; place++) {
    const n = sums[POWERS * place] as number;
    if (n === 0) continue;
    const mean = (sums[POWERS * place + 1] as number) / n;
    const second = (sums[POWERS * place + 2] as number) / n;
    const spread = second - mean * mean;
    // Ties, but for rounding: a bucket is 2^-7 wide.
    if (spread < 1e-12) {
      put(place, mean, n);
      continue;
    }
    const third = (sums[POWERS * place + 3] as number) / n - 3 * mean * second + 2 * mean ** 3;
    const deviation = Math.sqrt(spread);
    const half = third / spread / deviation / 2;
    const root = Math.sqrt(1 + half * half);
    // Nodes mean + deviation·(half ± root); each weighs as far as the other lies off.
    const share = (root - half) / (2 * root);
    put(place, mean + deviation * (half + root), n * share);
    put(place, mean + deviation * (half - root), n * (1 - share));
  }
  return { odds: Float64Array.from(odds), weights: Float64Array.from(weights) };
}
