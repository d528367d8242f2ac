/** Scores in descending order, equal ones together: what a weighted metric walks. */
export interface Ranked {
  order: Int32Array;
  /** Where groups of equal scores begin in it; one more at the end. */
  starts: Int32Array;
}

export function ranked(scores: Float64Array): Ranked {
  const order = Int32Array.from(scores.keys());
  order.sort((a, b) => (scores[b] as number) - (scores[a] as number) || a - b);
  const starts: number[] = [];
  for (let at = 0; at < order.length; at++) {
    if (at === 0 || scores[order[at] as number] !== scores[order[at - 1] as number]) starts.push(at);
  }
  starts.push(order.length);
  return { order, starts: Int32Array.from(starts) };
}

/**
 * ROC AUC (Mann–Whitney, ties half) and average precision (step sum) of weighted rows; NaN where a class has no weight.
 */
export function weightedRanking(
  { order, starts }: Ranked,
  labels: Uint8Array,
  weights: Float64Array,
): { rocAuc: number; averagePrecision: number } {
  let positives = 0;
  let negatives = 0;
  let pairs = 0;
  let precision = 0;
  for (let group = 0; group + 1 < starts.length; group++) {
    let p = 0;
    let n = 0;
    const end = starts[group + 1] as number;
    for (let at = starts[group] as number; at < end; at++) {
      const row = order[at] as number;
      const weight = weights[row] as number;
      if (labels[row] === 1) p += weight;
      else n += weight;
    }
    pairs += n * (positives + p / 2);
    positives += p;
    negatives += n;
    if (p > 0) precision += (p * positives) / (positives + negatives);
  }
  return { rocAuc: pairs / positives / negatives, averagePrecision: precision / positives };
}

const LEAST = 1e-15;

/** Each row's −log of the probability given to its label. */
export function logLosses(scores: Float64Array, labels: Uint8Array): Float64Array {
  return scores.map((score, row) => -Math.log(Math.max(labels[row] === 1 ? score : 1 - score, LEAST)));
}

export function weightedMean(values: Float64Array, weights: Float64Array): number {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < values.length; i++) {
    sum += (weights[i] as number) * (values[i] as number);
    total += weights[i] as number;
  }
  return sum / total;
}
