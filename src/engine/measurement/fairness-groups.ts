import { wilson, type Interval } from './intervals.js';

/** Rows of a group by prediction and label: place 0 true negatives, 1 missed positives, 2 false alarms, 3 hits. */
export const CELLS = 4;

/** A rate is a share of some rows among others, both sums of the cells of a group. */
export interface RateOf {
  of: readonly number[];
  among: readonly number[];
  /** What the rows among which it is taken are called. */
  rows: string;
}

/** The rates of a group. Predicted positive is `selected`; `missedShare` is of the errors those that are misses. */
export const GROUP_RATES = {
  selectionRate: { of: [2, 3], among: [0, 1, 2, 3], rows: 'rows' },
  baseRate: { of: [1, 3], among: [0, 1, 2, 3], rows: 'rows' },
  tpr: { of: [3], among: [1, 3], rows: 'positives' },
  fpr: { of: [2], among: [0, 2], rows: 'negatives' },
  ppv: { of: [3], among: [2, 3], rows: 'rows predicted positive' },
  npv: { of: [0], among: [0, 1], rows: 'rows predicted negative' },
  missedShare: { of: [1], among: [1, 2], rows: 'errors' },
} as const satisfies Record<string, RateOf>;

export type GroupRateName = keyof typeof GROUP_RATES;

/** How the rows of entities spread over groups: what cluster-robust variances are made of. */
export interface Clusters {
  /** Entities with a row in each group. */
  entities: ArrayLike<number>;
  /** By how much Student's t over a group's entities is wider than the normal. */
  wider: Float64Array;
  /** Entities with a row in any group. */
  count: number;
  /**
   * For each group Σ over entities of x_i·x_j, x an entity's rows in the four cells and the sum of its scores less
   * labels: 25 a group.
   */
  within: Float64Array;
  /** The same over all groups, (5·groups)²; null where no entity is in two groups, or groups are many. */
  between: Float64Array | null;
  /** Set where entities are in several groups and their products were not kept: covariances are then bounded. */
  bounded: boolean;
}

/** What the passes over the rows know of a column's groups. */
export interface GroupTally {
  names: readonly string[];
  /** Rows without a group. */
  missing: number;
  /** Four a group, by prediction and label. */
  counts: ArrayLike<number>;
  /** Scores less labels, and their squares, summed by group; null where scores are no probabilities. */
  misses: { sums: Float64Array; squares: Float64Array } | null;
  /** Rows, positives and sum of scores by group and calibration bin of the whole sample; null as `misses`. */
  bins: { count: number; rows: Float64Array; positives: Float64Array; scores: Float64Array } | null;
  /** ROC AUC by group, its variance and, where entities are in several groups, its covariances. */
  ranking: { auc: Float64Array; variance: Float64Array; between: Float64Array | null } | null;
  clusters: Clusters | null;
}

/** A statistic of one group with what its intervals and its differences to other groups need. */
export interface GroupValue {
  group: number;
  value: number;
  n: number;
  standardError: number;
  /** What a critical value is multiplied by, for few entities: Student's t over the normal. */
  wider: number;
  /** The interval at a critical value: 1.96 for this group alone, more where several are judged together. */
  bounds: (critical: number) => Interval;
}

/** Covariance of two groups' values. */
export type Covariance = (a: GroupValue, b: GroupValue) => number;

/** One kind of value of several groups, and how two of them vary together. */
export interface Family {
  values: GroupValue[];
  covariance: Covariance;
}

/** No entity in two groups: none. Entities in several, whose products were not kept: the worst that can be. */
export function boundedCovariance(clusters: Clusters | null, known: Covariance): Covariance {
  if (clusters?.bounded === true) return (a, b) => -a.standardError * b.standardError;
  return clusters === null || clusters.between === null ? () => 0 : known;
}

export function sumOf(counts: ArrayLike<number>, group: number, cells: readonly number[]): number {
  let sum = 0;
  for (const cell of cells) sum += counts[CELLS * group + cell] as number;
  return sum;
}

