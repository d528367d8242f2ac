import { Sum } from './blocks.js';
import type { WeightedOdds } from './odds.js';
import { logit } from './odds.js';

/** logit P(positive) = intercept + slope·logit(score), fitted by maximum likelihood (Cox 1958). */
export interface Recalibration {
  intercept: number;
  slope: number;
  /** Inverse of the information: variances and covariance of intercept and slope were the model true. */
  inverse: readonly [number, number, number];
  /** The intercept where the slope is held at 1, and its information. */
  inTheLarge: { intercept: number; information: number };
}

/** The positives' distinct scores, and how many have each. */
export interface Positives {
  values: Float64Array;
  counts: Uint32Array;
}

const MOST_STEPS = 100;

/** Newton's method; steps are halved while they do not raise the likelihood. Null where it does not converge. */
export function recalibrate(rows: WeightedOdds, { values, counts }: Positives): Recalibration | null {
  const positives = [new Sum(), new Sum()] as const;
  for (let j = 0; j < counts.length; j++) {
    const count = counts[j] as number;
    positives[0].add(count);
    positives[1].add(count * logit(values[j] as number));
  }
  const target = [positives[0].value, positives[1].value] as const;
  const both = newton(rows, target, [0, 1], false);
  const offset = newton(rows, target, [0, 1], true);
  if (both === null || offset === null) return null;
  const [a, b, c] = both.information;
  const determinant = a * c - b * b;
  if (!(determinant > 1e-12 * a * c)) return null;
  return {
    intercept: both.at[0],
    slope: both.at[1],
    inverse: [c / determinant, -b / determinant, a / determinant],
    inTheLarge: { intercept: offset.at[0], information: offset.information[0] },
  };
}

interface Fit {
  at: readonly [intercept: number, slope: number];
  /** Σ p(1 − p), Σ p(1 − p)x, Σ p(1 − p)x². */
  information: readonly [number, number, number];
}

/** Places of what is evaluated at a point: the score, the information, the log likelihood. */
const SCORE = 0;
const INFORMATION = 2;
const LIKELIHOOD = 5;

function newton(
  rows: WeightedOdds,
  target: readonly [number, number],
  start: readonly [number, number],
  slopeHeld: boolean,
): Fit | null {
  let [intercept, slope] = start;
  const here = new Float64Array(6);
  const next = new Float64Array(6);
  evaluate(rows, target, intercept, slope, here);
  for (let step = 0; step < MOST_STEPS; step++) {
    const [u, v, a, b, c, likelihood] = here as unknown as [number, number, number, number, number, number];
    const determinant = a * c - b * b;
    const da = slopeHeld ? u / a : (c * u - b * v) / determinant;
    const db = slopeHeld ? 0 : (a * v - b * u) / determinant;
    if (!Number.isFinite(da) || !Number.isFinite(db)) return null;
    // A last step may lose a rounding error.
    const least = likelihood - 1e-12 * Math.abs(likelihood);
    let share = 1;
    evaluate(rows, target, intercept + da, slope + db, next);
    while (!((next[LIKELIHOOD] as number) >= least)) {
      share /= 2;
      if (share < 1e-6) return null;
      evaluate(rows, target, intercept + share * da, slope + share * db, next);
    }
    intercept += share * da;
    slope += share * db;
    here.set(next);
    // Steps shrink by their square: after one of this size none is left to take.
    if (Math.abs(da) + Math.abs(db) < 1e-9 * (1 + Math.abs(intercept) + Math.abs(slope))) {
      const [flat, slant, square] = here.subarray(INFORMATION) as unknown as [number, number, number];
      return { at: [intercept, slope], information: [flat, slant, square] };
    }
    // So steep that every row is as good as settled: there is no maximum.
    if (Math.abs(slope) > 1e6) return null;
  }
  return null;
}

function evaluate(
  { odds, weights }: WeightedOdds,
  target: readonly [number, number],
  intercept: number,
  slope: number,
  into: Float64Array,
): void {
  let score = target[0];
  let scoreX = target[1];
  let flat = 0;
  let slant = 0;
  let square = 0;
  let partition = 0;
  for (let i = 0; i < odds.length; i++) {
    const x = odds[i] as number;
    const weight = weights[i] as number;
    const eta = intercept + slope * x;
    const e = Math.exp(-Math.abs(eta));
    const less = e / (1 + e);
    const expected = weight * (eta > 0 ? 1 - less : less);
    score -= expected;
    scoreX -= expected * x;
    const w = weight * less * (1 - less);
    flat += w;
    slant += w * x;
    square += w * x * x;
    partition += weight * ((eta > 0 ? eta : 0) + Math.log1p(e));
  }
  into[SCORE] = score;
  into[SCORE + 1] = scoreX;
  into[INFORMATION] = flat;
  into[INFORMATION + 1] = slant;
  into[INFORMATION + 2] = square;
  into[LIKELIHOOD] = intercept * target[0] + slope * target[1] - partition;
}

/** Σ over rows of (label − p)²·(1, x, x²), and of (label − p)² alone under the slope of 1. */
export function meat(
  { odds, weights }: WeightedOdds,
  { values, counts }: Positives,
  { intercept, slope, inTheLarge }: Recalibration,
): { both: readonly [number, number, number]; inTheLarge: number } {
  const sums = Array.from({ length: 4 }, () => new Sum()) as [Sum, Sum, Sum, Sum];
  const [flat, slant, square, large] = sums;
  // (label − p)² is p² for a negative, and 1 − 2p more for a positive.
  const add = (x: number, of: (p: number) => number): void => {
    const w = of(1 / (1 + Math.exp(-(intercept + slope * x))));
    flat.add(w);
    slant.add(w * x);
    square.add(w * x * x);
    large.add(of(1 / (1 + Math.exp(-(inTheLarge.intercept + x)))));
  };
  for (let i = 0; i < odds.length; i++) add(odds[i] as number, (p) => (weights[i] as number) * p * p);
  for (let j = 0; j < counts.length; j++)
    add(logit(values[j] as number), (p) => (counts[j] as number) * (1 - 2 * p));
  return { both: [flat.value, slant.value, square.value], inTheLarge: large.value };
}
