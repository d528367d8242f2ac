import { BLOCK } from './blocks.js';
import { mergeDistinct, runLengths, sortAscending } from './collect-task.js';
import { keyOf, upperHalves, type Buckets } from './keys.js';

export interface RanksShare {
  scores: Float64Array;
  labels: Uint8Array;
  from: number;
  to: number;
  buckets: Buckets;
  /** For each bucket its calibration bin, or {@link OPEN} where a wanted rank lies inside it. */
  bins: Uint8Array;
  binCount: number;
}

/** Marks a bucket whose rows have to be looked at one by one. */
export const OPEN = 255;

export interface Ranks {
  /** Per block and bin: the sum of the scores in closed buckets. */
  sums: Float64Array;
  /** Rows and positives of each bin's closed buckets. */
  rows: Uint32Array;
  positives: Uint32Array;
  /** Distinct scores of the open buckets, ascending, with their negatives and positives. */
  open: { values: Float64Array; counts: Uint32Array[] };
}

/** Sums scores by calibration bin, and sorts out the few buckets that a cut goes through. */
export function resolveRanks(share: RanksShare): Ranks {
  const { scores, labels, from, to, buckets, bins, binCount } = share;
  const high = upperHalves(scores);
  const { base, shift } = buckets;
  const wide = base < 0;
  const blocks = Math.ceil((to - from) / BLOCK);
  const sums = new Float64Array(blocks * binCount);
  const rows = new Uint32Array(binCount);
  const positives = new Uint32Array(binCount);
  // One score may fill a bucket (ties): its first score is counted in place instead of being kept row by row.
  const pivots = new Map<number, { value: number; negatives: number; positives: number }>();
  const kept: [Growing, Growing] = [new Growing(), new Growing()];
  for (let start = from, block = 0; start < to; start += BLOCK, block++) {
    const end = Math.min(to, start + BLOCK);
    const offset = block * binCount;
    for (let i = start; i < end; i++) {
      const score = scores[i] as number;
      const label = labels[i] as number;
      const key = keyOf(high[2 * i + 1] as number);
      const bucket = wide ? Math.floor((key - base) / 2 ** shift) : (key - base) >>> shift;
      const bin = bins[bucket] as number;
      if (bin !== OPEN) {
        sums[offset + bin] = (sums[offset + bin] as number) + score;
        rows[bin] = (rows[bin] as number) + 1;
        positives[bin] = (positives[bin] as number) + label;
        continue;
      }
      const pivot = pivots.get(bucket);
      if (pivot === undefined) {
        pivots.set(bucket, { value: score, negatives: 1 - label, positives: label });
      } else if (pivot.value === score) {
        if (label === 1) pivot.positives++;
        else pivot.negatives++;
      } else {
        kept[label as 0 | 1].push(score);
      }
    }
  }
  const parts = kept.map((list, label) => {
    const { values, counts } = runLengths(sortAscending(list.take()));
    const none = new Uint32Array(values.length);
    return { values, counts: label === 1 ? [none, counts] : [counts, none] };
  });
  const alone = [...pivots.values()].sort((a, b) => a.value - b.value);
  parts.push({
    values: Float64Array.from(alone, (pivot) => pivot.value),
    counts: [
      Uint32Array.from(alone, (pivot) => pivot.negatives),
      Uint32Array.from(alone, (pivot) => pivot.positives),
    ],
  });
  return { sums, rows, positives, open: mergeDistinct(parts) };
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
