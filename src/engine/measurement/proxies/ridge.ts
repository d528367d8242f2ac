import type { Binned } from './bins.js';

/** Rows that each bin is thought to have besides, of average group: so strongly coefficients are drawn to zero. */
const PRIOR_ROWS = 10;

/**
 * Foretells groups from binned features, each fold by what the others teach: least squares of every group's indicator on
 * the indicators of all bins, with a ridge penalty (Hoerl and Kennard 1970; Hastie, Tibshirani and Friedman 2009, 4.2).
 * Sums of each fold are kept, so that all rows are walked once for the sums and once for the predictions, and nothing
 * is iterated: the same rows give the same numbers.
 *
 * It is additive in the features; what only their interplay tells it does not see.
 *
 * @param foldOf of each row its fold
 * @returns by group one value a row, higher the likelier
 */
export function foretell(
  features: readonly Binned[],
  groups: ArrayLike<number>,
  groupCount: number,
  foldOf: Uint8Array,
  folds: number,
): Float64Array[] {
  const starts = [1];
  for (const { count } of features) starts.push((starts.at(-1) as number) + count);
  const width = starts.at(-1) as number;
  const rows = groups.length;
  const active = new Int32Array(features.length + 1);
  const place = (row: number): void => {
    features.forEach(({ bins }, feature) => {
      active[feature + 1] = (starts[feature] as number) + (bins[row] as number);
    });
  };
  const sums = Array.from({ length: folds }, () => ({
    products: new Float64Array(width * width),
    targets: new Float64Array(width * groupCount),
  }));
  for (let row = 0; row < rows; row++) {
    place(row);
    const { products, targets } = sums[foldOf[row] as number] as (typeof sums)[number];
    const group = groups[row] as number;
    for (let i = 0; i < active.length; i++) {
      const at = (active[i] as number) * width;
      const target = (active[i] as number) * groupCount + group;
      targets[target] = (targets[target] as number) + 1;
      for (let j = 0; j <= i; j++) {
        products[at + (active[j] as number)] = (products[at + (active[j] as number)] as number) + 1;
      }
    }
  }
  const foretold = Array.from({ length: groupCount }, () => new Float64Array(rows));
  for (let fold = 0; fold < folds; fold++) {
    const others = sums.filter((_, other) => other !== fold);
    const products = added(others.map((each) => each.products));
    const targets = added(others.map((each) => each.targets));
    for (let column = 1; column < width; column++) {
      const at = column * width + column;
      products[at] = (products[at] as number) + PRIOR_ROWS;
    }
    factorise(products, width);
    solve(products, width, targets, groupCount);
    for (let row = 0; row < rows; row++) {
      if (foldOf[row] !== fold) continue;
      place(row);
      for (let group = 0; group < groupCount; group++) {
        let sum = 0;
        for (const column of active) sum += targets[column * groupCount + group] as number;
        (foretold[group] as Float64Array)[row] = sum;
      }
    }
  }
  return foretold;
}

function added(parts: readonly Float64Array[]): Float64Array {
  const total = new Float64Array((parts[0] as Float64Array).length);
  for (const part of parts) {
    for (let i = 0; i < total.length; i++) total[i] = (total[i] as number) + (part[i] as number);
  }
  return total;
}

/** The Cholesky factor of a symmetric positive definite matrix, of which the lower half is read and overwritten. */
function factorise(matrix: Float64Array, width: number): void {
  for (let i = 0; i < width; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * width + j] as number;
      for (let k = 0; k < j; k++) {
        sum -= (matrix[i * width + k] as number) * (matrix[j * width + k] as number);
      }
      matrix[i * width + j] = i === j ? Math.sqrt(sum) : sum / (matrix[j * width + j] as number);
    }
  }
}

/** Solves for several right-hand sides at once, in place. */
function solve(factor: Float64Array, width: number, sides: Float64Array, count: number): void {
  for (let side = 0; side < count; side++) {
    for (let i = 0; i < width; i++) {
      let sum = sides[i * count + side] as number;
      for (let k = 0; k < i; k++) {
        sum -= (factor[i * width + k] as number) * (sides[k * count + side] as number);
      }
      sides[i * count + side] = sum / (factor[i * width + i] as number);
    }
    for (let i = width - 1; i >= 0; i--) {
      let sum = sides[i * count + side] as number;
      for (let k = i + 1; k < width; k++) {
        sum -= (factor[k * width + i] as number) * (sides[k * count + side] as number);
      }
      sides[i * count + side] = sum / (factor[i * width + i] as number);
    }
  }
}
