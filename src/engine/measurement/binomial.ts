import type { Xoshiro128 } from './random.js';

/** Trials up to which they are simply tried. */
const FEW = 24;

function uniform(random: Xoshiro128): number {
  return (random.next() + 0.5) / 4294967296;
}

function normal(random: Xoshiro128): number {
  return Math.sqrt(-2 * Math.log(uniform(random))) * Math.cos(2 * Math.PI * uniform(random));
}

/** A gamma variate of shape 1 or more (Marsaglia and Tsang 2000). */
function gamma(random: Xoshiro128, shape: number): number {
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal(random);
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(uniform(random)) < x * x * 0.5 + d - d * v + d * Math.log(v)) return d * v;
  }
}

/**
 * A binomial variate, exact for any number of trials: the trials' median is a beta variate, and which side of it the
 * probability falls on halves what is left to try (Ahrens and Dieter 1974; Devroye 1986, X.4.3).
 */
export function binomial(random: Xoshiro128, trials: number, probability: number): number {
  let [n, p, found] = [trials, probability, 0];
  while (n > FEW && p > 0 && p < 1) {
    const rank = Math.floor((n + 1) / 2);
    const [x, y] = [gamma(random, rank), gamma(random, n + 1 - rank)];
    const median = x / (x + y);
    if (median <= p) {
      found += rank;
      n -= rank;
      p = (p - median) / (1 - median);
    } else {
      n = rank - 1;
      p /= median;
    }
  }
  if (p <= 0) return found;
  if (p >= 1) return found + n;
  for (let trial = 0; trial < n; trial++) if (uniform(random) < p) found++;
  return found;
}
