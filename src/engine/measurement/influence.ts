import type { Curve, CurvePoints } from './curve.js';

/**
 * What each row adds to a metric's error, by the row's place on the curve: entry 3j for negatives below the positives'
 * distinct value j (and above value j − 1), 3j + 1 for negatives at it, 3j + 2 for positives at it.
 */
export interface Influence {
  /**
   * ROC AUC: of a positive the share of negatives below it, of a negative the share of positives above it, ties counting
   * half, less the AUC (DeLong, DeLong and Clarke-Pearson 1988).
   */
  auc: Float64Array<SharedArrayBuffer>;
  /**
   * Average precision, by the delta method: with TP and R the positives and rows at or above a score, P positives in all,
   * a positive adds (TP/R + Σ 1/R − Σ TP/R² − AP)/P and a negative −Σ (TP/R²)/P, the sums over the positives at or below.
   * These add up to zero over the rows.
   */
  averagePrecision: Float64Array<SharedArrayBuffer>;
}

export function influence({ positives, ties, gaps }: Curve, points: CurvePoints): Influence {
  const { totalPositives: p, totalNegatives: n, rocAuc, averagePrecision: ap } = points;
  const distinct = positives.length;
  const table = (): Float64Array<SharedArrayBuffer> =>
    new Float64Array(new SharedArrayBuffer(8 * (3 * distinct + 1)));
  const auc = table();
  const average = table();
  let below = 0;
  let above = p;
  let rows = p + n;
  let inverse = 0;
  let falling = 0;
  for (let j = 0; j < distinct; j++) {
    const here = positives[j] as number;
    const tied = ties[j] as number;
    const gap = gaps[j] as number;
    auc[3 * j] = above / p - rocAuc;
    average[3 * j] = -falling / p;
    below += gap;
    rows -= gap;
    const precision = above / rows;
    inverse += here / rows;
    falling += (here * precision) / rows;
    auc[3 * j + 1] = (above - here / 2) / p - rocAuc;
    average[3 * j + 1] = -falling / p;
    auc[3 * j + 2] = (below + tied / 2) / n - rocAuc;
    average[3 * j + 2] = (precision + inverse - falling - ap) / p;
    below += tied;
    above -= here;
    rows -= here + tied;
  }
  auc[3 * distinct] = -rocAuc;
  average[3 * distinct] = -falling / p;
  return { auc, averagePrecision: average };
}

/** A variance and how well it is known. */
export interface Spread {
  variance: number;
  /**
   * The degrees of freedom that the variance is worth by the fourth moment of what units add (Var s² ≈ σ⁴(κ − 1)/n; O'Neill
   * 2014): where few units matter it is worth little, however many there are. From 1 to `student`.
   */
  freedom: number;
  /** Degrees of freedom of Student's quantile: one fewer than the units of the rarer kind. */
  student: number;
  /** Independent units that hold positives, and negatives. */
  positives: number;
  negatives: number;
}

/** Sums of squares and of fourth powers of what units add. */
export interface Moments {
  units: number;
  squares: number;
  fourths: number;
}

export const noMoments = (): Moments => ({ units: 0, squares: 0, fourths: 0 });

export function addMoments(to: Moments, units: number, value: number): void {
  const square = value * value;
  to.units += units;
  to.squares += units * square;
  to.fourths += units * square * square;
}

/** @param all what every unit adds to the metric's error */
export function spreadOf(
  variance: number,
  all: Moments,
  positives: number,
  negatives: number,
  rarer: number,
): Spread {
  const student = rarer - 1;
  const kurtosis = (all.units * all.fourths) / all.squares ** 2;
  const own = kurtosis > 1 ? (2 * all.units) / (kurtosis - 1) : all.squares === 0 ? 1 : student;
  return {
    variance: Math.max(0, variance),
    freedom: Math.max(1, Math.min(student, own)),
    student,
    positives,
    negatives,
  };
}

/** What positives and negatives add by a table of {@link Influence}, rows being independent. */
function momentsOfRows(
  { positives, ties, gaps }: Curve,
  table: Float64Array,
): { positives: Moments; negatives: Moments } {
  const ofPositives = noMoments();
  const ofNegatives = noMoments();
  for (let j = 0; j < positives.length; j++) {
    addMoments(ofNegatives, gaps[j] as number, table[3 * j] as number);
    addMoments(ofNegatives, ties[j] as number, table[3 * j + 1] as number);
    addMoments(ofPositives, positives[j] as number, table[3 * j + 2] as number);
  }
  addMoments(ofNegatives, gaps[positives.length] as number, table[3 * positives.length] as number);
  return { positives: ofPositives, negatives: ofNegatives };
}

/** Spread of ROC AUC, rows being independent (DeLong et al. 1988). Null where a class has a single row. */
export function aucSpread(curve: Curve, { auc }: Influence): Spread | null {
  const { positives, negatives } = momentsOfRows(curve, auc);
  const p = positives.units;
  const n = negatives.units;
  if (p < 2 || n < 2) return null;
  const variance = positives.squares / p / (p - 1) + negatives.squares / n / (n - 1);
  const all = {
    units: p + n,
    squares: positives.squares / p ** 2 + negatives.squares / n ** 2,
    fourths: positives.fourths / p ** 4 + negatives.fourths / n ** 4,
  };
  return spreadOf(variance, all, p, n, Math.min(p, n));
}

/** Spread of average precision, rows being independent. Null where there is a single positive. */
export function averagePrecisionSpread(curve: Curve, { averagePrecision }: Influence): Spread | null {
  const { positives, negatives } = momentsOfRows(curve, averagePrecision);
  if (positives.units < 2) return null;
  const all = {
    units: positives.units + negatives.units,
    squares: positives.squares + negatives.squares,
    fourths: positives.fourths + negatives.fourths,
  };
  const variance = (all.units / (all.units - 1)) * all.squares;
  return spreadOf(variance, all, positives.units, negatives.units, positives.units);
}
