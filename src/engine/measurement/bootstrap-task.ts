import { curvePoints, precisionAt } from './curve.js';
import { fairnessMeasures, type Judged } from './fairness.js';
import { Xoshiro128 } from './random.js';

export interface ReplicateShare {
  /** Replicates of this member, by number. */
  replicates: readonly number[];
  seed: number;
  /** How many entities there are, or rows where each is its own. */
  units: number;
  /** Entities of the rows in the one sorted order, and where the rows of each place of the curve begin. */
  sorted: Int32Array;
  /** Three places a distinct score: negatives below it, negatives at it, positives at it; then those above all. */
  places: Uint32Array;
  distinct: number;
  /** Label less score, by unit and by calibration bin as cut in the whole sample; null: no calibration. */
  gaps: Tally | null;
  binCount: number;
  /** Log loss and squared error summed over each unit's rows; null: no losses. */
  logLoss: Float64Array | null;
  brier: Float64Array | null;
  fairness: readonly { tally: Tally; groups: number; judged: Judged }[];
}

/** Sums over the rows of a unit that fall into a cell: one entry for each pair that occurs. */
export interface Tally {
  units: Int32Array;
  cells: Int32Array;
  sums: Float64Array;
}

/** One replicate's metrics, in this order; five more a fairness column. NaN where a value does not exist. */
export const REPLICATED = [
  'rocAuc',
  'gini',
  'averagePrecision',
  'ks',
  'logLoss',
  'brier',
  'expectedCalibrationError',
  'tprAtFpr1',
  'tprAtFpr5',
  'precisionAt100',
] as const;

/**
 * Bootstrap by entity: whole entities are drawn with replacement, and each row weighs what its entity was drawn.
 * The sorted order is the sample's own, so a replicate sorts nothing. A replicate's numbers depend on the seed and
 * on its number alone.
 */
export function replicate(share: ReplicateShare): Float64Array[] {
  const { distinct, units, places, sorted } = share;
  const weights = new Uint32Array(units);
  const curve = {
    positives: new Uint32Array(distinct),
    ties: new Uint32Array(distinct),
    gaps: new Uint32Array(distinct + 1),
  };
  const columns = [curve.gaps, curve.ties, curve.positives] as const;
  return share.replicates.map((number) => {
    const random = new Xoshiro128(share.seed, number);
    weights.fill(0);
    for (let i = 0; i < units; i++) {
      const unit = random.below(units);
      weights[unit] = (weights[unit] as number) + 1;
    }
    for (let place = 0; place <= 3 * distinct; place++) {
      const end = places[place + 1] as number;
      let weight = 0;
      for (let at = places[place] as number; at < end; at++)
        weight += weights[sorted[at] as number] as number;
      columns[(place % 3) as 0 | 1 | 2][(place / 3) | 0] = weight;
    }
    const points = curvePoints(curve);
    const rows = points.totalPositives + points.totalNegatives;
    const values = [
      points.rocAuc,
      2 * points.rocAuc - 1,
      points.averagePrecision,
      points.ks,
      share.logLoss === null ? NaN : weigh(weights, share.logLoss) / rows,
      share.brier === null ? NaN : weigh(weights, share.brier) / rows,
      share.gaps === null ? NaN : absoluteSum(weighed(share.gaps, weights, share.binCount)) / rows,
      points.tprAtFpr1,
      points.tprAtFpr5,
      rows < 100 ? NaN : precisionAt(100, curve).value,
    ];
    for (const column of share.fairness) {
      const counts = weighed(column.tally, weights, 4 * column.groups);
      values.push(...fairnessMeasures(counts, column.judged));
    }
    return Float64Array.from(values);
  });
}

function weigh(weights: Uint32Array, sums: Float64Array): number {
  let total = 0;
  for (let unit = 0; unit < weights.length; unit++)
    total += (weights[unit] as number) * (sums[unit] as number);
  return total;
}

/** Each cell's sum, units weighing what they were drawn. */
function weighed({ units, cells, sums }: Tally, weights: Uint32Array, count: number): Float64Array {
  const totals = new Float64Array(count);
  for (let i = 0; i < units.length; i++) {
    const cell = cells[i] as number;
    totals[cell] = (totals[cell] as number) + (weights[units[i] as number] as number) * (sums[i] as number);
  }
  return totals;
}

function absoluteSum(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += Math.abs(value);
  return sum;
}
