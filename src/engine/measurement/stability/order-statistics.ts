import { bucketOf, chooseBuckets } from '../buckets.js';

const MOST_BUCKETS = 2 ** 16;

/**
 * The values at ranks (0 the lowest), by counting values into buckets and sorting those buckets only that hold a rank.
 *
 * @param values finite, at least one
 * @param ranks each from 0 to values.length − 1
 */
export function valuesAtRanks(values: Float64Array, ranks: readonly number[]): Float64Array {
  let lowest = Infinity;
  let highest = -Infinity;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (value < lowest) lowest = value;
    if (value > highest) highest = value;
  }
  if (lowest === highest) return new Float64Array(ranks.length).fill(lowest);
  const buckets = chooseBuckets(lowest, highest, values, values, Math.min(MOST_BUCKETS, 64 + values.length));
  const places = new Uint32Array(buckets.count);
  for (let i = 0; i < values.length; i++) {
    const bucket = bucketOf(values[i] as number, buckets);
    places[bucket] = (places[bucket] as number) + 1;
  }
  const below = new Float64Array(buckets.count + 1);
  for (let b = 0; b < buckets.count; b++) below[b + 1] = (below[b] as number) + (places[b] as number);
  const holding = ranks.map((rank) => bucketHolding(below, rank));
  const open = new Map<number, { kept: Float64Array; at: number }>();
  const wanted = new Uint8Array(buckets.count);
  for (const bucket of holding) {
    wanted[bucket] = 1;
    open.set(bucket, { kept: new Float64Array(places[bucket] as number), at: 0 });
  }
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    const bucket = bucketOf(value, buckets);
    if (wanted[bucket] === 0) continue;
    const into = open.get(bucket) as { kept: Float64Array; at: number };
    into.kept[into.at++] = value;
  }
  for (const { kept } of open.values()) kept.sort();
  return Float64Array.from(ranks, (rank, i) => {
    const bucket = holding[i] as number;
    return open.get(bucket)?.kept[rank - (below[bucket] as number)] as number;
  });
}

function bucketHolding(below: Float64Array, rank: number): number {
  let low = 0;
  let high = below.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if ((below[middle] as number) <= rank) low = middle;
    else high = middle;
  }
  return low;
}

/** The rank of the p-quantile without interpolation: the least value with at least n·p values at or below it. */
export function quantileRank(p: number, n: number): number {
  return Math.min(n - 1, Math.max(0, Math.ceil(n * p) - 1));
}
