import { BLOCK } from './blocks.js';
import { keyOf, wordsOf } from './buckets.js';
import { lowerBound, type RankPlan } from './calibration.js';
import { PLACE_BITS } from './place-rows.js';

/** A categorical column as a task sees it: a code a row, −1 missing. */
export interface Coding {
  codes: Int32Array;
  groups: number;
}

export interface GroupShare {
  scores: Float64Array;
  labels: Uint8Array;
  from: number;
  to: number;
  lane: number;
  threshold: number;
  columns: readonly Coding[];
  /** How rows fall into the calibration bins of the whole sample; null: no calibration. */
  bins: null | {
    count: number;
    plan: RankPlan;
    openValues: Float64Array;
    ofLot: Uint8Array;
    ofOpen: Uint8Array;
  };
}

/** A column's sums. Per group and bin of the whole sample; without calibration there is one bin. */
export interface ColumnTally {
  /** 4·(bins·group + bin) + 2·predicted + label. */
  counts: Float64Array;
  /** Scores, by bins·group + bin; and squares of score less label by group. */
  scoreSums: Float64Array;
  squares: Float64Array;
}

/** Counts rows by group, bin, prediction and label in one pass, lane by lane: a list of lanes, each of columns. */
export function tallyGroups(share: GroupShare): ColumnTally[][] {
  const { scores, labels, from, to, lane, threshold, columns, bins } = share;
  const binCount = bins?.count ?? 1;
  const cells = new Uint16Array(BLOCK);
  const words = wordsOf(scores);
  const lanes: ColumnTally[][] = [];
  for (let first = from; first < to; first += lane) {
    const tallies = columns.map(({ groups }) => ({
      counts: new Float64Array(4 * binCount * groups),
      scoreSums: new Float64Array(binCount * groups),
      squares: new Float64Array(groups),
    }));
    lanes.push(tallies);
    const last = Math.min(to, first + lane);
    for (let start = first; start < last; start += BLOCK) {
      const end = Math.min(last, start + BLOCK);
      for (let i = start; i < end; i++) {
        const score = scores[i] as number;
        let bin = 0;
        if (bins !== null) {
          const { linear, low, scale, coarse } = bins.plan.buckets;
          const bucket = (((linear ? score : keyOf(words[2 * i + 1] as number)) - low) * scale) | 0;
          const lot = bucket >>> coarse;
          bin = (
            bins.plan.open[lot] === 1 ? bins.ofOpen[lowerBound(bins.openValues, score)] : bins.ofLot[lot]
          ) as number;
        }
        cells[i - start] = 4 * bin + (score >= threshold ? 2 : 0) + (labels[i] as number);
      }
      columns.forEach(({ codes }, place) => {
        tallyBlock(codes, cells, scores, start, end, binCount, tallies[place] as ColumnTally);
      });
    }
  }
  return lanes;
}

function tallyBlock(
  codes: Int32Array,
  cells: Uint16Array,
  scores: Float64Array,
  start: number,
  end: number,
  binCount: number,
  { counts, scoreSums, squares }: ColumnTally,
): void {
  for (let i = start; i < end; i++) {
    const group = codes[i] as number;
    if (group < 0) continue;
    const cell = cells[i - start] as number;
    const score = scores[i] as number;
    const at = 4 * binCount * group + cell;
    counts[at] = (counts[at] as number) + 1;
    const sum = at >> 2;
    scoreSums[sum] = (scoreSums[sum] as number) + score;
    const miss = score - (cell & 1);
    squares[group] = (squares[group] as number) + miss * miss;
  }
}

export interface OrderShare {
  /** The place of each row: see `PLACE_BITS`. */
  placed: Uint32Array;
  /** Rows in places below each; one more at the end. */
  below: Uint32Array;
  /** The places of this member. */
  from: number;
  to: number;
}

/** Rows in the order of their places (a counting sort). */
export function orderRows({ placed, below, from, to }: OrderShare): Int32Array {
  const base = below[from] as number;
  const order = new Int32Array(new SharedArrayBuffer(4 * ((below[to] as number) - base)));
  const next = below.slice(from, to);
  for (let row = 0; row < placed.length; row++) {
    const code = placed[row] as number;
    const place = 3 * (code >>> PLACE_BITS) + (code & 3) - from;
    if (place < 0 || place >= next.length) continue;
    const at = next[place] as number;
    order[at - base] = row;
    next[place] = at + 1;
  }
  return order;
}
