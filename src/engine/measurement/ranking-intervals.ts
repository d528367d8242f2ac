import { studentQuantile } from './distributions.js';
import type { Spread } from './influence.js';
import { Z95, type Interval } from './intervals.js';

/** Degrees of freedom that the model's variance counts for beside the sample's own. */
const MODEL_FREEDOM = 3;

/**
 * 95% interval of ROC AUC on the logit scale (Qin and Hotilovac 2008) with Student's quantile. At few positives DeLong's
 * variance is itself uncertain, and near 1 it is mostly too small; so it is moderated (as Smyth 2004 does): a mean of the
 * sample's own variance, weighing the degrees of freedom that it is worth, and of Newcombe's (2006, from Hanley and
 * McNeil 1982), weighing three. With hundreds of positives the latter does not count.
 *
 * At 0 and at 1, where the sample shows no spread, Newcombe's score interval (method 5). The standard error is DeLong's.
 */
export function aucInterval(auc: number, spread: Spread): Interval {
  const { positives, negatives, variance } = spread;
  const standardError = Math.sqrt(variance);
  if (auc === 0 || auc === 1) {
    const bound = newcombeBound(positives, negatives);
    return { low: auc === 0 ? 0 : bound, high: auc === 0 ? 1 - bound : 1, standardError };
  }
  const model = newcombeVariance(auc, positives, negatives);
  return { ...logitInterval(auc, moderated(spread, model), spread.student), standardError };
}

/**
 * 95% interval of average precision, made as {@link aucInterval}: the delta method's variance moderated by the binomial
 * one, AP(1 − AP)/P, that Boyd, Eng and Page (2013) put into the logit interval alone.
 *
 * At 1 the exact (Clopper–Pearson) bound of P successes in P. The standard error is the delta method's.
 */
export function averagePrecisionInterval(value: number, spread: Spread): Interval {
  const standardError = Math.sqrt(spread.variance);
  if (value === 1) return { low: 0.025 ** (1 / spread.positives), high: 1, standardError };
  const model = (value * (1 - value)) / spread.positives;
  return { ...logitInterval(value, moderated(spread, model), spread.student), standardError };
}

function moderated({ variance, freedom }: Spread, model: number): number {
  return (freedom * variance + MODEL_FREEDOM * model) / (freedom + MODEL_FREEDOM);
}

function logitInterval(value: number, variance: number, student: number): { low: number; high: number } {
  const centre = Math.log(value / (1 - value));
  const half = (studentQuantile(0.975, student) * Math.sqrt(variance)) / (value * (1 - value));
  return { low: 1 / (1 + Math.exp(half - centre)), high: 1 / (1 + Math.exp(-half - centre)) };
}

/** Variance of an AUC among m positives and n negatives by Newcombe's (2006) symmetric form of Hanley and McNeil's. */
export function newcombeVariance(auc: number, m: number, n: number): number {
  const more = (m + n) / 2 - 1;
  return (auc * (1 - auc) * (1 + (more * (1 - auc)) / (2 - auc) + (more * auc) / (1 + auc))) / m / n;
}

/** The AUC from which 1 lies 1.96 of its standard errors away. */
function newcombeBound(m: number, n: number): number {
  let low = 0;
  let high = 1;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if ((1 - middle) ** 2 > Z95 ** 2 * newcombeVariance(middle, m, n)) low = middle;
    else high = middle;
  }
  return low;
}
