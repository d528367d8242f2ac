import { alertsByDay, type Calendar } from './calendar.js';
import { costMetrics } from './cost-metrics.js';
import { atDeployment } from './deployment-metrics.js';
import { absent, type Costs, type Deployment, type Estimate, type ThresholdMetric } from './document.js';
import { meanOf } from './intervals.js';
import { CAUGHT, FN, FP, inner, MISSED, TN, TP, type Moments, type Weights } from './moments.js';
import {
  ALERTS,
  byCorners,
  byDelta,
  NEGATIVES,
  NO_ALERT,
  NO_AMOUNTS,
  POSITIVES,
  ROWS,
  share,
} from './threshold-estimates.js';

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

const HITS: Weights = [0, 0, 0, 1, 0, 0];
const FALSE_ALERTS: Weights = [0, 0, 1, 0, 0, 0];
const MONEY: Weights = [0, 0, 0, 0, 1, 1];
const CAUGHT_MONEY: Weights = [0, 0, 0, 0, 0, 1];

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
  if (found.interval !== null && found.interval.standardError > 0)
    return { ...known, ...found.interval, method: 'days' };
  const reason =
    found.interval === null
      ? 'an interval needs two days or more'
      : 'every day has as many alerts: its interval has no width';
  return { ...known, low: null, high: null, standardError: null, reason };
}

function valueRecall(moments: Moments, amounts: boolean): Estimate {
  if (!amounts) return absent(NO_AMOUNTS);
  if ((moments.totals[MISSED] as number) + (moments.totals[CAUGHT] as number) === 0)
    return absent('the amounts of all positives are 0');
  return share(CAUGHT_MONEY, MONEY, moments);
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
