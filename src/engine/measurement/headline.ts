import { Sum } from './blocks.js';
import { negativeAtRank, type Calibration, type RankPlan } from './calibration.js';
import { cardPrecision } from './cards.js';
import type { ClusteredErrors } from './clustered.js';
import { precisionAt, recallWithin, type Curve, type CurvePoints } from './curve.js';
import type { Distinct } from './distinct.js';
import { absent, type Estimate, type MeasurementInput, type MetricName } from './document.js';
import type { Spread } from './influence.js';
import { studentByDays, wald, wilson, type Interval } from './intervals.js';
import { ksMassart } from './ks.js';
import { aucInterval, averagePrecisionInterval } from './ranking-intervals.js';
import type { TaskResult } from './tasks.js';

const NEEDS_BOOTSTRAP = 'its interval needs the bootstrap (replicates)';
const KS_NEEDS_BOOTSTRAP = `with entities ${NEEDS_BOOTSTRAP}`;
export const UNBOUNDED = 'a score lies outside 0 and 1, so it is no probability';
const K = 100;

function estimate(
  value: number,
  interval: Interval | null,
  method: NonNullable<Estimate['method']>,
): Estimate {
  return interval === null
    ? { value, low: null, high: null, standardError: null }
    : { value, low: interval.low, high: interval.high, standardError: interval.standardError, method };
}

/** Spreads of the ranking metrics: over entities where there are any, else over rows. */
export interface RankingSpreads {
  auc: Spread | null;
  averagePrecision: Spread | null;
  /** Entities, where the spreads are over them. */
  clusters?: number;
}

export function rankingMetrics(
  points: CurvePoints,
  spreads: RankingSpreads,
): Pick<Record<MetricName, Estimate>, 'rocAuc' | 'gini' | 'averagePrecision' | 'ks'> {
  const { rocAuc: auc, averagePrecision, ks } = points;
  const clusters = spreads.clusters === undefined ? {} : { clusters: spreads.clusters };
  const units = spreads.clusters === undefined ? 'rows' : 'entities with rows';
  const none = (value: number, reason: string): Estimate => ({ ...estimate(value, null, 'delong'), reason });
  const ofAuc = spreads.auc === null ? null : aucInterval(auc, spreads.auc);
  const ofGini: Interval | null =
    ofAuc === null
      ? null
      : { low: 2 * ofAuc.low - 1, high: 2 * ofAuc.high - 1, standardError: 2 * ofAuc.standardError };
  const two = `its interval needs two ${units} of each class`;
  return {
    rocAuc: ofAuc === null ? none(auc, two) : { ...estimate(auc, ofAuc, 'delong'), ...clusters },
    gini:
      ofGini === null ? none(2 * auc - 1, two) : { ...estimate(2 * auc - 1, ofGini, 'delong'), ...clusters },
    averagePrecision:
      spreads.averagePrecision === null
        ? none(averagePrecision, `its interval needs two ${units} of the positive class`)
        : {
            ...estimate(
              averagePrecision,
              averagePrecisionInterval(averagePrecision, spreads.averagePrecision),
              'influence',
            ),
            ...clusters,
          },
    ks:
      spreads.clusters === undefined ? estimate(ks, ksMassart(points), 'dkw') : none(ks, KS_NEEDS_BOOTSTRAP),
  };
}

export function lossMetrics(
  located: readonly TaskResult<'locate'>[],
  rows: number,
  bounded: boolean,
  calibrated: Calibration | null,
  clustered: ClusteredErrors | null,
): Pick<Record<MetricName, Estimate>, 'logLoss' | 'brier' | 'expectedCalibrationError'> {
  if (!bounded || calibrated === null) {
    const none = (): Estimate => absent(UNBOUNDED);
    return { logLoss: none(), brier: none(), expectedCalibrationError: none() };
  }
  const mean = (name: 'logLoss' | 'brier', place: number, ceiling: number): Estimate => {
    const value = lossTotal(located, place) / rows;
    if (clustered !== null) {
      return {
        ...estimate(value, clustered.loss(name, value, rows, ceiling), 'mean'),
        clusters: clustered.entities,
      };
    }
    const spread = Math.max(0, lossTotal(located, place + 1) - rows * value * value);
    const error = Math.sqrt(spread / (rows - 1) / rows);
    return estimate(value, wald(value, error, 0, ceiling), 'mean');
  };
  return {
    logLoss: mean('logLoss', 0, Infinity),
    brier: mean('brier', 2, 1),
    expectedCalibrationError: {
      value: calibrated.value,
      low: null,
      high: null,
      standardError: null,
      reason: NEEDS_BOOTSTRAP,
      bins: calibrated.bins,
    },
  };
}

