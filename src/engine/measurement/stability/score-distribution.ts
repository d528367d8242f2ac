import type { ScoreDistribution } from './document.js';
import { quantileRank, valuesAtRanks } from './order-statistics.js';

const HISTOGRAM_BINS = 20;
const QUANTILES = [0, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1];

/**
 * The scores of both classes: a histogram of 20 bins of equal width (over 0 … 1 where all scores lie in it, else from
 * the lowest to the highest), and quantiles.
 *
 * @param scores finite
 * @param labels 0 or 1, both present
 */
export function scoreDistribution(scores: Float64Array, labels: Uint8Array): ScoreDistribution {
  let lowest = Infinity;
  let highest = -Infinity;
  let positives = 0;
  for (let i = 0; i < scores.length; i++) {
    const score = scores[i] as number;
    if (score < lowest) lowest = score;
    if (score > highest) highest = score;
    positives += labels[i] as number;
  }
  const probability = lowest >= 0 && highest <= 1;
  const from = probability ? 0 : lowest;
  const to = probability ? 1 : highest;
  const bins = from === to ? 1 : HISTOGRAM_BINS;
  const width = (to - from) / bins;
  const edge = (bin: number): number => (bin === bins ? to : from + bin * width);
  const counts = new Float64Array(2 * bins);
  const ofClass = [new Float64Array(scores.length - positives), new Float64Array(positives)] as const;
  const filled = [0, 0];
  for (let i = 0; i < scores.length; i++) {
    const score = scores[i] as number;
    const label = labels[i] as 0 | 1;
    let bin = bins === 1 ? 0 : Math.min(bins - 1, Math.floor((score - from) / width));
    // The division may round across an edge that is printed.
    if (score < edge(bin)) bin--;
    else if (bin < bins - 1 && score >= edge(bin + 1)) bin++;
    counts[2 * bin + label] = (counts[2 * bin + label] as number) + 1;
    const at = filled[label] as number;
    ofClass[label][at] = score;
    filled[label] = at + 1;
  }
  const [negative, positive] = ofClass;
  const quantiles = [scores, negative, positive].map((values) =>
    valuesAtRanks(
      values,
      QUANTILES.map((p) => quantileRank(p, values.length)),
    ),
  );
  return {
    histogram: Array.from({ length: bins }, (_, bin) => ({
      from: edge(bin),
      to: edge(bin + 1),
      negatives: counts[2 * bin] as number,
      positives: counts[2 * bin + 1] as number,
    })),
    quantiles: QUANTILES.map((p, i) => ({
      p,
      all: quantiles[0]?.[i] as number,
      negatives: quantiles[1]?.[i] as number,
      positives: quantiles[2]?.[i] as number,
    })),
  };
}
