import { alertsByDay, type Calendar } from './calendar.js';
import {
  absent,
  type Costs,
  type Deployment,
  type Estimate,
  type IntervalMethod,
  type ThresholdMetric,
} from './document.js';
import { meanOf } from './intervals.js';
import {
  CAUGHT,
  FN,
  FP,
  inner,
  MISSED,
  type Moments,
  quantile95,
  shareOf,
  TN,
  TP,
  varianceOf,
  type Weights,
} from './moments.js';

export interface ThresholdOptions {
  beta: number;
  costs: Costs | null;
  deployment: Deployment | null;
}

/** Whether the input holds money; days, where it holds them, with the alerts of each. */
export interface ThresholdContext {
  amounts: boolean;
  daily: Float64Array | null;
}

const ROWS: Weights = [1, 1, 1, 1, 0, 0];
const POSITIVES: Weights = [0, 1, 0, 1, 0, 0];
const NEGATIVES: Weights = [1, 0, 1, 0, 0, 0];
const ALERTS: Weights = [0, 0, 1, 1, 0, 0];
const HITS: Weights = [0, 0, 0, 1, 0, 0];
const FALSE_ALERTS: Weights = [0, 0, 1, 0, 0, 0];
const MONEY: Weights = [0, 0, 0, 0, 1, 1];
const CAUGHT_MONEY: Weights = [0, 0, 0, 0, 0, 1];
const NO_ALERT = 'no row is alerted at this threshold';
const ONE_ENTITY = 'an interval needs two entities or more';
const NO_WIDTH = 'the rows show no spread at this threshold: the interval would have no width';
const NO_AMOUNTS = 'needs an amount column';
const NO_COSTS = 'needs a cost ratio, or costs';
const NO_DEPLOYMENT = 'no prevalence at deployment was declared';

/** The metrics at one threshold, each with its interval. Definitions and edges stand in the README's table. */
export function thresholdMetrics(
  moments: Moments,
  options: ThresholdOptions,
  { amounts, daily }: ThresholdContext,
): Record<ThresholdMetric, Estimate> {
  const alerts = inner(ALERTS, moments.totals);
  const precision = alerts === 0 ? absent(NO_ALERT) : share(HITS, ALERTS, moments);
  const recall = share(HITS, POSITIVES, moments);
  const falsePositiveRate = share(FALSE_ALERTS, NEGATIVES, moments);
  const money = valueRecall(moments, amounts);
  return {
    precision,
    recall,
    falsePositiveRate,
    alertRate: share(ALERTS, ROWS, moments),
    fBeta: fBeta(moments, options.beta, precision, recall),
    matthewsCorrelation: matthews(moments),
    lift: lift(moments, precision),
    alertsPerDay: daily === null ? absent('needs a time column') : alertsPerDay(daily),
    ...costMetrics(moments, options.costs, amounts, [recall, money, falsePositiveRate]),
    valueRecall: money,
    ...atDeployment(moments, options.deployment, recall, falsePositiveRate),
  };
}

function share(part: Weights, whole: Weights, moments: Moments): Estimate {
  const found = shareOf(part, whole, moments);
  if (found === null) return absent('there is nothing it could be a share of');
  const { rate, interval, effective } = found;
  return interval === null
    ? { value: rate, low: null, high: null, standardError: null, reason: ONE_ENTITY }
    : { value: rate, ...interval, method: effective ? 'wilson-effective' : 'wilson' };
}

/** A value with the interval that its gradient gives on a scale where it is nearly normal, cut to what can be. */
function byDelta(
  value: number,
  gradient: Weights,
  moments: Moments,
  scale: 'plain' | 'logit' | 'log' | 'z',
  bounds: readonly [number, number] = [-Infinity, Infinity],
): Estimate {
  if (moments.units < 2) return { value, low: null, high: null, standardError: null, reason: ONE_ENTITY };
  const standardError = Math.sqrt(varianceOf(gradient, moments));
  if (standardError === 0) return { value, low: null, high: null, standardError: null, reason: NO_WIDTH };
  const reach = quantile95(moments) * standardError;
  const [forth, back, slope]: [number, (x: number) => number, number] =
    scale === 'logit'
      ? [Math.log(value / (1 - value)), (x) => 1 / (1 + Math.exp(-x)), 1 / (value * (1 - value))]
      : scale === 'log'
        ? [Math.log(value), Math.exp, 1 / value]
        : scale === 'z'
          ? [Math.atanh(value), Math.tanh, 1 / (1 - value * value)]
          : [value, (x) => x, 1];
  const method: IntervalMethod = scale === 'plain' ? 'delta' : `delta-${scale}`;
  const [least, most] = bounds;
  const low = Math.min(value, Math.max(least, back(forth - reach * slope)));
  const high = Math.max(value, Math.min(most, back(forth + reach * slope)));
  return { value, low, high, standardError, method };
}

