import type { MeasurementInput } from './document.js';
import { studentQuantile } from './distributions.js';
import { wilson, Z95, type Interval } from './intervals.js';

/** Columns of {@link Moments}: rows by prediction and label, and the money of the positives by prediction. */
export const TN = 0;
export const FN = 1;
export const FP = 2;
export const TP = 3;
export const MISSED = 4;
export const CAUGHT = 5;
export const WIDTH = 6;

/** One weight a column; a gradient, or which columns are added up. */
export type Weights = readonly [
  tn: number,
  fn: number,
  fp: number,
  tp: number,
  missed: number,
  caught: number,
];

/**
 * Column totals, and how they vary: sums over units of the products of a unit's own totals. Units are entities, whose
 * rows hang together, or else rows.
 */
export interface Moments {
  totals: Float64Array;
  /** WIDTH × WIDTH. */
  products: Float64Array;
  units: number;
  clustered: boolean;
  /** Half of a 95% interval in standard errors: of the normal, or of Student's t with a degree fewer than entities. */
  reach: number;
}

/** Moments of rows that are their own units and carry no money. */
export function momentsOfCounts(tn: number, fn: number, fp: number, tp: number): Moments {
  const counts = [tn, fn, fp, tp];
  const totals = new Float64Array(WIDTH);
  const products = new Float64Array(WIDTH * WIDTH);
  counts.forEach((count, column) => {
    totals[column] = count;
    products[column * WIDTH + column] = count;
  });
  return { totals, products, units: tn + fn + fp + tp, clustered: false, reach: Z95 };
}

/** Moments at a threshold, in one pass over the rows. */
export function momentsAt({ scores, labels, amounts, entity }: MeasurementInput, threshold: number): Moments {
  const rows = scores.length;
  if (entity === undefined) {
    const counts = new Float64Array(4);
    // Of missed and of caught positives the money, and its square.
    const money = new Float64Array(4);
    for (let row = 0; row < rows; row++) {
      const cell = ((scores[row] as number) >= threshold ? 2 : 0) + (labels[row] as number);
      counts[cell] = (counts[cell] as number) + 1;
      if (amounts === undefined || labels[row] !== 1) continue;
      const amount = amounts[row] as number;
      money[cell - 1] = (money[cell - 1] as number) + amount;
      money[cell] = (money[cell] as number) + amount * amount;
    }
    const [tn, fn, fp, tp] = counts as unknown as [number, number, number, number];
    const moments = momentsOfCounts(tn, fn, fp, tp);
    const { totals, products } = moments;
    for (const [cell, column] of [
      [FN, MISSED],
      [TP, CAUGHT],
    ] as const) {
      const sum = money[cell - 1] as number;
      totals[column] = sum;
      products[column * WIDTH + column] = money[cell] as number;
      products[column * WIDTH + cell] = sum;
      products[cell * WIDTH + column] = sum;
    }
    return moments;
  }
  const units = entity.names.length;
  const sums = new Float64Array(WIDTH * units);
  for (let row = 0; row < rows; row++) {
    const at = WIDTH * (entity.codes[row] as number);
    const label = labels[row] as number;
    const alert = (scores[row] as number) >= threshold ? 1 : 0;
    const cell = at + 2 * alert + label;
    sums[cell] = (sums[cell] as number) + 1;
    if (amounts === undefined || label === 0) continue;
    const purse = at + MISSED + alert;
    sums[purse] = (sums[purse] as number) + (amounts[row] as number);
  }
  return clustered(sums);
}

/** Moments of columns that stand entity by entity; those all of whose columns are 0 have no rows and do not count. */
export function clustered(sums: Float64Array): Moments {
  const totals = new Float64Array(WIDTH);
  const products = new Float64Array(WIDTH * WIDTH);
  let units = 0;
  for (let at = 0; at < sums.length; at += WIDTH) {
    let any = false;
    for (let i = 0; i < WIDTH; i++) {
      const a = sums[at + i] as number;
      if (a === 0) continue;
      any = true;
      totals[i] = (totals[i] as number) + a;
      for (let j = i; j < WIDTH; j++) {
        const b = sums[at + j] as number;
        products[i * WIDTH + j] = (products[i * WIDTH + j] as number) + a * b;
      }
    }
    if (any) units++;
  }
  for (let i = 0; i < WIDTH; i++)
    for (let j = 0; j < i; j++) products[i * WIDTH + j] = products[j * WIDTH + i] as number;
  const reach = units < 2 ? NaN : studentQuantile(0.975, units - 1);
  return { totals, products, units, clustered: true, reach };
}

/**
 * Variance of a smooth function of the totals by its gradient there (delta method), units being independent of each
 * other: the sandwich with the correction G/(G − 1) for G units (Liang and Zeger 1986). NaN for a single unit.
 */
export function varianceOf(gradient: Weights, { totals, products, units }: Moments): number {
  const mean = inner(gradient, totals);
  const spread = quadratic(gradient, products) - (mean * mean) / units;
  return (units / (units - 1)) * Math.max(0, spread);
}

export function inner(weights: Weights, totals: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < WIDTH; i++) sum += weights[i as 0] * (totals[i] as number);
  return sum;
}

function quadratic(weights: Weights, products: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < WIDTH; i++) {
    for (let j = 0; j < WIDTH; j++)
      sum += weights[i as 0] * weights[j as 0] * (products[i * WIDTH + j] as number);
  }
  return sum;
}

/**
 * A share of totals, both given as columns that are added up, with Wilson's interval. Where rows hang together, or the
 * share is one of money, at the sample size that its spread is worth, r(1 − r)/variance (Korn and Graubard 1998); at 0
 * and 1, where there is no spread, at Kish's (Σx)²/Σx² (1965), x being a unit's part of the whole.
 *
 * @returns null where the whole is 0
 */
export function shareOf(
  part: Weights,
  whole: Weights,
  moments: Moments,
): { rate: number; interval: Interval | null; effective: boolean } | null {
  const base = inner(whole, moments.totals);
  if (base === 0) return null;
  const rate = inner(part, moments.totals) / base;
  const money = whole[MISSED] !== 0;
  if (!moments.clustered && !money) return { rate, interval: wilson(rate, base), effective: false };
  if (moments.units < 2) return { rate, interval: null, effective: true };
  const gradient = part.map((weight, i) => (weight - rate * whole[i as 0]) / base) as unknown as Weights;
  const variance = varianceOf(gradient, moments);
  const kish = (base * base) / quadratic(whole, moments.products);
  const worth = rate > 0 && rate < 1 && variance > 0 ? (rate * (1 - rate)) / variance : kish;
  const interval = wilson(rate, worth, moments.reach);
  return { rate, interval: { ...interval, standardError: Math.sqrt(variance) }, effective: true };
}
