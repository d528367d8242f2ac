import { curvePoints } from './curve.js';
import { Xoshiro128 } from './random.js';
import { statistic, type StatisticRequest } from './statistics.js';
import { weighed } from './tally.js';

export interface ReplicateShare {
  /** Replicates of this member, by number. */
  replicates: readonly number[];
  /** Groups of units that this member leaves out in turn, by number. */
  leftOut: readonly number[];
  seed: number;
  /** How many entities there are, or rows where each is its own. */
  units: number;
  /** The jackknife group of each unit. */
  groupOf: Uint8Array;
  /** Units of the rows in the one sorted order, and where the rows of each place of the curve begin. */
  sorted: Int32Array;
  /** Three places a distinct score: negatives below it, negatives at it, positives at it; then those above all. */
  places: Uint32Array;
  distinct: number;
  requests: readonly StatisticRequest[];
}

/**
 * Bootstrap by entity: whole entities are drawn with replacement, and each row weighs what its entity was drawn.
 * The sorted order is the sample's own, so a replicate sorts nothing. A replicate's numbers depend on the seed and
 * on its number alone, so that two models measured on the same rows are drawn alike.
 *
 * @returns of each request its values, replicate by replicate and then left-out group by left-out group
 */
export function replicate(share: ReplicateShare): Float64Array[] {
  const { distinct, units, places, sorted, groupOf, requests } = share;
  const weights = new Uint16Array(units);
  const curve = {
    positives: new Uint32Array(distinct),
    ties: new Uint32Array(distinct),
    gaps: new Uint32Array(distinct + 1),
  };
  const columns = [curve.gaps, curve.ties, curve.positives] as const;
  const collected: ArrayLike<number>[][] = requests.map(() => []);
  const take = (): void => {
    for (let place = 0; place <= 3 * distinct; place++) {
      const end = places[place + 1] as number;
      let weight = 0;
      for (let at = places[place] as number; at < end; at++)
        weight += weights[sorted[at] as number] as number;
      columns[(place % 3) as 0 | 1 | 2][(place / 3) | 0] = weight;
    }
    const points = curvePoints(curve);
    const rows = points.totalPositives + points.totalNegatives;
    requests.forEach((request, place) => {
      const sums = request.tallies.map((tally) => weighed(tally, weights));
      collected[place]?.push(statistic(request, { curve, points, rows, sums, weights }));
    });
  };
  for (const number of share.replicates) {
    const random = new Xoshiro128(share.seed, number);
    weights.fill(0);
    for (let i = 0; i < units; i++) {
      const unit = random.below(units);
      weights[unit] = (weights[unit] as number) + 1;
    }
    take();
  }
  for (const group of share.leftOut) {
    for (let unit = 0; unit < units; unit++) weights[unit] = groupOf[unit] === group ? 0 : 1;
    take();
  }
  return collected.map(flat);
}

function flat(rows: readonly ArrayLike<number>[]): Float64Array {
  const width = rows[0]?.length ?? 0;
  const all = new Float64Array(rows.length * width);
  rows.forEach((row, place) => all.set(row, place * width));
  return all;
}