/** At an edge where a gradient sees no spread: the limits of the rates it is made of, put together. */
function byCorners(value: number, low: number | null, high: number | null): Estimate {
  return low === null || high === null
    ? { value, low: null, high: null, standardError: null, reason: ONE_ENTITY }
    : {
        value,
        low: Math.min(value, low),
        high: Math.max(value, high),
        standardError: null,
        method: 'bonferroni',
      };
}

/** (1 + β²)·TP over (1 + β²)·TP + β²·FN + FP (van Rijsbergen 1979): 0 without a hit, alerts or none. */
function fBeta(moments: Moments, beta: number, precision: Estimate, recall: Estimate): Estimate {
  const { totals } = moments;
  const square = beta * beta;
  const hits = (1 + square) * (totals[TP] as number);
  const base = hits + square * (totals[FN] as number) + (totals[FP] as number);
  const value = hits / base;
  if (value === 0 || value === 1) {
    const of = (p: number | null, r: number | null): number | null =>
      p === null || r === null ? null : p * r === 0 ? 0 : ((1 + square) * p * r) / (square * p + r);
    const unknown = precision.value === null;
    return byCorners(
      value,
      of(unknown ? 0 : precision.low, recall.low),
      of(unknown ? 1 : precision.high, recall.high),
    );
  }
  const gradient: Weights = [
    0,
    (-value * square) / base,
    -value / base,
    ((1 + square) * (1 - value)) / base,
    0,
    0,
  ];
  return byDelta(value, gradient, moments, 'logit');
}

/** (TP·TN − FP·FN) over the root of the four margins' product (Matthews 1975). */
function matthews(moments: Moments): Estimate {
  const [d, c, b, a] = [TN, FN, FP, TP].map((cell) => moments.totals[cell] as number) as [
    number,
    number,
    number,
    number,
  ];
  const [alerts, quiet, positives, negatives] = [a + b, c + d, a + c, b + d];
  if (alerts === 0 || quiet === 0) {
    return absent(
      `${alerts === 0 ? NO_ALERT : 'every row is alerted at this threshold'}: a margin is 0 and the correlation undefined (scikit-learn says 0)`,
    );
  }
  const root = Math.sqrt(alerts * quiet) * Math.sqrt(positives * negatives);
  const value = Math.max(-1, Math.min(1, (a * d - b * c) / root));
  if (Math.abs(value) === 1) {
    const reason = 'the classes are separated at this threshold: its interval has no width';
    return { value, low: null, high: null, standardError: null, reason };
  }
  const half = value / 2;
  const gradient: Weights = [
    a / root - half * (1 / quiet + 1 / negatives),
    -b / root - half * (1 / positives + 1 / quiet),
    -c / root - half * (1 / alerts + 1 / negatives),
    d / root - half * (1 / alerts + 1 / positives),
    0,
    0,
  ];
  return byDelta(value, gradient, moments, 'z');
}

/** Precision over prevalence. */
function lift(moments: Moments, precision: Estimate): Estimate {
  if (precision.value === null) return precision;
  const { totals } = moments;
  const [alerts, positives, rows] = [ALERTS, POSITIVES, ROWS].map((of) => inner(of, totals)) as [
    number,
    number,
    number,
  ];
  const hits = totals[TP] as number;
  const value = (hits * rows) / alerts / positives;
  if (hits === 0)
    return byCorners(0, 0, precision.high === null ? null : (precision.high * rows) / positives);
  const gradient = [
    1 / rows,
    1 / rows - 1 / positives,
    1 / rows - 1 / alerts,
    1 / rows - 1 / positives - 1 / alerts + 1 / hits,
    0,
    0,
  ].map((part) => part * value) as unknown as Weights;
  return byDelta(value, gradient, moments, 'log');
}

/** Mean over the days that have rows; Student's interval takes days as independent. */
function alertsPerDay(daily: Float64Array): Estimate {
  const found = meanOf(daily, 0, Infinity);
  const known = { value: found.mean, days: daily.length };
  return found.interval === null
    ? { ...known, low: null, high: null, standardError: null, reason: 'an interval needs two days or more' }
    : { ...known, ...found.interval, method: 'days' };
}

/** Cost of the errors, of alerting all rows, and of alerting none, as weights of the columns. */
export interface Policies {
  model: Weights;
  allAlert: Weights;
  noAlert: Weights;
}

export function policiesOf({ falseNegative, falsePositive }: Costs): Policies {
  const false1 = falsePositive;
  const [row, missed] = falseNegative === 'AMOUNT' ? [0, 1] : [falseNegative, 0];
  return {
    model: [0, row, false1, 0, missed, 0],
    allAlert: [false1, 0, false1, 0, 0, 0],
    noAlert: [0, row, 0, row, missed, missed],
  };
}

/**
 * Expected cost is what the errors cost, a row. Cost savings are the share saved of what the cheaper of alerting all
 * rows and alerting none would cost (Bahnsen et al. 2014): 1 at best, 0 where the model is worth nothing, below where
 * it does harm.
 */
