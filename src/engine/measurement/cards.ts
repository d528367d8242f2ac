import type { Coded } from './document.js';

export interface CardPrecision {
  value: number;
  /** One precision a day, days ascending. */
  daily: Float64Array;
  /** Entities over all days that share the score at a cut which not all of them fit. */
  tied: number;
}

/**
 * Card precision at k, as the Fraud Detection Handbook's `card_precision_top_k` (Le Borgne et al. 2022): per calendar
 * day each entity's highest score and whether any of its rows is positive, entities found on earlier days left out;
 * the share of k that is positive among the k highest, averaged over the days with rows. A day with fewer than k
 * entities still divides by k. Equal scores go by entity, ascending.
 */
export function cardPrecision(
  k: number,
  scores: Float64Array,
  labels: Uint8Array,
  entity: Coded,
  days: Int32Array,
): CardPrecision {
  const { order, starts } = byDay(days);
  const entities = entity.names.length;
  const best = new Float64Array(entities);
  const positive = new Uint8Array(entities);
  const seenOn = new Int32Array(entities).fill(-1);
  const found = new Uint8Array(entities);
  const present = new Int32Array(entities);
  const daily = new Float64Array(starts.length - 1);
  let tied = 0;
  for (let day = 0; day + 1 < starts.length; day++) {
    let count = 0;
    for (let at = starts[day] as number; at < (starts[day + 1] as number); at++) {
      const row = order[at] as number;
      const code = entity.codes[row] as number;
      if (found[code] === 1) continue;
      const score = scores[row] as number;
      if (seenOn[code] !== day) {
        seenOn[code] = day;
        best[code] = score;
        positive[code] = labels[row] as number;
        present[count++] = code;
      } else {
        if (score > (best[code] as number)) best[code] = score;
        if (labels[row] === 1) positive[code] = 1;
      }
    }
    const top = highest(present, count, best, k);
    let hits = 0;
    for (const code of top) {
      if (positive[code] !== 1) continue;
      hits++;
      found[code] = 1;
    }
    daily[day] = hits / k;
    const last = top[top.length - 1];
    if (last !== undefined && count > top.length) {
      const cut = best[last] as number;
      let within = 0;
      for (const code of top) if (best[code] === cut) within++;
      let all = 0;
      for (let i = 0; i < count; i++) if (best[present[i] as number] === cut) all++;
      if (all > within) tied += all;
    }
  }
  let total = 0;
  for (const precision of daily) total += precision;
  return { value: total / daily.length, daily, tied };
}

/** Codes of the k highest, highest first, equal ones by code: a heap whose root is the weakest kept. */
function highest(codes: Int32Array, count: number, best: Float64Array, k: number): number[] {
  const weaker = (a: number, b: number): boolean => {
    const difference = (best[a] as number) - (best[b] as number);
    return difference < 0 || (difference === 0 && a > b);
  };
  const heap: number[] = [];
  const at = (i: number): number => heap[i] as number;
  const swap = (i: number, j: number): void => {
    const held = at(i);
    heap[i] = at(j);
    heap[j] = held;
  };
  for (let i = 0; i < count; i++) {
    const code = codes[i] as number;
    if (heap.length < k) {
      heap.push(code);
      for (let child = heap.length - 1; child > 0;) {
        const parent = (child - 1) >> 1;
        if (!weaker(at(child), at(parent))) break;
        swap(child, parent);
        child = parent;
      }
    } else if (weaker(at(0), code)) {
      heap[0] = code;
      for (let parent = 0; ;) {
        let child = 2 * parent + 1;
        if (child >= heap.length) break;
        if (child + 1 < heap.length && weaker(at(child + 1), at(child))) child++;
        if (!weaker(at(child), at(parent))) break;
        swap(child, parent);
        parent = child;
      }
    }
  }
  return heap.sort((a, b) => (weaker(b, a) ? -1 : 1));
}

/** Rows ordered by day, in file order within a day. */
export function byDay(days: Int32Array): { order: Int32Array; starts: number[] } {
  const counts = new Map<number, number>();
  for (const day of days) counts.set(day, (counts.get(day) ?? 0) + 1);
  const next = new Map<number, number>();
  const starts: number[] = [];
  let at = 0;
  for (const day of [...counts.keys()].sort((a, b) => a - b)) {
    starts.push(at);
    next.set(day, at);
    at += counts.get(day) ?? 0;
  }
  starts.push(at);
  const order = new Int32Array(days.length);
  for (let row = 0; row < days.length; row++) {
    const day = days[row] as number;
    const place = next.get(day) as number;
    order[place] = row;
    next.set(day, place + 1);
  }
  return { order, starts };
}
