const DIGIT = 0x7ff;
const BUCKETS = 2_048;

/** Where a value that is missing stands: above all others. */
const MISSING = 0xffffffff;

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** Values of one class as integers of the same order, ascending. */
export interface Ranked {
  readonly keys: Uint32Array;
  readonly missing: number;
}

/** Sorts the values of some rows by radix, each class apart, in memory that it keeps. */
export class Ranker {
  private readonly keys: Uint32Array;
  private readonly other: Uint32Array;
  private readonly counts = new Uint32Array(3 * BUCKETS);
  private readonly classes: readonly [negatives: Uint32Array, positives: Uint32Array];
  private readonly sorted: readonly [negatives: Uint32Array, positives: Uint32Array];

  constructor(rows: Uint32Array, label: Uint8Array) {
    this.keys = new Uint32Array(rows.length);
    this.other = new Uint32Array(rows.length);
    this.classes = [rows.filter((row) => label[row] !== 1), rows.filter((row) => label[row] === 1)];
    this.sorted = [new Uint32Array(this.classes[0].length), new Uint32Array(this.classes[1].length)];
  }

  /** Valid until the next call. */
  rank(values: Float32Array): { negatives: Ranked; positives: Ranked } {
    const source = new Int32Array(values.buffer, values.byteOffset, values.length);
    return { negatives: this.sort(source, 0), positives: this.sort(source, 1) };
  }

  private sort(source: Int32Array, label: 0 | 1): Ranked {
    const { counts } = this;
    const rows = this.classes[label];
    const n = rows.length;
    let { keys, other } = this;
    counts.fill(0);
    let missing = 0;
    for (let at = 0; at < n; at += 1) {
      const raw = source[rows[at] ?? 0] ?? 0;
      let key = raw === NEGATIVE_ZERO ? ZERO : (raw ^ ((raw >> 31) | SIGN)) >>> 0;
      if ((raw & 0x7fffffff) > INFINITE) {
        key = MISSING;
        missing += 1;
      }
      keys[at] = key;
      const low = key & DIGIT;
      const middle = BUCKETS + ((key >>> 11) & DIGIT);
      const high = 2 * BUCKETS + (key >>> 22);
      counts[low] = (counts[low] ?? 0) + 1;
      counts[middle] = (counts[middle] ?? 0) + 1;
      counts[high] = (counts[high] ?? 0) + 1;
    }
    for (let digit = 0; digit < 3; digit += 1) {
      const shift = 11 * digit;
      const base = digit * BUCKETS;
      if (n === 0 || counts[base + (((keys[0] ?? 0) >>> shift) & DIGIT)] === n) continue;
      let sum = 0;
      for (let bucket = base; bucket < base + BUCKETS; bucket += 1) {
        const count = counts[bucket] ?? 0;
        counts[bucket] = sum;
        sum += count;
      }
      for (let at = 0; at < n; at += 1) {
        const key = keys[at] ?? 0;
        const bucket = base + ((key >>> shift) & DIGIT);
        const to = counts[bucket] ?? 0;
        other[to] = key;
        counts[bucket] = to + 1;
      }
      [keys, other] = [other, keys];
    }
    const sorted = this.sorted[label];
    sorted.set(keys.subarray(0, n));
    return { keys: sorted, missing };
  }
}

const SIGN = -0x80000000;
const ZERO = 0x80000000;
const NEGATIVE_ZERO = -0x80000000;
const INFINITE = 0x7f800000;

/** The value that a key stands for. */
export function valueOf(key: number): number {
  if (key === MISSING) return Number.NaN;
  bits[0] = key >= ZERO ? key - ZERO : ~key;
  return float[0] ?? 0;
}

/**
 * ROC AUC, Mann–Whitney with ties counted half, exact. Missing values count as the highest or as the lowest,
 * whichever tells more; undefined without a row of each class.
 *
 * @returns the area and whether it was below one half before it was turned over
 */
export function rankedAuc(
  negatives: Ranked,
  positives: Ranked,
): { auc: number; flipped: boolean } | undefined {
  const n = negatives.keys.length;
  const p = positives.keys.length;
  if (n === 0 || p === 0) return undefined;
  let at = 0;
  let twice = 0;
  for (let place = 0; place < p;) {
    const key = positives.keys[place] ?? 0;
    let ties = place;
    while (ties < p && positives.keys[ties] === key) ties += 1;
    while (at < n && (negatives.keys[at] ?? 0) < key) at += 1;
    let equal = at;
    while (equal < n && negatives.keys[equal] === key) equal += 1;
    twice += (ties - place) * (at + equal);
    at = equal;
    place = ties;
  }
  const highest = twice / 2 / (n * p);
  const lowest =
    highest +
    ((p - positives.missing) * negatives.missing - positives.missing * (n - negatives.missing)) / (n * p);
  const auc = Math.abs(lowest - 0.5) > Math.abs(highest - 0.5) ? lowest : highest;
  return { auc: Math.max(auc, 1 - auc), flipped: auc < 0.5 };
}

/** 0 … rows − 1. */
export function everyRow(rows: number): Uint32Array {
  const places = new Uint32Array(rows);
  for (let row = 0; row < rows; row += 1) places[row] = row;
  return places;
}

/**
 * ROC AUC of higher values among the rows with label 1; missing values count as the highest or the lowest, whichever
 * tells more. Undefined without a row of each class.
 */
export function rocAuc(values: Float32Array, label: Uint8Array): number | undefined {
  const { negatives, positives } = new Ranker(everyRow(label.length), label).rank(values);
  const found = rankedAuc(negatives, positives);
  return found === undefined ? undefined : found.flipped ? 1 - found.auc : found.auc;
}

/**
 * Standard error of a ROC AUC (Hanley and McNeil, Radiology 143, 1982), for independent rows.
 */
export function standardErrorOfAuc(auc: number, positives: number, negatives: number): number {
  const q1 = auc / (2 - auc);
  const q2 = (2 * auc * auc) / (1 + auc);
  const square = auc * auc;
  return Math.sqrt(
    (auc * (1 - auc) + (positives - 1) * (q1 - square) + (negatives - 1) * (q2 - square)) /
      (positives * negatives),
  );
}
