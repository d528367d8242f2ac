/**
 * Buckets of scores by the upper bits of their IEEE 754 representation: order-preserving without arithmetic, and
 * fine near 0 where the scores of a rare event crowd.
 */
export interface Buckets {
  /** Key of the lowest score. */
  base: number;
  /** Low bits of the key that a bucket spans. */
  shift: number;
  count: number;
}

const MOST_BITS = 18;

/**
 * The upper 32 bits of a double, little-endian half `high`, as an integer that grows with the double. Both zeros
 * share a key; equal doubles always do.
 */
export function keyOf(high: number): number {
  return high >= 0 ? high : (high ^ 0x7fffffff) + 1;
}

/** The upper halves of doubles. */
export function upperHalves(scores: Float64Array): Int32Array {
  return new Int32Array(scores.buffer, scores.byteOffset, scores.length * 2);
}

/** Buckets between the keys of the lowest and the highest score: about as many as rows, at most 2^18. */
export function bucketsBetween(lowest: number, highest: number, rows: number): Buckets {
  const span = highest - lowest;
  const most = 2 ** Math.min(MOST_BITS, Math.ceil(Math.log2(rows + 16)));
  let shift = 0;
  while (Math.floor(span / 2 ** shift) >= most) shift++;
  return { base: lowest, shift, count: Math.floor(span / 2 ** shift) + 1 };
}

const single = new Float64Array(1);
const halves = new Int32Array(single.buffer);

/** The key of a value. */
export function keyOfValue(value: number): number {
  single[0] = value;
  return keyOf(halves[1] as number);
}

export function bucketOf(value: number, { base, shift }: Buckets): number {
  return Math.floor((keyOfValue(value) - base) / 2 ** shift);
}
