import { lowerBound } from './calibration.js';
import { byDay } from './cards.js';
import { sortAscending } from './collect-task.js';
import { runLengths } from './distinct.js';
import type { Coded } from './document.js';

/** The entities of each day by their highest score, highest first and equal ones by entity: what card precision walks. */
export interface CardDays {
  k: number;
  entities: Int32Array;
  /** Whether any of the entity's rows of the day is positive. */
  positive: Uint8Array;
  /** Where each day begins; one more at the end. */
  starts: Int32Array;
}

/** Sorts the pairs of day and entity once, so that replicates walk as few of them as it takes to find k. */
export function cardDays(
  k: number,
  scores: Float64Array,
  labels: Uint8Array,
  entity: Coded,
  days: Int32Array,
): CardDays {
  const { order, starts: rowStarts } = byDay(days);
  const seenOn = new Int32Array(entity.names.length).fill(-1);
  const pairOf = new Int32Array(entity.names.length);
  const best = new Float64Array(order.length);
  const codes = new Int32Array(order.length);
  const hit = new Uint8Array(order.length);
  const starts = new Int32Array(new SharedArrayBuffer(4 * rowStarts.length));
  let pairs = 0;
  for (let day = 0; day + 1 < rowStarts.length; day++) {
    starts[day] = pairs;
    for (let at = rowStarts[day] as number; at < (rowStarts[day + 1] as number); at++) {
      const row = order[at] as number;
      const code = entity.codes[row] as number;
      const score = scores[row] as number;
      if (seenOn[code] !== day) {
        seenOn[code] = day;
        pairOf[code] = pairs;
        codes[pairs] = code;
        best[pairs++] = score;
      }
      const pair = pairOf[code] as number;
      if (score > (best[pair] as number)) best[pair] = score;
      if (labels[row] === 1) hit[pair] = 1;
    }
  }
  starts[rowStarts.length - 1] = pairs;

  // Three stable counting sorts, the least important key first: entity, then score, then day.
  let sequence = countingSort(identity(pairs), (pair) => codes[pair] as number, entity.names.length);
  const { values } = runLengths(sortAscending(best.slice(0, pairs)));
  const rank = new Int32Array(pairs);
  for (let pair = 0; pair < pairs; pair++)
    rank[pair] = values.length - 1 - lowerBound(values, best[pair] as number);
  sequence = countingSort(sequence, (pair) => rank[pair] as number, values.length);
  const dayOf = new Int32Array(pairs);
  for (let day = 0; day + 1 < starts.length; day++) dayOf.fill(day, starts[day], starts[day + 1]);
  sequence = countingSort(sequence, (pair) => dayOf[pair] as number, starts.length);

  const entities = new Int32Array(new SharedArrayBuffer(4 * pairs));
  const positive = new Uint8Array(new SharedArrayBuffer(pairs));
  for (let at = 0; at < pairs; at++) {
    const pair = sequence[at] as number;
    entities[at] = codes[pair] as number;
    positive[at] = hit[pair] as number;
  }
  return { k, entities, positive, starts };
}

/**
 * Card precision where entities weigh what they were drawn: an entity drawn twice is two cards of the same scores, of
 * which a cut may take one. NaN where no day holds any of those drawn.
 */
export function cardPrecisionDrawn(
  { k, entities, positive, starts }: CardDays,
  weights: Uint16Array,
): number {
  const left = weights.slice();
  let total = 0;
  let days = 0;
  for (let day = 0; day + 1 < starts.length; day++) {
    let room = k;
    let hits = 0;
    let seen = false;
    const end = starts[day + 1] as number;
    for (let at = starts[day] as number; at < end && room > 0; at++) {
      const entity = entities[at] as number;
      if ((weights[entity] as number) === 0) continue;
      seen = true;
      const here = Math.min(left[entity] as number, room);
      room -= here;
      if (positive[at] !== 1) continue;
      hits += here;
      left[entity] = (left[entity] as number) - here;
    }
    if (!seen) continue;
    days++;
    total += hits / k;
  }
  return days === 0 ? NaN : total / days;
}

function identity(length: number): Int32Array {
  const order = new Int32Array(length);
  for (let i = 0; i < length; i++) order[i] = i;
  return order;
}

/** Reorders by an integer key below `limit`, equal ones as they stood. */
function countingSort(order: Int32Array, keyOf: (item: number) => number, limit: number): Int32Array {
  const next = new Int32Array(limit + 1);
  for (const item of order) {
    const key = keyOf(item);
    next[key + 1] = (next[key + 1] as number) + 1;
  }
  for (let key = 0; key < limit; key++) next[key + 1] = (next[key + 1] as number) + (next[key] as number);
  const sorted = new Int32Array(order.length);
  for (const item of order) {
    const key = keyOf(item);
    const at = next[key] as number;
    sorted[at] = item;
    next[key] = at + 1;
  }
  return sorted;
}
