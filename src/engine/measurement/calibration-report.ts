import { Sum } from './blocks.js';
import type { Calibration } from './calibration.js';
import type { Curve } from './curve.js';
import {
  absent,
  type Absent,
  type CalibrationBin,
  type CalibrationReport,
  type Estimate,
  type MeasurementInput,
} from './document.js';
import { wilson, Z95 } from './intervals.js';
import { rowLoss } from './locate-task.js';
import { clustered, varianceOf, WIDTH, type Moments, type Weights } from './moments.js';
import { gammaQ, normalCdf, normalQuantile } from './distributions.js';
import { FEW_ROWS, logit, oddsOf, quadrature, type WeightedOdds } from './odds.js';
import { clustersOf } from './threshold-estimates.js';
import { meat, recalibrate, type Positives, type Recalibration } from './recalibration.js';

type CalibrationMetric =
  'maximumCalibrationError' | 'calibrationSlope' | 'calibrationIntercept' | 'brierSkill';

export interface Calibrated {
  metrics: Record<CalibrationMetric, Estimate>;
  calibration: CalibrationReport | Absent;
}

/** What the passes over the rows have found. */
export interface CalibrationSums {
  input: MeasurementInput;
  curve: Curve;
  positives: Positives;
  calibrated: Calibration;
  /** Of all rows, by lane; none where there are few rows. */
  odds: readonly Float64Array[];
  /** Σ (label − score)², and Σ of its square. */
  squaredError: number;
  squaredErrorSquared: number;
}

const BIASED =
  'A mean of absolute gaps is biased upwards: bins of few rows stray from their own mean by chance. The debiased value takes the expected excess off (Kumar, Liang and Ma 2019).';
const HOSMER_LEMESHOW =
  'Information, never a gate: with many rows the least departure is significant, with few none is. Degrees of freedom are the bins, since nothing was fitted to these rows.';
const ONE_ENTITY = 'an interval needs two entities or more';

/** Columns of the moments that calibration is judged by. */
const SQUARED = 0;
const POSITIVE = 1;
const ROW = 2;
const FLAT = 3;
const SLANT = 4;
const LARGE = 5;

export function uncalibrated(reason: string): Calibrated {
  const none = (): Estimate => absent(reason);
  return {
    metrics: {
      maximumCalibrationError: none(),
      calibrationSlope: none(),
      calibrationIntercept: none(),
      brierSkill: none(),
    },
    calibration: { value: null, reason },
  };
}

export function calibrationReport(sums: CalibrationSums): Calibrated {
  const { input, calibrated } = sums;
  const rows = input.scores.length;
  const odds = rows <= FEW_ROWS ? oddsOf(input.scores) : quadrature(addedUp(sums.odds));
  const fit = fitted(sums, odds);
  const moments = momentsOf(sums, odds, typeof fit === 'string' ? null : fit);
  const regression = (
    value: (found: Recalibration) => number,
    influence: (found: Recalibration) => Weights,
  ): Estimate => (typeof fit === 'string' ? absent(fit) : byRegression(value(fit), influence(fit), moments));
  let saying = 0;
  for (const bin of calibrated.bins) saying += bin.meanScore * bin.rows;
  return {
    metrics: {
      maximumCalibrationError: maximum(calibrated.bins, input.entity !== undefined),
      calibrationSlope: regression(
        ({ slope }) => slope,
        ({ inverse: [, b, c] }) => [0, 0, 0, b, c, 0],
      ),
      calibrationIntercept: regression(
        ({ intercept }) => intercept,
        ({ inverse: [a, b] }) => [0, 0, 0, a, b, 0],
      ),
      brierSkill: brierSkill(moments),
    },
    calibration: {
      bins: calibrated.bins.map((bin) => {
        const { low, high } = wilson(bin.positives / bin.rows, bin.rows);
        return { ...bin, low, high };
      }),
      expectedCalibrationError: {
        value: calibrated.value,
        debiased: debiasedCalibrationError(calibrated.bins),
        note: BIASED,
      },
      inTheLarge: regression(
        ({ inTheLarge }) => inTheLarge.intercept,
        ({ inTheLarge }) => [0, 0, 0, 0, 0, 1 / inTheLarge.information],
      ),
      meanScore: saying / rows,
      prevalence: (moments.totals[POSITIVE] as number) / rows,
      hosmerLemeshow: hosmerLemeshow(calibrated.bins),
    },
  };
}

