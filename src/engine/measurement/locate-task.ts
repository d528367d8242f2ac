import { BLOCK } from './blocks.js';
import { lotsOf, type Buckets } from './buckets.js';
import { partedRoom, placeRows } from './place-rows.js';
import { addOdds, FEW_ROWS, LEAST, ODDS_SIZE } from './odds.js';

export interface LocateShare {
  scores: Float64Array;
  labels: Uint8Array;
  from: number;
  to: number;
  /** Rows a lane: sums are kept lane by lane, so that they do not depend on who took which. */
  lane: number;
  /** The positives' distinct scores, ascending, and infinity after them. */
  values: Float64Array;
  buckets: Buckets;
  /** For each bucket the place in `values` where it begins; one more at the end. */
  starts: Int32Array;
  threshold: number;
  /** Whether all scores lie within 0 and 1, so that losses exist. */
  bounded: boolean;
  /** Of all rows, where the place of each is noted down (see `PLACE_BITS`); null: nobody asks for it. */
  placed: Uint32Array | null;
}

export interface Located {
  /** Negatives: entry 2j strictly below value j (and above value j − 1), entry 2j + 1 at it. */
  places: Uint32Array;
  /** Negatives a lot of buckets. */
  negatives: Uint32Array;
  /** Per lane and lot the sum of the scores of all rows. */
  scoreSums: Float64Array[];
  /** Per lane the scores by their odds (see `addOdds`), where they are probabilities and not few. */
  odds: Float64Array[];
  /** Per block: log loss, its square, squared error, its square. */
  losses: Float64Array;
  tp: number;
  fp: number;
}

/**
 * Finds the place of every negative among the sorted positives, and sums the losses.
 *
 * Curves turn only at the positives' scores, so the negatives need counting, not sorting.
 */
export function locate(share: LocateShare): Located {
  const { from, to, values, buckets, bounded, lane } = share;
  const counted = bounded && share.scores.length > FEW_ROWS;
  const located: Located = {
    places: new Uint32Array(new SharedArrayBuffer(8 * values.length)),
    negatives: new Uint32Array(lotsOf(buckets)),
    scoreSums: [],
    odds: [],
    losses: new Float64Array(4 * Math.ceil((to - from) / BLOCK)),
    tp: 0,
    fp: 0,
  };
  const room = partedRoom(Math.min(lane, to - from), buckets.count);
  for (let first = from; first < to; first += lane) {
    const sums = new Float64Array(lotsOf(buckets));
    located.scoreSums.push(sums);
    const odds = counted ? new Float64Array(new SharedArrayBuffer(8 * ODDS_SIZE)) : null;
    if (odds !== null) located.odds.push(odds);
    const last = Math.min(to, first + lane);
    placeRows(share, first, last, located, sums, room);
    if (!bounded) continue;
    for (let start = first; start < last; start += BLOCK) {
      const end = Math.min(last, start + BLOCK);
      sumLosses(share, start, end, located.losses, (4 * (start - from)) / BLOCK);
      if (odds !== null) addOdds(share.scores, start, end, odds);
    }
  }
  return located;
}

function sumLosses(
  { scores, labels }: LocateShare,
  start: number,
  end: number,
  losses: Float64Array,
  at: number,
): void {
  let loss = 0;
  let lossSquared = 0;
  let error = 0;
  let errorSquared = 0;
  for (let i = start; i < end; i++) {
    const score = scores[i] as number;
    const positive = labels[i] === 1;
    const given = positive ? score : 1 - score;
    const l = -Math.log(given > LEAST ? given : LEAST);
    const miss = positive ? 1 - score : score;
    const e = miss * miss;
    loss += l;
    lossSquared += l * l;
    error += e;
    errorSquared += e * e;
  }
  losses[at] = loss;
  losses[at + 1] = lossSquared;
  losses[at + 2] = error;
  losses[at + 3] = errorSquared;
}

/** The loss and the squared error of one row: what the sums are of. */
export function rowLoss(score: number, label: number): { logLoss: number; brier: number } {
  const given = label === 1 ? score : 1 - score;
  return { logLoss: -Math.log(Math.max(given, LEAST)), brier: (label - score) ** 2 };
}
