import { Z95 } from './intervals.js';

const FAR = 8;
const STEP = 1 / 4;

/**
 * The critical value at which all differences between k independent normal means are judged together: with it, every
 * one of the k·(k − 1)/2 intervals holds its difference in `confidence` of all samples. It is the quantile of the
 * studentised range over √2 (Tukey 1953), exact for equal standard errors and on the safe side for others (Kramer
 * 1956; Hayter 1984). For two means the ordinary normal quantile: 1.96 at 95%.
 *
 * @param means at least 2
 * @param confidence above 0.5 and below 1
 */
export function criticalDifference(means: number, confidence = 0.95): number {
  if (means === 2 && confidence === 0.95) return Z95;
  const nodes: { at: number; below: number; weight: number }[] = [];
  for (let at = -FAR; at <= FAR; at += STEP) {
    const density = Math.exp(-0.5 * at * at) / Math.sqrt(2 * Math.PI);
    nodes.push({ at, below: normalCdf(at), weight: means * STEP * density });
  }
  // P(range <= q): one of the means is the largest, all others lie within q below it. The trapezoid rule converges
  // faster than any power of its step for such a bell.
  const excess = (q: number): number => {
    let sum = -confidence;
    for (const { at, below, weight } of nodes) sum += weight * (below - normalCdf(at - q)) ** (means - 1);
    return sum;
  };
  return rootBetween(excess, 0, 2 * FAR) / Math.SQRT2;
}

/** Φ by its Taylor series (Marsaglia 2004), to 1e-15 absolute: here it is asked for some thousand times. */
function normalCdf(x: number): number {
  if (x < -FAR) return 0;
  if (x > FAR) return 1;
  let term = x;
  let sum = x;
  for (let i = 3, before = NaN; sum !== before; i += 2) {
    term *= (x * x) / i;
    before = sum;
    sum += term;
  }
  return 0.5 + (sum * Math.exp(-0.5 * x * x)) / Math.sqrt(2 * Math.PI);
}

/** The root of an increasing function (regula falsi, Illinois variant). */
function rootBetween(f: (x: number) => number, from: number, to: number): number {
  let [a, b, atA, atB] = [from, to, f(from), f(to)];
  let side = 0;
  for (let before = NaN; ;) {
    const x = (a * atB - b * atA) / (atB - atA);
    if (Math.abs(x - before) <= 1e-13 * x || x <= a || x >= b) return x;
    before = x;
    const atX = f(x);
    if (atX > 0) {
      [b, atB] = [x, atX];
      if (side === 1) atA /= 2;
      side = 1;
    } else {
      [a, atA] = [x, atX];
      if (side === -1) atB /= 2;
      side = -1;
    }
  }
}
