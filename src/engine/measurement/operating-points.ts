import { calendarOf, type Calendar } from './calendar.js';
import { lowerBound } from './calibration.js';
import { savings } from './cost-metrics.js';
import type { Curve } from './curve.js';
import type {
  ChosenPoint,
  Confusion,
  Costs,
  Estimate,
  MeasurementInput,
  OperatingPoint,
  OperatingPoints,
  ThresholdMetric,
} from './document.js';
import { FN, FP, momentsAt, momentsOfCounts, TN, TP } from './moments.js';
import { contextOf, thresholdMetrics, type ThresholdOptions } from './threshold-metrics.js';

export interface OperatingOptions extends ThresholdOptions {
  thresholds: readonly number[];
  alertBudget: number | null;
}

const NOTE =
  'A threshold chosen on these rows flatters itself: its intervals take it as given. Judge it on rows that it was not chosen on.';

/** The table at the thresholds that were asked for, and those that do best on these rows. */
export function operatingPoints(
  input: MeasurementInput,
  curve: Curve,
  /** The positives' distinct scores, ascending. */
  values: Float64Array,
  options: OperatingOptions,
): OperatingPoints {
  const calendar = input.days === undefined ? null : calendarOf(input.days);
  const at = (threshold: number): OperatingPoint => pointAt(input, threshold, options, calendar);
  return {
    atThresholds: options.thresholds.map(at),
    leastCost: leastCost(input, curve, values, options.costs, at),
    withinBudget: withinBudget(curve, values, options, calendar, at),
    withinBudgetAtDeployment: withinBudgetAtDeployment(curve, values, options, at),
    note: NOTE,
  };
}

/** The metrics at the threshold of the document, whose rows have been counted already. */
export function metricsAtThreshold(
  input: MeasurementInput,
  { threshold, tp, fp, tn, fn }: Confusion,
  options: ThresholdOptions,
): Record<ThresholdMetric, Estimate> {
  const amounts = input.amounts !== undefined;
  const moments =
    amounts || input.entity !== undefined ? momentsAt(input, threshold) : momentsOfCounts(tn, fn, fp, tp);
  const calendar = input.days === undefined ? null : calendarOf(input.days);
  return thresholdMetrics(moments, options, contextOf(calendar, input.scores, threshold, amounts));
}

function pointAt(
  input: MeasurementInput,
  threshold: number,
  options: ThresholdOptions,
  calendar: Calendar | null,
): OperatingPoint {
  const moments = momentsAt(input, threshold);
  const amounts = input.amounts !== undefined;
  const [tn, fn, fp, tp] = [TN, FN, FP, TP].map((cell) => moments.totals[cell] as number) as [
    number,
    number,
    number,
    number,
  ];
  return {
    threshold: threshold === Infinity ? null : threshold,
    tp,
    fp,
    tn,
    fn,
    metrics: thresholdMetrics(moments, options, contextOf(calendar, input.scores, threshold, amounts)),
    savings: savings(moments, options.costs, amounts),
  };
}

/**
 * Costs fall only where a positive is caught, so the least lies at a positive's score, or above all scores. Of equal
 * costs the highest threshold.
 */
function leastCost(
  input: MeasurementInput,
  curve: Curve,
  values: Float64Array,
  costs: Costs | null,
  at: (threshold: number) => OperatingPoint,
): ChosenPoint {
  if (costs === null) return { point: null, reason: 'needs a cost ratio, or costs' };
  const byRow = costs.falseNegative === 'AMOUNT';
  if (byRow && input.amounts === undefined) return { point: null, reason: 'needs an amount column' };
  const money = byRow ? moneyAt(input, values) : null;
  const worth = costs.falseNegative === 'AMOUNT' ? 0 : costs.falseNegative;
  let saved = 0;
  let best = 0;
  let threshold = Infinity;
  walk(curve, (j, tp, fp) => {
    saved = money === null ? tp * worth : saved + (money[j] as number);
    const gain = saved - fp * costs.falsePositive;
    if (gain > best) {
      best = gain;
      threshold = values[j] as number;
    }
    return true;
  });
  return { point: at(threshold) };
}

/** The money of the positives at each distinct score. */
function moneyAt({ scores, labels, amounts }: MeasurementInput, values: Float64Array): Float64Array {
  const money = new Float64Array(values.length);
  for (let row = 0; row < scores.length; row++) {
    if (labels[row] !== 1) continue;
    const place = lowerBound(values, scores[row] as number);
    money[place] = (money[place] as number) + (amounts?.[row] as number);
  }
  return money;
}

function withinBudget(
  curve: Curve,
  values: Float64Array,
  { alertBudget }: OperatingOptions,
  calendar: Calendar | null,
  at: (threshold: number) => OperatingPoint,
): ChosenPoint {
  if (alertBudget === null) return { point: null, reason: 'needs an alert budget' };
  if (calendar === null) return { point: null, reason: 'needs a time column' };
  return chosen(curve, values, (tp, fp) => (tp + fp) / calendar.days <= alertBudget, at);
}

function withinBudgetAtDeployment(
  curve: Curve,
  values: Float64Array,
  { alertBudget, deployment }: OperatingOptions,
  at: (threshold: number) => OperatingPoint,
): ChosenPoint {
  if (alertBudget === null) return { point: null, reason: 'needs an alert budget' };
  if (deployment?.rowsPerDay === undefined)
    return { point: null, reason: 'needs a prevalence and a volume at deployment' };
  const { prevalence, rowsPerDay } = deployment;
  let positives = 0;
  let negatives = curve.gaps[curve.positives.length] as number;
  for (let j = 0; j < curve.positives.length; j++) {
    positives += curve.positives[j] as number;
    negatives += (curve.gaps[j] as number) + (curve.ties[j] as number);
  }
  return chosen(
    curve,
    values,
    (tp, fp) =>
      rowsPerDay * ((prevalence * tp) / positives + ((1 - prevalence) * fp) / negatives) <= alertBudget,
    at,
  );
}

/** The lowest of the positives' scores whose alerts are allowed: alerts grow as thresholds fall, and ties go whole. */
function chosen(
  curve: Curve,
  values: Float64Array,
  allowed: (tp: number, fp: number) => boolean,
  at: (threshold: number) => OperatingPoint,
): ChosenPoint {
  let threshold = Infinity;
  walk(curve, (j, tp, fp) => {
    if (!allowed(tp, fp)) return false;
    threshold = values[j] as number;
    return true;
  });
  return threshold === Infinity
    ? { point: null, reason: 'no threshold keeps to the budget and finds a positive' }
    : { point: at(threshold) };
}

/** From the highest of the positives' scores down, with what is alerted at each, until told to stop. */
function walk({ positives, ties, gaps }: Curve, visit: (j: number, tp: number, fp: number) => boolean): void {
  let tp = 0;
  let fp = gaps[positives.length] as number;
  for (let j = positives.length - 1; j >= 0; j--) {
    tp += positives[j] as number;
    fp += ties[j] as number;
    if (!visit(j, tp, fp)) return;
    fp += gaps[j] as number;
  }
}
