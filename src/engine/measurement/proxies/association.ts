import { absent, type Estimate } from '../document.js';
import { noncentralityInterval } from '../distributions.js';
import type { Binned } from './bins.js';

/** What a table of bins by groups tells of how they go together. */
export interface Association {
  cramersV: Estimate;
  uncertainty: { value: number; chance: number };
}

/**
 * Cramér's V with the bias of chance removed (Bergsma 2013) and the interval that inverts the non-central χ² of
 * Pearson's statistic (Smithson 2003); and the share of the groups' entropy that the bins tell (Theil 1970), with what
 * it comes to by chance, (bins − 1)(groups − 1)/2n over that entropy.
 *
 * @param groups of each row its group, all 0 … groupCount − 1 occurring
 */
export function association(feature: Binned, groups: ArrayLike<number>, groupCount: number): Association {
  const n = groups.length;
  const table = new Float64Array(feature.count * groupCount);
  for (let row = 0; row < n; row++) {
    const at = (feature.bins[row] as number) * groupCount + (groups[row] as number);
    table[at] = (table[at] as number) + 1;
  }
  const ofBin = new Float64Array(feature.count);
  const ofGroup = new Float64Array(groupCount);
  table.forEach((count, at) => {
    const [bin, group] = [Math.floor(at / groupCount), at % groupCount];
    ofBin[bin] = (ofBin[bin] as number) + count;
    ofGroup[group] = (ofGroup[group] as number) + count;
  });
  let chiSquare = 0;
  let information = 0;
  table.forEach((count, at) => {
    const expected =
      ((ofBin[Math.floor(at / groupCount)] as number) * (ofGroup[at % groupCount] as number)) / n;
    if (expected === 0) return;
    chiSquare += (count - expected) ** 2 / expected;
    if (count > 0) information += (count / n) * Math.log(count / expected);
  });
  const rows = ofBin.filter((count) => count > 0).length;
  const freedom = (rows - 1) * (groupCount - 1);
  const entropy = ofGroup.reduce((sum, count) => sum - (count / n) * Math.log(count / n), 0);
  const uncertainty = { value: Math.max(0, information / entropy), chance: freedom / (2 * n) / entropy };
  if (freedom === 0) return { cramersV: absent('the feature has one value'), uncertainty };
  const shrunk = (levels: number): number => levels - (levels - 1) ** 2 / (n - 1);
  const least = Math.min(shrunk(rows), shrunk(groupCount)) - 1;
  const value = Math.min(1, Math.sqrt(Math.max(0, chiSquare / n - freedom / (n - 1)) / least));
  const range = noncentralityInterval(chiSquare, freedom);
  const ofLambda = (lambda: number): number =>
    Math.min(1, Math.sqrt(lambda / n / (Math.min(rows, groupCount) - 1)));
  return {
    cramersV: {
      value,
      low: Math.min(value, ofLambda(range.low)),
      high: Math.max(value, ofLambda(range.high)),
      standardError: null,
      method: 'noncentral-chi-square',
    },
    uncertainty,
  };
}