/** The rate of a group in counts alone; NaN where it has no such rows. */
export function rateIn(counts: ArrayLike<number>, group: number, name: GroupRateName): number {
  const { of, among } = GROUP_RATES[name];
  return sumOf(counts, group, of) / sumOf(counts, group, among);
}

/**
 * A group's rate with Wilson's interval. Where rows come from entities, on the effective number of rows, n over the
 * design effect (Korn and Graubard 1998; Dean and Pagano 2015), never more than n; a rate of 0 or 1 has no spread to
 * tell the design effect by, and takes Kish's, of entities whose rows are all alike. Few entities widen it by
 * Student's t.
 *
 * @returns null where the group has no such row
 */
export function groupRate(
  counts: ArrayLike<number>,
  group: number,
  name: GroupRateName,
  clusters: Clusters | null,
): GroupValue | null {
  const { among } = GROUP_RATES[name];
  const n = sumOf(counts, group, among);
  if (n === 0) return null;
  const value = rateIn(counts, group, name);
  const spread = value * (1 - value);
  const of = (rows: number, wider: number): GroupValue => ({
    group,
    value,
    n,
    standardError: Math.sqrt(spread / rows),
    wider,
    bounds: (critical) => wilson(value, rows, critical * wider),
  });
  if (clusters === null) return of(n, 1);
  const variance = rateCovariance(clusters, name, { group, value, n }, { group, value, n });
  const all = indicator(among);
  const alike = n ** 2 / product(clusters, group, group, all, all);
  const effective = variance > 0 ? spread / variance : alike;
  return of(Math.min(n, effective), clusters.wider[group] as number);
}

/** Covariance of the rates of two groups over the entities that they share. */
export function covarianceOf(name: GroupRateName, clusters: Clusters | null): Covariance {
  return boundedCovariance(clusters, (a, b) =>
    clusters === null ? 0 : rateCovariance(clusters, name, a, b),
  );
}

/** Σ over entities of their deviations in two groups, over the rows of each (linearisation of a ratio of sums). */
function rateCovariance(
  clusters: Clusters,
  name: GroupRateName,
  a: Pick<GroupValue, 'group' | 'value' | 'n'>,
  b: Pick<GroupValue, 'group' | 'value' | 'n'>,
): number {
  const { of, among } = GROUP_RATES[name];
  const deviation = (rate: number): Float64Array => {
    const all = indicator(among);
    return indicator(of).map((counted, cell) => counted - rate * (all[cell] as number));
  };
  return clusterCovariance(clusters, a, b, deviation(a.value), deviation(b.value));
}

/** Covariance over entities of two groups' statistics, each a sum over rows by n of rows' parts u and v. */
export function clusterCovariance(
  clusters: Clusters,
  a: Pick<GroupValue, 'group' | 'n'>,
  b: Pick<GroupValue, 'group' | 'n'>,
  u: Float64Array,
  v: Float64Array,
): number {
  const entities = a.group === b.group ? (clusters.entities[a.group] as number) : clusters.count;
  const sum = product(clusters, a.group, b.group, u, v);
  return (entities / Math.max(1, entities - 1)) * (sum / (a.n * b.n));
}

/** Parts of an entity's sums in a group: its rows in the four cells, and its scores less its labels. */
export const PARTS = CELLS + 1;

function indicator(cells: readonly number[]): Float64Array {
  const parts = new Float64Array(PARTS);
  for (const cell of cells) parts[cell] = 1;
  return parts;
}

/** Σ over entities of (u · parts in group a)(v · parts in group b). */
function product(clusters: Clusters, a: number, b: number, u: Float64Array, v: Float64Array): number {
  const width = PARTS * clusters.entities.length;
  const own = a === b;
  const moments = own ? clusters.within : clusters.between;
  if (moments === null) return 0;
  let sum = 0;
  for (let i = 0; i < PARTS; i++) {
    for (let j = 0; j < PARTS; j++) {
      const at = own ? PARTS * (PARTS * a + i) + j : (PARTS * a + i) * width + PARTS * b + j;
      sum += (u[i] as number) * (v[j] as number) * (moments[at] as number);
    }
  }
  return sum;
}
