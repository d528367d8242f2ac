import { keyOf, wordsOf } from './buckets.js';
import type { LocateShare, Located } from './locate-task.js';

/**
 * A row's place on the curve as one number: 4·j + kind, j being the first of the positives' distinct scores that is not
 * below the row's, and kind 0 for a negative below it, 1 for a negative at it, 2 for a positive.
 */
export const PLACE_BITS = 2;

/** Rows that are parted at a time, and into how many parts: what a part looks up stays in the nearest cache. */
const CHUNK = 2 ** 20;
const PARTS = 2 ** 7;

/** Rows, and buckets, below which all lies near anyway. */
const FEW_ROWS = 2 ** 16;
const FEW_BUCKETS = 2 ** 14;

/** Room for a chunk. */
export interface Parted {
  scores: Float64Array;
  /** 2·row in the chunk + label. */
  rows: Uint32Array;
}

/** @param rows of the longest stretch that will be placed at once */
export function partedRoom(rows: number, buckets: number): Parted | null {
  if (rows < FEW_ROWS || buckets < FEW_BUCKETS) return null;
  const most = Math.min(CHUNK, rows);
  return { scores: new Float64Array(most), rows: new Uint32Array(most) };
}

/**
 * Places rows among the positives' distinct scores. Looking each up as it comes would fetch its bucket, its neighbours and
 * its count from afar; so a chunk of rows is first dealt into parts by their scores.
 */
export function placeRows(
  share: LocateShare,
  from: number,
  to: number,
  located: Located,
  sums: Float64Array,
  room: Parted | null,
): void {
  if (room === null) {
    placeInOrder(share, from, to, located, sums);
    return;
  }
  for (let start = from; start < to; start += CHUNK) {
    placeChunk(share, start, Math.min(to, start + CHUNK), located, sums, room);
  }
}

function placeInOrder(
  share: LocateShare,
  start: number,
  end: number,
  located: Located,
  sums: Float64Array,
): void {
  const { scores, labels, values, starts, threshold, placed } = share;
  const { linear, low: base, scale, coarse } = share.buckets;
  const { places, negatives } = located;
  const words = wordsOf(scores);
  let tp = 0;
  let fp = 0;
  for (let i = start; i < end; i++) {
    const score = scores[i] as number;
    const bucket = (((linear ? score : keyOf(words[2 * i + 1] as number)) - base) * scale) | 0;
    const lot = bucket >>> coarse;
    sums[lot] = (sums[lot] as number) + score;
    const positive = labels[i] === 1;
    if (positive) {
      if (score >= threshold) tp++;
      if (placed === null) continue;
    } else {
      if (score >= threshold) fp++;
      negatives[lot] = (negatives[lot] as number) + 1;
    }
    let low = starts[bucket] as number;
    let stop = starts[bucket + 1] as number;
    let kind = positive ? 2 : 0;
    // A score that a positive shares lies in that positive's bucket: an empty one needs no look at the values.
    if (low < stop) {
      while (stop - low > 6) {
        const middle = (low + stop) >>> 1;
        if ((values[middle] as number) < score) low = middle + 1;
        else stop = middle;
      }
      while (low < stop && (values[low] as number) < score) low++;
      if (kind === 0 && values[low] === score) kind = 1;
    }
    if (placed !== null) placed[i] = (low << PLACE_BITS) | kind;
    if (positive) continue;
    const place = 2 * low + kind;
    places[place] = (places[place] as number) + 1;
  }
  located.tp += tp;
  located.fp += fp;
}

function placeChunk(
  share: LocateShare,
  start: number,
  end: number,
  located: Located,
  sums: Float64Array,
  room: Parted,
): void {
  const { scores, labels, values, starts, threshold, placed } = share;
  const { linear, low: base, scale, coarse, count } = share.buckets;
  const { places, negatives } = located;
  const words = wordsOf(scores);
  let shift = 0;
  while ((count - 1) >>> shift >= PARTS) shift++;
  const next = new Uint32Array(PARTS + 1);
  for (let i = start; i < end; i++) {
    const bucket =
      (((linear ? (scores[i] as number) : keyOf(words[2 * i + 1] as number)) - base) * scale) | 0;
    const part = (bucket >>> shift) + 1;
    next[part] = (next[part] as number) + 1;
  }
  for (let part = 0; part < PARTS; part++)
    next[part + 1] = (next[part + 1] as number) + (next[part] as number);
  let tp = 0;
  let alerts = 0;
  for (let i = start; i < end; i++) {
    const score = scores[i] as number;
    const label = labels[i] as number;
    const bucket = (((linear ? score : keyOf(words[2 * i + 1] as number)) - base) * scale) | 0;
    const lot = bucket >>> coarse;
    sums[lot] = (sums[lot] as number) + score;
    negatives[lot] = (negatives[lot] as number) + 1 - label;
    if (score >= threshold) {
      alerts++;
      tp += label;
    }
    const part = bucket >>> shift;
    const at = next[part] as number;
    next[part] = at + 1;
    room.scores[at] = score;
    room.rows[at] = ((i - start) << 1) | label;
  }
  const partedWords = wordsOf(room.scores);
  for (let at = 0; at < end - start; at++) {
    const row = room.rows[at] as number;
    const label = row & 1;
    if (label === 1 && placed === null) continue;
    const score = room.scores[at] as number;
    const bucket = (((linear ? score : keyOf(partedWords[2 * at + 1] as number)) - base) * scale) | 0;
    let low = starts[bucket] as number;
    let stop = starts[bucket + 1] as number;
    let kind = 2 * label;
    if (low < stop) {
      while (stop - low > 6) {
        const middle = (low + stop) >>> 1;
        if ((values[middle] as number) < score) low = middle + 1;
        else stop = middle;
      }
      while (low < stop && (values[low] as number) < score) low++;
      if (kind === 0 && values[low] === score) kind = 1;
    }
    if (placed !== null) placed[start + (row >>> 1)] = (low << PLACE_BITS) | kind;
    if (kind === 2) continue;
    const place = 2 * low + kind;
    places[place] = (places[place] as number) + 1;
  }
  located.tp += tp;
  located.fp += alerts - tp;
}
