import { absent, type Deployment, type Estimate } from './document.js';
import { varianceOf, type Moments, type Weights } from './moments.js';
import { byCorners, byDelta, bySquares, NO_ALERT } from './threshold-estimates.js';

const NO_DEPLOYMENT = 'no prevalence at deployment was declared';

/**
 * Precision and alerts where a share π of the rows is positive: both rates are kept, the mix is not (Bayes). Precision
 * is π·TPR/(π·TPR + (1 − π)·FPR), with its interval on the logit, log π/(1 − π) + log TPR − log FPR, on which π is
 * known. Without a hit, or without a false alert, from the limits of the two rates.
 */
export function atDeployment(
  moments: Moments,
  deployment: Deployment | null,
  recall: Estimate,
  falsePositiveRate: Estimate,
): Record<'precisionAtDeployment' | 'alertsPerDayAtDeployment', Estimate> {
  if (deployment === null)
    return { precisionAtDeployment: absent(NO_DEPLOYMENT), alertsPerDayAtDeployment: absent(NO_DEPLOYMENT) };
  const { prevalence, rowsPerDay } = deployment;
  const { totals } = moments;
  const [tn, fn, fp, tp] = totals as unknown as [number, number, number, number];
  const [positives, negatives] = [fn + tp, tn + fp];
  const precisionOf = (tpr: number, fpr: number): number =>
    (prevalence * tpr) / (prevalence * tpr + (1 - prevalence) * fpr);
  let precisionAtDeployment = absent(NO_ALERT);
  if (tp > 0 && fp > 0) {
    const value = precisionOf(tp / positives, fp / negatives);
    const slope = value * (1 - value);
    const gradient = [
      1 / negatives,
      -1 / positives,
      1 / negatives - 1 / fp,
      1 / tp - 1 / positives,
      0,
      0,
    ].map((part) => slope * part) as unknown as Weights;
    precisionAtDeployment = byDelta(value, gradient, moments, 'logit');
  } else if (tp + fp > 0) {
    const { low, high } = recall;
    const { low: fewest, high: most } = falsePositiveRate;
    const known = low !== null && high !== null && fewest !== null && most !== null;
    precisionAtDeployment = byCorners(
      tp > 0 ? 1 : 0,
      known ? precisionOf(low, most) : null,
      known ? precisionOf(high, fewest) : null,
    );
  }
  if (rowsPerDay === undefined) {
    const reason = 'no volume at deployment was declared';
    return { precisionAtDeployment, alertsPerDayAtDeployment: absent(reason) };
  }
  const [a, b] = [(rowsPerDay * prevalence) / positives, (rowsPerDay * (1 - prevalence)) / negatives];
  const value = a * tp + b * fp;
  const gradient: Weights = [
    (-b * fp) / negatives,
    (-a * tp) / positives,
    (b * tn) / negatives,
    (a * fn) / positives,
    0,
    0,
  ];
  const alertsPerDayAtDeployment = bySquares(
    value,
    [
      { weight: rowsPerDay * prevalence, rate: recall },
      { weight: rowsPerDay * (1 - prevalence), rate: falsePositiveRate },
    ],
    moments.units < 2 ? null : Math.sqrt(varianceOf(gradient, moments)),
  );
  return { precisionAtDeployment, alertsPerDayAtDeployment };
}
