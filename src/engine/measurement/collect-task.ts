import { keyOf, upperHalves } from './keys.js';

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
  lowestKey: number;
  highestKey: number;
  lowest: number;
  highest: number;
  /** First row whose score is not finite, or whose label is neither 0 nor 1; -1: none. */
  badScore: number;
  badLabel: number;
}

/** Checks a range of rows and sorts its positives. */
export function collect({ scores, labels, from, to }: CollectShare): Collected {
  let positives = 0;
  let badLabel = -1;
  for (let i = from; i < to; i++) {
    const label = labels[i] as number;
    positives += label;
    if (label > 1 && badLabel < 0) badLabel = i;
  }
  if (badLabel >= 0) positives = 0;
  const high = upperHalves(scores);
  let lowestKey = 0x7fffffff;
  let highestKey = -0x7fffffff;
  let lowest = Infinity;
  let highest = -Infinity;
  let badScore = -1;
  const found = new Float64Array(positives);
  let at = 0;
  for (let i = from; i < to; i++) {
    const score = scores[i] as number;
    const key = keyOf(high[2 * i + 1] as number);
    if (key < lowestKey) lowestKey = key;
    if (key > highestKey) highestKey = key;
    if (score < lowest) lowest = score;
    if (score > highest) highest = score;
    if (score - score !== 0 && badScore < 0) badScore = i;
    if (labels[i] === 1) found[at++] = score;
  }
  if (badScore >= 0 || badLabel >= 0) found.fill(0);
  const { values, counts } = runLengths(sortAscending(found));
  return { values, counts, positives, lowestKey, highestKey, lowest, highest, badScore, badLabel };
}

/** Sorts finite doubles; large arrays are scattered into buckets first, so that each is sorted within the cache. */
export function sortAscending(values: Float64Array): Float64Array {
  const n = values.length;
  if (n < 65536) return values.sort();
  const high = upperHalves(values);
  let least = Infinity;
  let most = -Infinity;
  for (let i = 0; i < n; i++) {
    const key = keyOf(high[2 * i + 1] as number);
    if (key < least) least = key;
    if (key > most) most = key;
  }
  let shift = 0;
  while ((most - least) / 2 ** shift >= 65536) shift++;
  const scale = 2 ** -shift;
  const ends = new Uint32Array(65537);
  for (let i = 0; i < n; i++) {
    const bucket = ((keyOf(high[2 * i + 1] as number) - least) * scale) | 0;
    ends[bucket + 1] = (ends[bucket + 1] as number) + 1;
  }
  for (let b = 0; b < 65536; b++) ends[b + 1] = (ends[b + 1] as number) + (ends[b] as number);
  const sorted = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const bucket = ((keyOf(high[2 * i + 1] as number) - least) * scale) | 0;
    const place = ends[bucket] as number;
    sorted[place] = values[i] as number;
    ends[bucket] = place + 1;
  }
  let start = 0;
  for (let b = 0; b < 65536; b++) {
    const end = ends[b] as number;
    if (end - start > 32) sorted.subarray(start, end).sort();
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

/** Distinct values of a sorted array with their counts. */
export function runLengths(sorted: Float64Array): { values: Float64Array; counts: Uint32Array } {
  const n = sorted.length;
  let distinct = 0;
  for (let i = 0; i < n; i++) if (i === 0 || sorted[i] !== sorted[i - 1]) distinct++;
  const values = new Float64Array(new SharedArrayBuffer(8 * distinct));
  const counts = new Uint32Array(new SharedArrayBuffer(4 * distinct));
  let at = -1;
  for (let i = 0; i < n; i++) {
    if (i === 0 || sorted[i] !== sorted[i - 1]) values[++at] = sorted[i] as number;
    counts[at] = (counts[at] as number) + 1;
  }
  return { values, counts };
}

/** Merges ascending distinct values with any number of count columns. */
export function mergeDistinct(parts: readonly { values: Float64Array; counts: readonly Uint32Array[] }[]): {
  values: Float64Array;
  counts: Uint32Array[];
} {
  return parts.reduce<{ values: Float64Array; counts: Uint32Array[] }>(
    (left, right) => mergeTwo(left, { values: right.values, counts: [...right.counts] }),
    { values: new Float64Array(0), counts: (parts[0]?.counts ?? []).map(() => new Uint32Array(0)) },
  );
}

function mergeTwo(
  a: { values: Float64Array; counts: Uint32Array[] },
  b: { values: Float64Array; counts: Uint32Array[] },
): { values: Float64Array; counts: Uint32Array[] } {
  const na = a.values.length;
  const nb = b.values.length;
  if (na === 0) return b;
  if (nb === 0) return a;
  const walk = (take: (i: number, j: number) => void): number => {
    let total = 0;
    for (let i = 0, j = 0; i < na || j < nb; total++) {
      const va = i < na ? (a.values[i] as number) : Infinity;
      const vb = j < nb ? (b.values[j] as number) : Infinity;
      take(va <= vb ? i++ : -1, vb <= va ? j++ : -1);
    }
    return total;
  };
  const total = walk(() => undefined);
  const values = new Float64Array(new SharedArrayBuffer(8 * total));
  const counts = a.counts.map(() => new Uint32Array(new SharedArrayBuffer(4 * total)));
  let at = 0;
  walk((i, j) => {
    values[at] = (i >= 0 ? a.values[i] : b.values[j]) as number;
    for (let c = 0; c < counts.length; c++) {
      (counts[c] as Uint32Array)[at] =
        (i >= 0 ? (a.counts[c]?.[i] as number) : 0) + (j >= 0 ? (b.counts[c]?.[j] as number) : 0);
    }
    at++;
  });
  return { values, counts };
}