/** The fit of the labels on the log odds of the scores, or why there is none. */
function fitted({ curve, positives }: CalibrationSums, odds: WeightedOdds): Recalibration | string {
  const { gaps, ties } = curve;
  const last = gaps.length - 1;
  const inner = (from: number, to: number, of: Uint32Array): number => {
    let sum = 0;
    for (let j = from; j < to; j++) sum += of[j] as number;
    return sum;
  };
  // Newton's steps would walk off for ever (Albert and Anderson 1984).
  const below = inner(1, last + 1, gaps) + inner(1, last, ties) === 0;
  const above = inner(0, last, gaps) + inner(0, last - 1, ties) === 0;
  if (below && above) return 'all scores are equal: no slope can be fitted';
  if (below || above) return 'the scores separate the classes: the slope has no finite estimate';
  return recalibrate(odds, positives) ?? 'the fit of the slope does not converge';
}

/** The lanes in their order, so that the sum does not depend on who took which. */
function addedUp(lanes: readonly Float64Array[]): Float64Array {
  const [first, ...rest] = lanes;
  const total = first as Float64Array;
  for (const lane of rest)
    for (let i = 0; i < total.length; i++) total[i] = (total[i] as number) + (lane[i] as number);
  return total;
}

/** Totals and products of what calibration is judged by: by entity in a pass over the rows, else from the sums. */
function momentsOf(sums: CalibrationSums, odds: WeightedOdds, fit: Recalibration | null): Moments {
  const { input, positives } = sums;
  const { scores, labels, entity } = input;
  if (entity !== undefined) {
    const units = new Float64Array(WIDTH * entity.names.length);
    for (let row = 0; row < scores.length; row++) {
      const at = WIDTH * (entity.codes[row] as number);
      const score = scores[row] as number;
      const label = labels[row] as number;
      const add = (column: number, value: number): void => {
        units[at + column] = (units[at + column] as number) + value;
      };
      add(SQUARED, rowLoss(score, label).brier);
      add(POSITIVE, label);
      add(ROW, 1);
      if (fit === null) continue;
      const x = logit(score);
      const aside = label - 1 / (1 + Math.exp(-(fit.intercept + fit.slope * x)));
      add(FLAT, aside);
      add(SLANT, aside * x);
      add(LARGE, label - 1 / (1 + Math.exp(-(fit.inTheLarge.intercept + x))));
    }
    return clustered(units);
  }
  const rows = scores.length;
  const count = new Sum();
  const ofPositives = new Sum();
  positives.counts.forEach((n, j) => {
    count.add(n);
    ofPositives.add(n * (1 - (positives.values[j] as number)) ** 2);
  });
  const totals = new Float64Array(WIDTH);
  totals.set([sums.squaredError, count.value, rows]);
  const products = new Float64Array(WIDTH * WIDTH);
  const put = (i: number, j: number, value: number): void => {
    products[i * WIDTH + j] = value;
    products[j * WIDTH + i] = value;
  };
  put(SQUARED, SQUARED, sums.squaredErrorSquared);
  put(SQUARED, POSITIVE, ofPositives.value);
  put(SQUARED, ROW, sums.squaredError);
  put(POSITIVE, POSITIVE, count.value);
  put(POSITIVE, ROW, count.value);
  put(ROW, ROW, rows);
  if (fit !== null) {
    const { both, inTheLarge } = meat(odds, positives, fit);
    put(FLAT, FLAT, both[0]);
    put(FLAT, SLANT, both[1]);
    put(SLANT, SLANT, both[2]);
    put(LARGE, LARGE, inTheLarge);
  }
  return { totals, products, units: rows, clustered: false, reach: Z95 };
}

function byRegression(value: number, influence: Weights, moments: Moments): Estimate {
  if (moments.units < 2) return { value, low: null, high: null, standardError: null, reason: ONE_ENTITY };
  const standardError = Math.sqrt(varianceOf(influence, moments));
  const reach = moments.reach * standardError;
  return {
    value,
    low: value - reach,
    high: value + reach,
    standardError,
    method: 'sandwich',
    ...clustersOf(moments),
  };
}

