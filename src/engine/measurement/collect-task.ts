import { bucketOf, chooseBuckets } from './buckets.js';
import { runLengths } from './distinct.js';

export interface CollectShare {
  scores: Float64Array;
  labels: Uint8Array;
  from: number;
  to: number;
}

export interface Collected {
  /** The positives' distinct scores, ascending, and how many rows have each. */
  values: Float64Array;
  counts: Uint32Array;
  positives: number;
  lowest: number;
  highest: number;
  /** First row whose score is not finite, or whose label is neither 0 nor 1; -1: none. */
  badScore: number;
  badLabel: number;
}

/** Checks a range of rows and sorts its positives. */
export function collect({ scores, labels, from, to }: CollectShare): Collected {
  let positives = 0;
  let any = 0;
  for (let i = from; i < to; i++) {
    positives += labels[i] as number;
    any |= labels[i] as number;
  }
  let lowest = Infinity;
  let highest = -Infinity;
  // Grows to NaN at the first score that is not finite.
  let poison = 0;
  if (any <= 1) {
    for (let i = from; i < to; i++) {
      const score = scores[i] as number;
      if (score < lowest) lowest = score;
      if (score > highest) highest = score;
      poison += score - score;
    }
  }
  if (any > 1 || poison !== 0) {
    const none = { values: new Float64Array(0), counts: new Uint32Array(0), positives: 0, lowest, highest };
    return { ...none, ...firstBad(scores, labels, from, to) };
  }
  // One place more than there are positives: every row is written, and only a positive moves on.
  const found = new Float64Array(positives + 1);
  let at = 0;
  for (let i = from; i < to; i++) {
    found[at] = scores[i] as number;
    at += labels[i] as number;
  }
  const { values, counts } = runLengths(sortAscending(found.subarray(0, positives)));
  return { values, counts, positives, lowest, highest, badScore: -1, badLabel: -1 };
}

function firstBad(
  scores: Float64Array,
  labels: Uint8Array,
  from: number,
  to: number,
): { badScore: number; badLabel: number } {
  let badScore = -1;
  let badLabel = -1;
  for (let i = from; i < to; i++) {
    if (badScore < 0 && !Number.isFinite(scores[i])) badScore = i;
    if (badLabel < 0 && (labels[i] as number) > 1) badLabel = i;
  }
  return { badScore, badLabel };
}

/** Sorts finite doubles; large arrays are scattered into buckets first, so that each is sorted within the cache. */
export function sortAscending(values: Float64Array): Float64Array {
  const n = values.length;
  if (n < 65536) return values.sort();
  let lowest = Infinity;
  let highest = -Infinity;
  for (let i = 0; i < n; i++) {
    const value = values[i] as number;
    if (value < lowest) lowest = value;
    if (value > highest) highest = value;
  }
  const buckets = chooseBuckets(lowest, highest, values, values, Math.min(2 ** 20, n / 4));
  const places = new Uint32Array(n);
  const ends = new Uint32Array(buckets.count + 1);
  for (let i = 0; i < n; i++) {
    const bucket = bucketOf(values[i] as number, buckets);
    places[i] = bucket;
    ends[bucket + 1] = (ends[bucket + 1] as number) + 1;
  }
  for (let b = 0; b < buckets.count; b++) ends[b + 1] = (ends[b + 1] as number) + (ends[b] as number);
  const sorted = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const bucket = places[i] as number;
    const place = ends[bucket] as number;
    sorted[place] = values[i] as number;
    ends[bucket] = place + 1;
  }
  let start = 0;
  for (let b = 0; b < buckets.count; b++) {
    const end = ends[b] as number;
    if (end - start > 24) sorted.subarray(start, end).sort();
    else insertionSort(sorted, start, end);
    start = end;
  }
  return sorted;
}

function insertionSort(values: Float64Array, start: number, end: number): void {
  for (let i = start + 1; i < end; i++) {
    const value = values[i] as number;
    let j = i - 1;
    while (j >= start && (values[j] as number) > value) {
      values[j + 1] = values[j] as number;
      j--;
    }
    values[j + 1] = value;
  }
}