/** One of the four losses over all rows (see `Located`). */
export function lossTotal(located: readonly TaskResult<'locate'>[], place: number): number {
  const sum = new Sum();
  for (const { losses } of located) {
    for (let block = place; block < losses.length; block += 4) sum.add(losses[block] as number);
  }
  return sum.value;
}

/** The most false positives whose rate, as a double, is at or below the target. */
export function mostWithin(target: number, negatives: number): number {
  let most = Math.floor(target * negatives);
  while ((most + 1) / negatives <= target) most++;
  while (most / negatives > target) most--;
  return most;
}

/** A cut for recall at a false-positive rate. */
export interface RecallCut {
  /** The rate, and the most false positives that it allows. */
  target: number;
  most: number;
  /** The score above which all rows count as positive, and how many negatives do. */
  above: number;
  alarms: number;
}

export function recallCut(target: number, negatives: number, plan: RankPlan, open: Distinct): RecallCut {
  const most = mostWithin(target, negatives);
  // The first negative that may not be called positive; whatever lies above its score may.
  const barrier = negativeAtRank(negatives - 1 - most, plan, open);
  return { target, most, above: barrier.score, alarms: barrier.negativesAbove };
}

/**
 * Recall at a false-positive rate, with the rate that the lowest admissible cut really reaches.
 *
 * Its interval combines two sources of error by the method of variance estimates recovery (Zou and Donner 2008): the
 * positives', Wilson's interval at the cut; and the negatives', who set the cut: the recalls that the curve reaches at
 * the ends of Wilson's interval around the wanted rate.
 */
export function recallAt(
  value: number,
  place: number,
  cut: RecallCut,
  curve: Curve,
  points: CurvePoints,
  clustered: ClusteredErrors | null,
): Estimate {
  const { totalNegatives: negatives, totalPositives: positives } = points;
  const fprReached = cut.alarms / negatives;
  const trials = clustered?.trials('hits', place, value, positives) ?? positives;
  const others = clustered?.trials('alarms', place, fprReached, negatives) ?? negatives;
  const own = wilson(value, trials);
  const rate = wilson(cut.target, others);
  const least = recallWithin(Math.floor(rate.low * negatives), curve, positives);
  const most = recallWithin(Math.ceil(rate.high * negatives), curve, positives);
  const interval = {
    low: Math.max(0, value - Math.hypot(value - own.low, value - Math.min(value, least))),
    high: Math.min(1, value + Math.hypot(own.high - value, Math.max(value, most) - value)),
    standardError: own.standardError,
  };
  return {
    ...estimate(value, interval, 'wilson'),
    ...(clustered === null ? {} : { clusters: clustered.entities }),
    fprReached,
    above: cut.above,
  };
}

export function topPrecision(curve: Curve, rows: number): Estimate {
  if (rows < K) return absent(`there are ${rows} rows, fewer than ${K}`);
  const { value, tied } = precisionAt(K, curve);
  return { ...estimate(value, wilson(value, K), 'wilson'), tied };
}

export function cards(input: MeasurementInput): Estimate {
  if (input.entity === undefined || input.days === undefined)
    return absent('needs an entity and a time column');
  const found = cardPrecision(K, input.scores, input.labels, input.entity, input.days);
  const interval = studentByDays(found.daily);
  const known = { tied: found.tied, days: found.daily.length };
  if (interval === null) {
    return { ...estimate(found.value, null, 'days'), reason: 'an interval needs two days or more', ...known };
  }
  return { ...estimate(found.value, interval, 'days'), ...known };
}