/**
 * 1 − Brier score over that of saying the prevalence to every row, p(1 − p): 1 at best, 0 where the scores are worth
 * no more than that one number, below where less. Delta method, the prevalence being an estimate too.
 */
function brierSkill(moments: Moments): Estimate {
  const [error, positives, rows] = moments.totals as unknown as [number, number, number];
  const spread = positives * (rows - positives);
  const value = 1 - (error * rows) / spread;
  if (moments.units < 2) return { value, low: null, high: null, standardError: null, reason: ONE_ENTITY };
  const gradient: Weights = [
    -rows / spread,
    (error * rows * (rows - 2 * positives)) / spread / spread,
    (error * positives * positives) / spread / spread,
    0,
    0,
    0,
  ];
  const standardError = Math.sqrt(varianceOf(gradient, moments));
  if (standardError === 0) {
    const reason = 'every row is off by as much: its interval has no width';
    return { value, low: null, high: null, standardError: null, reason };
  }
  const reach = moments.reach * standardError;
  return {
    value,
    low: value - reach,
    high: Math.min(1, value + reach),
    standardError,
    method: 'delta',
    ...clustersOf(moments),
  };
}

/**
 * The largest gap of a bin between share of positives and mean score. Its limits hold for all bins at once: Wilson's
 * for each at 1 − 5%/bins (Bonferroni), so that the worst bin's chance is paid for.
 */
function maximum(bins: readonly CalibrationBin[], clustered: boolean): Estimate {
  const z = bins.length === 1 ? Z95 : normalQuantile(1 - 0.025 / bins.length);
  let [value, low, high] = [0, 0, 0];
  for (const { rows, positives, meanScore } of bins) {
    const rate = positives / rows;
    const limits = wilson(rate, rows, z);
    value = Math.max(value, Math.abs(rate - meanScore));
    low = Math.max(low, limits.low - meanScore, meanScore - limits.high);
    high = Math.max(high, limits.high - meanScore, meanScore - limits.low);
  }
  return {
    value,
    low: Math.min(low, value),
    high,
    standardError: null,
    method: 'bonferroni',
    ...(clustered ? { reason: 'its limits take rows as independent of each other' } : {}),
  };
}

/**
 * Expected calibration error less the excess that chance alone would add: twice the plain value less its mean over
 * shares of positives that stray about those seen, as a normal would (Kumar, Liang and Ma 2019, section 5); not below 0.
 */
export function debiasedCalibrationError(bins: readonly CalibrationBin[]): number {
  const total = bins.reduce((sum, { rows }) => sum + rows, 0);
  const sum = new Sum();
  for (const { rows, positives, meanScore } of bins) {
    const rate = positives / rows;
    const gap = Math.abs(rate - meanScore);
    const spread = Math.sqrt((rate * (1 - rate)) / rows);
    sum.add((rows / total) * (2 * gap - meanAbsolute(gap, spread)));
  }
  return Math.max(0, sum.value);
}

/** Σ (O − E)²/(E(1 − E/n)) over the bins of equal mass (Hosmer and Lemeshow 1980). */
function hosmerLemeshow(bins: readonly CalibrationBin[]): CalibrationReport['hosmerLemeshow'] {
  const sum = new Sum();
  for (const { rows, positives, meanScore } of bins) {
    const expected = meanScore * rows;
    const spread = expected * (1 - meanScore);
    if (spread <= 0 && positives !== expected)
      return { value: null, reason: 'a bin is certain of its rows, and wrong: the statistic is infinite' };
    if (spread > 0) sum.add((positives - expected) ** 2 / spread);
  }
  const chiSquared = sum.value;
  const degreesOfFreedom = bins.length;
  const p = gammaQ(degreesOfFreedom / 2, chiSquared / 2);
  return { chiSquared, degreesOfFreedom, p, note: HOSMER_LEMESHOW };
}

/** E|X| of a normal X. */
function meanAbsolute(mean: number, spread: number): number {
  if (spread === 0) return Math.abs(mean);
  const z = mean / spread;
  return spread * Math.sqrt(2 / Math.PI) * Math.exp((-z * z) / 2) + mean * (1 - 2 * normalCdf(-z));
}
