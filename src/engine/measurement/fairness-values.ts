import { BENEFIT, benefitOf } from './fairness-entropy.js';
import {
  boundedCovariance,
  CELLS,
  clusterCovariance,
  covarianceOf,
  GROUP_RATES,
  groupRate,
  PARTS,
  sumOf,
  type Covariance,
  type Family,
  type GroupRateName,
  type GroupTally,
  type GroupValue,
} from './fairness-groups.js';

/** Kinds of values that groups are compared by. */
export type Kind = GroupRateName | 'missesPerFalseAlarm' | 'rocAuc' | 'calibration' | 'benefit';

/** The value of one group; null where it does not exist. */
export function valueOf(kind: Kind, tally: GroupTally, group: number): GroupValue | null {
  switch (kind) {
    case 'missesPerFalseAlarm':
      return missesPerFalseAlarm(tally, group);
    case 'rocAuc':
      return rocAuc(tally, group);
    case 'calibration':
      return calibration(tally, group);
    case 'benefit':
      return benefit(tally, group);
    default:
      return groupRate(tally.counts, group, kind, tally.clusters);
  }
}

/** The values of some groups, those that exist. */
export function familyOf(kind: Kind, tally: GroupTally, groups: readonly number[]): Family {
  const values = groups.map((group) => valueOf(kind, tally, group)).filter((value) => value !== null);
  return { values, covariance: covariance(kind, tally) };
}

function covariance(kind: Kind, tally: GroupTally): Covariance {
  const { clusters, ranking } = tally;
  switch (kind) {
    case 'missesPerFalseAlarm': {
      const ofShares = covarianceOf('missedShare', clusters);
      // d t/d q = 1/(1 − q)² = (1 + t)²
      const shareOf = ({ value, ...rest }: GroupValue): GroupValue => ({
        ...rest,
        value: value / (1 + value),
      });
      return boundedCovariance(
        clusters,
        (a, b) => (1 + a.value) ** 2 * (1 + b.value) ** 2 * ofShares(shareOf(a), shareOf(b)),
      );
    }
    case 'rocAuc': {
      const groups = ranking?.auc.length ?? 0;
      return boundedCovariance(clusters, (a, b) => ranking?.between?.[a.group * groups + b.group] ?? 0);
    }
    case 'calibration':
    case 'benefit': {
      const parts = kind === 'calibration' ? missParts : benefitParts;
      return boundedCovariance(clusters, (a, b) =>
        clusters === null ? 0 : clusterCovariance(clusters, a, b, parts(a.value), parts(b.value)),
      );
    }
    default:
      return covarianceOf(kind, clusters);
  }
}

/**
 * Missed positives over false alarms: the odds of the share of misses among errors, and its interval the odds of that
 * share's. Null where there is no false alarm.
 */
function missesPerFalseAlarm(tally: GroupTally, group: number): GroupValue | null {
  const share = groupRate(tally.counts, group, 'missedShare', tally.clusters);
  if (share === null || share.value === 1) return null;
  const odds = (rate: number): number => rate / (1 - rate);
  const slope = 1 / (1 - share.value) ** 2;
  return {
    ...share,
    value: sumOf(tally.counts, group, [1]) / sumOf(tally.counts, group, [2]),
    standardError: share.standardError * slope,
    bounds: (critical) => {
      const { low, high, standardError } = share.bounds(critical);
      return { low: odds(low), high: odds(high), standardError: standardError * slope };
    },
  };
}

function rocAuc(tally: GroupTally, group: number): GroupValue | null {
  const { ranking, clusters, counts } = tally;
  if (ranking === null) return null;
  const [value, variance] = [ranking.auc[group] as number, ranking.variance[group] as number];
  if (Number.isNaN(value)) return null;
  return normal(group, value, sumOf(counts, group, GROUP_RATES.tpr.among), variance, clusters, [0, 1]);
}

/** Mean score less the share of positives. */
function calibration(tally: GroupTally, group: number): GroupValue | null {
  const { misses, clusters, counts } = tally;
  const n = sumOf(counts, group, GROUP_RATES.selectionRate.among);
  if (misses === null || n === 0) return null;
  const value = (misses.sums[group] as number) / n;
  const variance =
    clusters === null
      ? Math.max(0, (misses.squares[group] as number) - n * value ** 2) / Math.max(1, n - 1) / n
      : clusterCovariance(clusters, { group, n }, { group, n }, missParts(value), missParts(value));
  return normal(group, value, n, variance, clusters, [-1, 1]);
}

function benefit(tally: GroupTally, group: number): GroupValue | null {
  const { clusters, counts } = tally;
  const n = sumOf(counts, group, GROUP_RATES.selectionRate.among);
  if (n === 0) return null;
  const value = benefitOf(counts, group) / n;
  const parts = benefitParts(value);
  let squares = 0;
  for (let cell = 0; cell < CELLS; cell++) {
    squares += (counts[CELLS * group + cell] as number) * (parts[cell] as number) ** 2;
  }
  const variance =
    clusters === null
      ? squares / Math.max(1, n - 1) / n
      : clusterCovariance(clusters, { group, n }, { group, n }, parts, parts);
  return normal(group, value, n, variance, clusters, [0, 2]);
}

function missParts(mean: number): Float64Array {
  const parts = new Float64Array(PARTS).fill(-mean);
  parts[CELLS] = 1;
  return parts;
}

function benefitParts(mean: number): Float64Array {
  const parts = new Float64Array(PARTS);
  BENEFIT.forEach((each, cell) => (parts[cell] = each - mean));
  return parts;
}

/** A value with the normal interval of its variance, cut at what it can be. */
function normal(
  group: number,
  value: number,
  n: number,
  variance: number,
  clusters: GroupTally['clusters'],
  [floor, ceiling]: readonly [number, number],
): GroupValue {
  // Rows that are all alike show no spread, yet tell little of those not seen: the bounds are then all that can be.
  const standardError = variance > 0 ? Math.sqrt(variance) : Infinity;
  const wider = clusters === null ? 1 : (clusters.wider[group] as number);
  return {
    group,
    value,
    n,
    standardError,
    wider,
    bounds: (critical) => ({
      low: Math.max(Math.min(floor, value), value - critical * wider * standardError),
      high: Math.min(Math.max(ceiling, value), value + critical * wider * standardError),
      standardError,
    }),
  };
}
