/**
 * A monotone map of scores to small integers, so that sorting and searching begin next to their goal. Either linear
 * between the lowest and the highest score, or by the upper bits of the IEEE 754 representation: those follow the
 * score's magnitude, and are fine near 0, where the scores of a rare event crowd.
 */
export interface Buckets {
  linear: boolean;
  /** A bucket is ⌊(x − low)·scale⌋, x being the score or its {@link keyOf key}. */
  low: number;
  scale: number;
  count: number;
  /** Buckets are counted in lots of 2^coarse, few enough to stay in the nearest cache. */
  coarse: number;
}

const MOST_LOTS = 2 ** 12;

/**
 * The upper 32 bits of a double as an integer that grows with the double. Both zeros share a key; equal doubles
 * always do.
 */
export function keyOf(high: number): number {
  return high >= 0 ? high : (high ^ 0x7fffffff) + 1;
}

/** The words of doubles; the upper one of value i is word 2i + 1 (every platform of Node is little-endian). */
export function wordsOf(scores: Float64Array): Int32Array {
  return new Int32Array(scores.buffer, scores.byteOffset, scores.length * 2);
}

const single = new Float64Array(1);
const words = wordsOf(single);

function keyOfValue(value: number): number {
  single[0] = value;
  return keyOf(words[1] as number);
}

export function bucketOf(value: number, { linear, low, scale }: Buckets): number {
  return Math.trunc(((linear ? value : keyOfValue(value)) - low) * scale);
}

export function lotOf(value: number, buckets: Buckets): number {
  return bucketOf(value, buckets) >>> buckets.coarse;
}

/**
 * Of the two maps the one under which the values that will be searched share their buckets least.
 *
 * @param values what will be searched, or sorted
 * @param scores what will be looked for
 * @param wanted about how many buckets
 */
export function chooseBuckets(
  lowest: number,
  highest: number,
  values: Float64Array,
  scores: Float64Array,
  wanted: number,
): Buckets {
  const byBits = bitBuckets(lowest, highest, wanted);
  const evenly = linearBuckets(lowest, highest, wanted);
  if (evenly === null) return byBits;
  return crowding(evenly, values, scores) <= crowding(byBits, values, scores) ? evenly : byBits;
}

function bitBuckets(lowest: number, highest: number, wanted: number): Buckets {
  const low = keyOfValue(lowest);
  const span = keyOfValue(highest) - low;
  let shift = 0;
  while (span / 2 ** shift >= wanted) shift++;
  return finished({ linear: false, low, scale: 2 ** -shift, count: 0, coarse: 0 }, highest);
}

function linearBuckets(lowest: number, highest: number, wanted: number): Buckets | null {
  const scale = (wanted - 1) / (highest - lowest);
  if (!Number.isFinite(scale) || scale === 0) return null;
  return finished({ linear: true, low: lowest, scale, count: 0, coarse: 0 }, highest);
}

function finished(buckets: Buckets, highest: number): Buckets {
  const count = bucketOf(highest, buckets) + 1;
  let coarse = 0;
  while (count / 2 ** coarse > MOST_LOTS) coarse++;
  return { ...buckets, count, coarse };
}

/** What a search costs under a map: steps within a bucket, and rows beside a rank that is looked for. Sampled. */
function crowding(buckets: Buckets, values: Float64Array, scores: Float64Array): number {
  const held = new Uint32Array(buckets.count);
  const each = Math.max(1, Math.floor(values.length / 65536));
  for (let j = 0; j < values.length; j += each) {
    const bucket = bucketOf(values[j] as number, buckets);
    held[bucket] = (held[bucket] as number) + 1;
  }
  const lots = new Uint32Array(lotsOf(buckets));
  const step = Math.max(1, Math.floor(scores.length / 8192));
  let steps = 0;
  let sampled = 0;
  for (let i = 0; i < scores.length; i += step, sampled++) {
    const bucket = bucketOf(scores[i] as number, buckets);
    steps += Math.log2(1 + each * (held[bucket] as number));
    const lot = bucket >>> buckets.coarse;
    lots[lot] = (lots[lot] as number) + 1;
  }
  let beside = 0;
  for (const lot of lots) beside += (lot / sampled) ** 2;
  return steps / sampled + 50 * beside;
}

/** How many lots of buckets there are. */
export function lotsOf({ count, coarse }: Buckets): number {
  return ((count - 1) >>> coarse) + 1;
}
