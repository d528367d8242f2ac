import { keyOf, wordsOf, type Buckets } from './buckets.js';
import { sortAscending } from './collect-task.js';
import { mergeDistinct, runLengths, type Distinct } from './distinct.js';

export interface RanksShare {
  scores: Float64Array;
  labels: Uint8Array;
  from: number;
  to: number;
  buckets: Buckets;
  /** For each lot of buckets 1 where its rows are wanted. */
  open: Uint8Array;
}

/**
 * Sorts out the few lots that a wanted rank falls into.
 *
 * @returns their distinct scores, ascending, with the counts of negatives and of positives
 */
export function openLots(share: RanksShare): Distinct {
  const { scores, labels, from, to, buckets, open } = share;
  const words = wordsOf(scores);
  const { linear, low, scale, coarse } = buckets;
  const rows: number[] = [];
  // One score may fill a lot (ties): the first met in each is counted in place instead of being kept row by row.
  const pivots = new Float64Array(open.length).fill(NaN);
  const tied: [Uint32Array, Uint32Array] = [new Uint32Array(open.length), new Uint32Array(open.length)];
  const kept: [Growing, Growing] = [new Growing(), new Growing()];
  for (let i = from; i < to; i++) {
    const score = scores[i] as number;
    const lot = ((((linear ? score : keyOf(words[2 * i + 1] as number)) - low) * scale) | 0) >>> coarse;
    if (open[lot] === 0) continue;
    const label = labels[i] as 0 | 1;
    const pivot = pivots[lot] as number;
    if (pivot === score) {
      const counts = tied[label];
      counts[lot] = (counts[lot] as number) + 1;
    } else if (Number.isNaN(pivot)) {
      pivots[lot] = score;
      tied[label][lot] = 1;
      rows.push(lot);
    } else {
      kept[label].push(score);
    }
  }
  const parts = kept.map((list, label): Distinct => {
    const { values, counts } = runLengths(sortAscending(list.take()));
    const none = new Uint32Array(values.length);
    return { values, counts: label === 1 ? [none, counts] : [counts, none] };
  });
  rows.sort((a, b) => a - b);
  parts.push({
    values: Float64Array.from(rows, (lot) => pivots[lot] as number),
    counts: tied.map((counts) => Uint32Array.from(rows, (lot) => counts[lot] as number)),
  });
  return mergeDistinct(parts);
}

/** A list of doubles that grows without an object a value. */
class Growing {
  private values = new Float64Array(1024);
  private length = 0;

  push(value: number): void {
    if (this.length === this.values.length) {
      const wider = new Float64Array(2 * this.length);
      wider.set(this.values);
      this.values = wider;
    }
    this.values[this.length++] = value;
  }

  take(): Float64Array {
    return this.values.slice(0, this.length);
  }
}
