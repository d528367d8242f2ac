import { curvePoints, precisionAt } from './curve.js';
import { fairnessMeasures, type Judged } from './fairness.js';
import { Xoshiro128 } from './random.js';

export interface ReplicateShare {
  /** Replicates of this member, by number. */
  replicates: readonly number[];
  seed: number;
  /** Entity of each row, and how many entities there are; null: every row is its own. */
  codes: Int32Array | null;
  units: number;
  /** Entities of the rows in the one sorted order, and where the rows of each place of the curve begin. */
  sorted: Int32Array;
  /** Three places a distinct score: negatives below it, negatives at it, positives at it; then those above all. */
  places: Uint32Array;
  distinct: number;
  labels: Uint8Array;
  scores: Float64Array;
  /** Calibration bin of each row, held as cut in the whole sample; null: no calibration. */
  bins: Uint8Array | null;
  binCount: number;
  /** Log loss and squared error summed over each unit's rows; null: no losses. */
  logLoss: Float64Array | null;
  brier: Float64Array | null;
  fairness: readonly { cells: Int32Array; groups: number; judged: Judged }[];
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
      share.bins === null ? NaN : calibrationError(share, share.bins, weights, rows),
      points.tprAtFpr1,
      points.tprAtFpr5,
      rows < 100 ? NaN : precisionAt(100, curve).value,
    ];
    for (const column of share.fairness) {
      const counts = new Float64Array(4 * column.groups);
      const { cells } = column;
      const { codes } = share;
      for (let row = 0; row < cells.length; row++) {
        const cell = cells[row] as number;
        if (cell >= 0)
          counts[cell] =
            (counts[cell] as number) + (weights[codes === null ? row : (codes[row] as number)] as number);
      }
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

function calibrationError(
  share: ReplicateShare,
  bins: Uint8Array,
  weights: Uint32Array,
  rows: number,
): number {
  const { codes, labels, scores, binCount } = share;
  const gap = new Float64Array(binCount);
  for (let row = 0; row < bins.length; row++) {
    const weight = weights[codes === null ? row : (codes[row] as number)] as number;
    const bin = bins[row] as number;
    gap[bin] = (gap[bin] as number) + weight * ((labels[row] as number) - (scores[row] as number));
  }
  let error = 0;
  for (const difference of gap) error += Math.abs(difference);
  return error / rows;
}
