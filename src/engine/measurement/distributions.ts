/**
 * Distribution functions of the normal, χ², non-central χ² and Student's t distribution, from the incomplete gamma and
 * beta functions; quantiles by finding roots, to the last bits. Golden against SciPy to 1e-10.
 */

const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** ln Γ(x) for x > 0 (Lanczos 1964, g = 7). */
export function logGamma(x: number): number {
  let series = LANCZOS[0] as number;
  for (let i = 1; i < LANCZOS.length; i++) series += (LANCZOS[i] as number) / (x - 1 + i);
  const t = x + 6.5;
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(series);
}

/** Regularised incomplete gamma functions: P(a, x) from below, and Q(a, x) = 1 − P(a, x) with its own digits. */
export function gammaP(a: number, x: number): number {
  if (!(x > 0)) return 0;
  return x < a + 1 ? gammaSeries(a, x) : 1 - gammaFraction(a, x);
}

export function gammaQ(a: number, x: number): number {
  if (!(x > 0)) return 1;
  return x < a + 1 ? 1 - gammaSeries(a, x) : gammaFraction(a, x);
}

function gammaFront(a: number, x: number): number {
  return Math.exp(a * Math.log(x) - x - logGamma(a));
}

function gammaSeries(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let n = 1; term > sum * 1e-17 && n < 100_000; n++) {
    term *= x / (a + n);
    sum += term;
  }
  return sum * gammaFront(a, x);
}

/** Lentz's evaluation of the continued fraction. */
function gammaFraction(a: number, x: number): number {
  const tiny = 1e-300;
  let b = x + 1 - a;
  let c = 1 / tiny;
  let d = 1 / b;
  let h = d;
  for (let i = 1; i < 100_000; i++) {
    const an = -i * (i - a);
    b += 2;
    d = 1 / nonZero(an * d + b, tiny);
    c = nonZero(b + an / c, tiny);
    const step = d * c;
    h *= step;
    if (Math.abs(step - 1) < 1e-16) break;
  }
  return h * gammaFront(a, x);
}

function nonZero(value: number, tiny: number): number {
  return Math.abs(value) < tiny ? tiny : value;
}

/** Φ(z). */
export function normalCdf(z: number): number {
  return z < 0 ? gammaQ(0.5, (z * z) / 2) / 2 : 0.5 + gammaP(0.5, (z * z) / 2) / 2;
}

/** Φ⁻¹(p), 0 < p < 1. */
export function normalQuantile(p: number): number {
  // By symmetry the root is sought where the distribution function is small, and so keeps its digits.
  if (p > 0.5) return -normalQuantile(1 - p);
  return -Math.sqrt(root((square) => gammaQ(0.5, square / 2) - 2 * p, 0, 1500));
}

/** P(χ²_k ≤ x). */
export function chiSquareCdf(x: number, freedom: number): number {
  return gammaP(freedom / 2, x / 2);
}

/** The p-quantile of χ²_k. */
export function chiSquareQuantile(p: number, freedom: number): number {
  return root((x) => p - chiSquareCdf(x, freedom), 0, freedom + 40 * Math.sqrt(2 * freedom) + 200);
}

/** Above this non-centrality Sankaran's approximation is exact to 1e-6 in probability and sums no Poisson terms. */
const MOST_NONCENTRALITY = 10_000;

/**
 * P(χ'²_k(λ) ≤ x): Poisson mixture of central distributions summed outwards from its mode; for large λ Sankaran's
 * normal approximation (1959).
 */