function costMetrics(
  moments: Moments,
  costs: Costs | null,
  amounts: boolean,
  [recall, money, falsePositiveRate]: readonly [Estimate, Estimate, Estimate],
): Record<'expectedCost' | 'costSavings', Estimate> {
  const known = policies(costs, amounts);
  if (typeof known === 'string' || costs === null) {
    const none = (): Estimate => absent(typeof known === 'string' ? known : NO_COSTS);
    return { expectedCost: none(), costSavings: none() };
  }
  const { model, allAlert, noAlert } = known;
  const { totals } = moments;
  const [all, none, cost, rows] = [allAlert, noAlert, model, ROWS].map((of) => inner(of, totals)) as [
    number,
    number,
    number,
    number,
  ];
  const [base, reference] = all < none ? [all, allAlert] : [none, noAlert];
  const nothing = absent('alerting nobody costs nothing: there is nothing to save');
  if (cost === 0) {
    // No error was seen; how many there may be follows from the limits of the rates.
    const { low } = costs.falseNegative === 'AMOUNT' ? money : recall;
    const { high } = falsePositiveRate;
    const most =
      low === null || high === null
        ? null
        : (1 - low) * none + high * inner(NEGATIVES, totals) * costs.falsePositive;
    return {
      expectedCost: {
        ...byCorners(0, most === null ? null : 0, most === null ? null : most / rows),
        unit: costs.unit,
      },
      costSavings:
        base === 0 ? nothing : byCorners(1, most === null ? null : 1 - most / base, most === null ? null : 1),
    };
  }
  const expectedCost = { ...perRow(model, moments, 0), unit: costs.unit };
  if (base === 0) return { expectedCost, costSavings: nothing };
  const ratio = cost / base;
  const gradient = model.map(
    (weight, i) => (ratio * reference[i as 0] - weight) / base,
  ) as unknown as Weights;
  return { expectedCost, costSavings: byDelta(1 - ratio, gradient, moments, 'plain', [-Infinity, 1]) };
}

function policies(costs: Costs | null, amounts: boolean): Policies | string {
  if (costs === null) return NO_COSTS;
  return costs.falseNegative === 'AMOUNT' && !amounts ? NO_AMOUNTS : policiesOf(costs);
}

/** What a row is cheaper by under the model than under alerting all rows, and none. */
export function savings(
  moments: Moments,
  costs: Costs | null,
  amounts: boolean,
): { againstAllAlert: Estimate; againstNoAlert: Estimate } {
  const known = policies(costs, amounts);
  if (typeof known === 'string') return { againstAllAlert: absent(known), againstNoAlert: absent(known) };
  const against = (policy: Weights): Estimate => ({
    ...perRow(policy.map((weight, i) => weight - known.model[i as 0]) as unknown as Weights, moments),
    unit: (costs as Costs).unit,
  });
  return { againstAllAlert: against(known.allAlert), againstNoAlert: against(known.noAlert) };
}

/** A weighted total, a row. */
function perRow(weights: Weights, moments: Moments, least = -Infinity): Estimate {
  const rows = inner(ROWS, moments.totals);
  const value = inner(weights, moments.totals) / rows;
  const gradient = weights.map((weight, i) => (weight - value * ROWS[i as 0]) / rows) as unknown as Weights;
  return byDelta(value, gradient, moments, 'plain', [least, Infinity]);
}

function valueRecall(moments: Moments, amounts: boolean): Estimate {
  if (!amounts) return absent(NO_AMOUNTS);
  if ((moments.totals[MISSED] as number) + (moments.totals[CAUGHT] as number) === 0)
    return absent('the amounts of all positives are 0');
  return share(CAUGHT_MONEY, MONEY, moments);
}

/**
 * Precision and alerts where a share π of the rows is positive: both rates are kept, the mix is not (Bayes). Precision
 * is π·TPR/(π·TPR + (1 − π)·FPR), with its interval on the logit, log π/(1 − π) + log TPR − log FPR, on which π is
 * known. Without a hit, or without a false alert, from the limits of the two rates.
 */
function atDeployment(
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
  // With no alert, or nothing but alerts, there is no spread to go by.
  const limits = (side: 'low' | 'high'): number | null => {
    const [tpr, fpr] = [recall[side], falsePositiveRate[side]];
    return tpr === null || fpr === null ? null : rowsPerDay * (prevalence * tpr + (1 - prevalence) * fpr);
  };
  const certain = tp + fp === 0 || tn + fn === 0;
  const alertsPerDayAtDeployment = certain
    ? byCorners(value, limits('low'), limits('high'))
    : byDelta(value, gradient, moments, 'plain', [0, rowsPerDay]);
  return { precisionAtDeployment, alertsPerDayAtDeployment };
}

/** What the metrics at a threshold need beside the moments. */
export function contextOf(
  calendar: Calendar | null,
  scores: Float64Array,
  threshold: number,
  amounts: boolean,
): ThresholdContext {
  return { amounts, daily: calendar === null ? null : alertsByDay(calendar, scores, threshold) };
}
