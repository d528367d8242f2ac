/** Rows that metrics are computed on: a weight each, since negatives may stand for several. */
export interface WeightedRows {
  /** 0 or 1. */
  labels: Uint8Array;
  /** How many rows each stands for; above 0. */
  weights: Float64Array;
}

/** Metrics of robustness: two of ranking, two at the fixed threshold. */
export const ROBUSTNESS_METRICS = [
  'rocAuc',
  'averagePrecision',
  'recallAtThreshold',
  'falsePositiveRateAtThreshold',
] as const;

export type RobustnessMetric = (typeof ROBUSTNESS_METRICS)[number];

/** A metric, and what each row contributes to its error: its weight times the metric's derivative by that weight. */
export interface Influenced {
  value: number;
  contributions: Float64Array;
}

/**
 * The metrics of weighted rows with their empirical influence: summed by entity and squared, contributions give the
 * variance of the infinitesimal jackknife (Jaeckel 1972; Efron 1982, chapter 6), and those of two score vectors over the
 * same rows may be subtracted first. For AUC with every row of its own entity that is DeLong's variance, but for
 * n − 1 in place of n.
 *
 * Ties count half in AUC; average precision is the step sum over distinct scores; predicted positive at
 * `score >= threshold`.
 *
 * @param scores finite
 * @returns null where one of the classes is missing
 */
export function influences(
  scores: Float64Array,
  { labels, weights }: WeightedRows,
  threshold: number,
): Record<RobustnessMetric, Influenced> | null {
  const rows = scores.length;
  let [positives, negatives, hits, alarms] = [0, 0, 0, 0];
  for (let row = 0; row < rows; row++) {
    const weight = weights[row] as number;
    const alert = (scores[row] as number) >= threshold;
    if (labels[row] === 1) {
      positives += weight;
      if (alert) hits += weight;
    } else {
      negatives += weight;
      if (alert) alarms += weight;
    }
  }
  if (positives === 0 || negatives === 0) return null;
  const recall = hits / positives;
  const falsePositiveRate = alarms / negatives;
  const ofRecall = new Float64Array(rows);
  const ofFalsePositives = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    const weight = weights[row] as number;
    const alert = (scores[row] as number) >= threshold ? 1 : 0;
    if (labels[row] === 1) ofRecall[row] = (weight * (alert - recall)) / positives;
    else ofFalsePositives[row] = (weight * (alert - falsePositiveRate)) / negatives;
  }
  return {
    ...ranking(scores, { labels, weights }, positives, negatives),
    recallAtThreshold: { value: recall, contributions: ofRecall },
    falsePositiveRateAtThreshold: { value: falsePositiveRate, contributions: ofFalsePositives },
  };
}

function ranking(
  scores: Float64Array,
  { labels, weights }: WeightedRows,
  positives: number,
  negatives: number,
): Record<'rocAuc' | 'averagePrecision', Influenced> {
  const rows = scores.length;
  const { order, starts } = descending(scores);
  const groups = starts.length - 1;
  const here = new Float64Array(groups);
  const others = new Float64Array(groups);
  for (let group = 0; group < groups; group++) {
    for (let at = starts[group] as number; at < (starts[group + 1] as number); at++) {
      const row = order[at] as number;
      const sums = labels[row] === 1 ? here : others;
      sums[group] = (sums[group] as number) + (weights[row] as number);
    }
  }
  // Of a positive of the group, the share of negatives below it; of a negative, the share of positives above it.
  const placedPositive = new Float64Array(groups);
  const placedNegative = new Float64Array(groups);
  const precision = new Float64Array(groups);
  /** Derivative of Σ precision · positives by a positive's, and a negative's, weight, but for its own term. */
  const throughPositive = new Float64Array(groups);
  const throughNegative = new Float64Array(groups);
  let [above, aboveNegative, auc, steps] = [0, 0, 0, 0];
  for (let group = 0; group < groups; group++) {
    const [p, n] = [here[group] as number, others[group] as number];
    placedPositive[group] = (negatives - aboveNegative - n / 2) / negatives;
    placedNegative[group] = (above + p / 2) / positives;
    auc += p * (placedPositive[group] as number);
    above += p;
    aboveNegative += n;
    const all = above + aboveNegative;
    precision[group] = above / all;
    steps += (p * above) / all;
    throughPositive[group] = (p * aboveNegative) / (all * all);
    throughNegative[group] = (p * above) / (all * all);
  }
  for (let group = groups - 2; group >= 0; group--) {
    throughPositive[group] = (throughPositive[group] as number) + (throughPositive[group + 1] as number);
    throughNegative[group] = (throughNegative[group] as number) + (throughNegative[group + 1] as number);
  }
  const rocAuc = auc / positives;
  const averagePrecision = steps / positives;
  const ofAuc = new Float64Array(rows);
  const ofPrecision = new Float64Array(rows);
  for (let group = 0; group < groups; group++) {
    for (let at = starts[group] as number; at < (starts[group + 1] as number); at++) {
      const row = order[at] as number;
      const weight = weights[row] as number;
      if (labels[row] === 1) {
        ofAuc[row] = (weight * ((placedPositive[group] as number) - rocAuc)) / positives;
        const own = (precision[group] as number) + (throughPositive[group] as number) - averagePrecision;
        ofPrecision[row] = (weight * own) / positives;
      } else {
        ofAuc[row] = (weight * ((placedNegative[group] as number) - rocAuc)) / negatives;
        ofPrecision[row] = (-weight * (throughNegative[group] as number)) / positives;
      }
    }
  }
  return {
    rocAuc: { value: rocAuc, contributions: ofAuc },
    averagePrecision: { value: averagePrecision, contributions: ofPrecision },
  };
}

/** Rows by score, highest first, and where each distinct score begins among them; one more at the end. */
function descending(scores: Float64Array): { order: Int32Array; starts: Int32Array } {
  const order = Int32Array.from(scores, (_, row) => row).sort(
    (a, b) => (scores[b] as number) - (scores[a] as number) || a - b,
  );
  const starts: number[] = [];
  order.forEach((row, at) => {
    if (at === 0 || scores[row] !== scores[order[at - 1] as number]) starts.push(at);
  });
  return { order, starts: Int32Array.from([...starts, order.length]) };
}