export function noncentralChiSquareCdf(x: number, freedom: number, noncentrality: number): number {
  if (!(x > 0)) return 0;
  if (noncentrality > MOST_NONCENTRALITY) return sankaran(x, freedom, noncentrality);
  const half = noncentrality / 2;
  const y = x / 2;
  const mode = Math.floor(half);
  const weight = half === 0 ? 1 : Math.exp(-half + mode * Math.log(half) - logGamma(mode + 1));
  const a = freedom / 2 + mode;
  const central = gammaP(a, y);
  const density = Math.exp(a * Math.log(y) - y - logGamma(a + 1));
  let total = weight * central;
  // P(a + 1, y) = P(a, y) − y^a e^−y / Γ(a + 1)
  for (let j = mode + 1, w = weight, p = central, t = density; ; j++) {
    w *= half / j;
    p = Math.max(0, p - t);
    t *= y / (freedom / 2 + j);
    total += w * p;
    if (w < 1e-18 || p === 0) break;
  }
  for (let j = mode - 1, w = weight, p = central, t = density; j >= 0; j--) {
    w *= (j + 1) / half;
    t *= (freedom / 2 + j + 1) / y;
    p = Math.min(1, p + t);
    total += w * p;
    if (w < 1e-18) break;
  }
  return Math.min(1, total);
}

function sankaran(x: number, k: number, lambda: number): number {
  const h = 1 - (2 * (k + lambda) * (k + 3 * lambda)) / (3 * (k + 2 * lambda) ** 2);
  const p = (k + 2 * lambda) / (k + lambda) ** 2;
  const m = (h - 1) * (1 - 3 * h);
  const mean = 1 + h * p * (h - 1 - 0.5 * (2 - h) * m * p);
  return normalCdf(((x / (k + lambda)) ** h - mean) / (h * Math.sqrt(2 * p) * (1 + 0.5 * m * p)));
}

/**
 * Interval of the non-centrality given one observation: the λ for which that is the 97.5th, and the 2.5th percentile.
 * 0 where no λ ≥ 0 makes it so.
 */
export function noncentralityInterval(x: number, freedom: number): { low: number; high: number } {
  const at = (p: number): number =>
    noncentralChiSquareCdf(x, freedom, 0) <= p
      ? 0
      : root(
          (lambda) => noncentralChiSquareCdf(x, freedom, lambda) - p,
          0,
          x + 12 * Math.sqrt(x + freedom) + 60,
        );
  return { low: at(0.975), high: at(0.025) };
}

/** Regularised incomplete beta function I_x(a, b) by its continued fraction (Lentz). */
function betaI(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - betaI(1 - x, b, a);
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
  const tiny = 1e-300;
  let c = 1;
  let d = 1 / nonZero(1 - ((a + b) * x) / (a + 1), tiny);
  let h = d;
  for (let m = 1; m < 100_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / nonZero(1 + even * d, tiny);
    c = nonZero(1 + even / c, tiny);
    h *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / nonZero(1 + odd * d, tiny);
    c = nonZero(1 + odd / c, tiny);
    const step = d * c;
    h *= step;
    if (Math.abs(step - 1) < 1e-16) break;
  }
  return (front * h) / a;
}

/** The p-quantile of Student's t, 0.5 < p < 1. */
export function studentQuantile(p: number, freedom: number): number {
  // P(|t| > x) is I at freedom/(freedom + x²), which falls from 1 to 0.
  const at = root((x) => 2 * (1 - p) - betaI(x, freedom / 2, 0.5), 0, 1);
  return Math.sqrt((freedom * (1 - at)) / at);
}

/** The root of a falling function between two places: false position (Illinois), halved where that hardly moves. */
function root(falling: (x: number) => number, from: number, to: number): number {
  let [low, high] = [from, to];
  let [atLow, atHigh] = [falling(low), falling(high)];
  for (let step = 0, side = 0; step < 300 && high - low > 4e-16 * Math.abs(high); step++) {
    const guess = low + ((high - low) * atLow) / (atLow - atHigh);
    const inside = step % 4 < 3 && guess > low && guess < high;
    const middle = inside ? guess : low + (high - low) / 2;
    if (middle === low || middle === high) break;
    const value = falling(middle);
    if (value === 0) return middle;
    if (value > 0) {
      [low, atLow] = [middle, value];
      if (side === 1) atHigh /= 2;
      side = 1;
    } else {
      [high, atHigh] = [middle, value];
      if (side === -1) atLow /= 2;
      side = -1;
    }
  }
  return low + (high - low) / 2;
}
