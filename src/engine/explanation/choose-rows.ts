import { Xoshiro128 } from '../measurement/random.js';

/** Streams of the one seed, so that one choice does not move another. */
export const STREAMS = {
  rows: 1,
  background: 2,
  explained: 3,
  curves: 4,
  shuffles: 1_000,
  bootstrap: 1_000_000,
  shapley: 2_000_000,
} as const;

export interface RowChoice {
  /** Rows for importance and curves: at most half of them positives, ascending. */
  sample: Int32Array;
  /** How many rows each stands for: rows of its class in the data over those taken. */
  weights: Float64Array;
  /** Drawn from all rows, each as likely. */
  background: Int32Array;
  explained: { row: number; kind: 'MISSED_POSITIVE' | 'FALSE_ALARM' | 'SAMPLED' }[];
}

export interface RowCounts {
  sampleRows: number;
  backgroundRows: number;
  explainedRows: number;
  /** Of each kind. */
  worstMisses: number;
}

/**
 * Chooses rows by the seed. Rare positives are taken more often than they occur, and weighed back, since a metric of few
 * positives tells little. The worst misses are the positives with the lowest and the negatives with the highest scores,
 * ties by row.
 */
export function chooseRows(
  labels: Uint8Array,
  scores: Float64Array,
  { sampleRows, backgroundRows, explainedRows, worstMisses }: RowCounts,
  seed: number,
): RowChoice {
  const rows = labels.length;
  let positives = 0;
  for (let row = 0; row < rows; row++) positives += labels[row] as number;
  const negatives = rows - positives;
  const half = Math.floor(sampleRows / 2);
  const share = Math.round((sampleRows * positives) / rows);
  const wanted = Math.min(rows, sampleRows);
  const takePositives = Math.min(positives, Math.max(share, half, wanted - negatives));
  const takeNegatives = Math.min(negatives, wanted - takePositives);
  const random = new Xoshiro128(seed, STREAMS.rows);
  const chosen = [
    ...pick(rows, positives, takePositives, random, (row) => labels[row] === 1),
    ...pick(rows, negatives, takeNegatives, random, (row) => labels[row] === 0),
  ].sort((a, b) => a - b);
  const everything = pick(
    rows,
    rows,
    Math.min(rows, backgroundRows),
    new Xoshiro128(seed, STREAMS.background),
  );
  const misses = [
    ...extremes(labels, scores, 1, worstMisses).map((row) => ({ row, kind: 'MISSED_POSITIVE' as const })),
    ...extremes(labels, scores, 0, worstMisses).map((row) => ({ row, kind: 'FALSE_ALARM' as const })),
  ];
  const sampled = pick(rows, rows, Math.min(rows, explainedRows), new Xoshiro128(seed, STREAMS.explained));
  return {
    sample: Int32Array.from(chosen),
    weights: Float64Array.from(chosen, (row) =>
      labels[row] === 1 ? positives / takePositives : negatives / takeNegatives,
    ),
    background: Int32Array.from(everything),
    explained: [...sampled.map((row) => ({ row, kind: 'SAMPLED' as const })), ...misses],
  };
}

/** Draws `take` of the `among` rows that qualify, without replacement, ascending (Knuth's algorithm S). */
function pick(
  rows: number,
  among: number,
  take: number,
  random: Xoshiro128,
  qualifies: (row: number) => boolean = () => true,
): number[] {
  const taken: number[] = [];
  let left = among;
  for (let row = 0; row < rows && taken.length < take; row++) {
    if (!qualifies(row)) continue;
    if (random.below(left) < take - taken.length) taken.push(row);
    left--;
  }
  return taken;
}

/** The rows of a class whose scores are furthest on the wrong side, worst first. */
function extremes(labels: Uint8Array, scores: Float64Array, label: number, count: number): number[] {
  const sign = label === 1 ? 1 : -1;
  const worst: number[] = [];
  const before = (a: number, b: number): boolean =>
    sign * (scores[a] as number) < sign * (scores[b] as number) || (scores[a] === scores[b] && a < b);
  for (let row = 0; row < labels.length; row++) {
    if (labels[row] !== label) continue;
    const last = worst.at(-1);
    if (worst.length === count && last !== undefined && !before(row, last)) continue;
    let at = worst.length;
    while (at > 0 && before(row, worst[at - 1] as number)) at--;
    worst.splice(at, 0, row);
    if (worst.length > count) worst.pop();
  }
  return worst;
}
