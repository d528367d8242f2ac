import type { Coded } from '../document.js';
import { categoryBins } from './bins.js';
import type { FeatureDrift } from './document.js';
import { compareBins, compareValues, type Layout } from './stability.js';

/** A column in both files. Numbers have NaN, categories the code −1, where a value is missing. */
export type FeaturePair =
  | { kind: 'numeric'; reference: Float64Array; values: Float64Array }
  | { kind: 'categorical'; reference: Coded; values: Coded };

/**
 * The characteristic stability index of one feature: the index of the score, of a feature, with a bin for what is
 * missing, and for categories one each, the rare ones pooled.
 *
 * One feature at a time, so that memory does not grow with their number.
 */
export function featureDrift(layout: Layout, pair: FeaturePair, minimumRows: number): FeatureDrift {
  const { whole, byMonth, missing } =
    pair.kind === 'numeric'
      ? compareValues(layout, pair.values, pair.reference, minimumRows)
      : compareCategories(layout, pair.reference, pair.values, minimumRows);
  return {
    kind: pair.kind,
    ...whole,
    missingShare: missing,
    ...(byMonth.length === 0 ? {} : { byMonth }),
  };
}

function compareCategories(
  layout: Layout,
  reference: Coded,
  values: Coded,
  minimumRows: number,
): ReturnType<typeof compareBins> {
  const binning = categoryBins(reference, values);
  const bins = new Uint8Array(layout.before + values.codes.length);
  bins.set(binning.ofReference, 0);
  bins.set(binning.ofCurrent, layout.before);
  return compareBins(layout, bins, binning, minimumRows);
}
