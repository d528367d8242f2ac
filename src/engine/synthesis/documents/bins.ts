import { type Ranked, valueOf } from './ranks.js';

/** Bins of a feature, missing values (bin 0) included. */
export const BINS = 64;
const FROM_NEGATIVES = 36;
const FROM_POSITIVES = 24;

/**
 * Where a feature is cut: at quantiles of the negatives and of the positives, so that what is rare has its own bins
 * too. Bin 0 holds missing values; bin b values above `cuts[b − 2]` and at most `cuts[b − 1]`.
 */
export function cutsOf(negatives: Ranked, positives: Ranked): Float32Array {
  const cuts = new Set<number>();
  for (const [{ keys, missing }, count] of [
    [negatives, FROM_NEGATIVES],
    [positives, FROM_POSITIVES],
  ] as const) {
    const present = keys.length - missing;
    for (let q = 1; q <= count && present > 0; q += 1)
      cuts.add(valueOf(keys[Math.floor((q / (count + 1)) * present)] ?? 0));
  }
  return Float32Array.from(cuts).sort();
}

/** Some rows of a sample with their features as bins, row by row: `bins[row × features + f]`. */
export interface Binned {
  readonly rows: number;
  readonly features: number;
  readonly bins: Uint8Array;
  readonly label: Uint8Array;
}

/** Which rows are looked at: at most so many of each class, evenly spread over the sample. */
export function chosenRows(
  label: Uint8Array,
  mostPositives: number,
  mostNegatives: number,
  from = 0,
  to = label.length,
): Uint32Array {
  let positives = 0;
  for (let row = from; row < to; row += 1) positives += label[row] ?? 0;
  const steps = [
    Math.max(1, Math.ceil((to - from - positives) / mostNegatives)),
    Math.max(1, Math.ceil(positives / mostPositives)),
  ] as const;
  const chosen = new Uint32Array(
    Math.ceil((to - from - positives) / steps[0]) + Math.ceil(positives / steps[1]),
  );
  const seen = [0, 0];
  let at = 0;
  for (let row = from; row < to; row += 1) {
    const one = label[row] === 1 ? 1 : 0;
    const count = seen[one] ?? 0;
    seen[one] = count + 1;
    if (count % (steps[one] ?? 1) !== 0) continue;
    chosen[at] = row;
    at += 1;
  }
  return chosen;
}

export function binned(
  rows: Uint32Array,
  features: readonly Float32Array[],
  cuts: readonly Float32Array[],
  label: Uint8Array,
): Binned {
  const width = features.length;
  const bins = new Uint8Array(rows.length * width);
  const edges = new Float32Array(BINS);
  for (let f = 0; f < width; f += 1) {
    const values = features[f] as Float32Array;
    edges.fill(Infinity).set(cuts[f] as Float32Array);
    for (let at = 0; at < rows.length; at += 1) {
      const value = values[rows[at] ?? 0] ?? 0;
      // How many edges lie below, by halving without a branch: a guess of the processor would be wrong every other time.
      let below = 32 * +((edges[31] ?? 0) < value);
      below += 16 * +((edges[below + 15] ?? 0) < value);
      below += 8 * +((edges[below + 7] ?? 0) < value);
      below += 4 * +((edges[below + 3] ?? 0) < value);
      below += 2 * +((edges[below + 1] ?? 0) < value);
      below += +((edges[below] ?? 0) < value);
      bins[at * width + f] = (below + 1) * +(value === value);
    }
  }
  const chosenLabel = new Uint8Array(rows.length);
  for (let at = 0; at < rows.length; at += 1) chosenLabel[at] = label[rows[at] ?? 0] ?? 0;
  return { rows: rows.length, features: width, bins, label: chosenLabel };
}
