import fc from 'fast-check';
import { Ranker, rocAuc, standardErrorOfAuc, valueOf } from './ranks.js';

const present = fc.oneof(fc.float({ noNaN: true }), fc.constantFrom(0, -0, 1, -1, 2, Infinity, -Infinity));
const every = (rows: number) => Uint32Array.from({ length: rows }, (_, row) => row);

/** Share of pairs that are in order, by hand; a missing value is above all others (1) or below (−1). */
function byHand(values: Float32Array, label: Uint8Array, missing: number): number | undefined {
  const order = (left: number, right: number) => {
    if (Number.isNaN(left) || Number.isNaN(right))
      return Number.isNaN(left) === Number.isNaN(right) ? 0 : Number.isNaN(left) ? missing : -missing;
    return left > right ? 1 : left < right ? -1 : 0;
  };
  let sum = 0;
  let pairs = 0;
  values.forEach((positive, i) =>
    values.forEach((negative, j) => {
      if (label[i] !== 1 || label[j] !== 0) return;
      pairs += 1;
      sum += (1 + order(positive, negative)) / 2;
    }),
  );
  return pairs === 0 ? undefined : sum / pairs;
}

describe('ranks', () => {
  // scikit-learn 1.2.1: roc_auc_score([0,0,1,1,0,1], [.1,.4,.35,.8,.35,.4]) = 0.7777777777777778
  it('agree with scikit-learn on ties', () => {
    const values = Float32Array.from([0.1, 0.4, 0.35, 0.8, 0.35, 0.4]);
    expect(rocAuc(values, Uint8Array.from([0, 0, 1, 1, 0, 1]))).toBeCloseTo(7 / 9, 15);
  });

  it('count pairs exactly, missing values on the side where they tell more', () => {
    const rows = fc.array(fc.tuple(fc.oneof(present, fc.constant(Number.NaN)), fc.nat(1)), { maxLength: 40 });
    fc.assert(
      fc.property(rows, (pairs) => {
        const values = Float32Array.from(pairs, ([value]) => value);
        const label = Uint8Array.from(pairs, ([, one]) => one);
        const [high, low] = [byHand(values, label, 1), byHand(values, label, -1)];
        const found = rocAuc(values, label);
        if (high === undefined || low === undefined) expect(found).toBeUndefined();
        else
          expect(Math.abs((found ?? Number.NaN) - 0.5)).toBeCloseTo(
            Math.max(Math.abs(high - 0.5), Math.abs(low - 0.5)),
            12,
          );
      }),
    );
  });

  it('sort as numbers do, and give the numbers back', () => {
    fc.assert(
      fc.property(fc.array(present), (numbers) => {
        const values = Float32Array.from(numbers);
        const { negatives } = new Ranker(every(values.length), new Uint8Array(values.length)).rank(values);
        const back = Array.from(negatives.keys, valueOf);
        expect(back).toEqual(Array.from(values, (value) => value + 0).sort((a, b) => a - b));
      }),
    );
  });

  // Hanley and McNeil (1982): AUC 0.8 with 50 of each: Q1 = 2/3, Q2 = 0.7111, so the square root of
  // (0.16 + 49 × 0.026667 + 49 × 0.071111) / 2,500 = 0.044502
  it('have the standard error of Hanley and McNeil', () => {
    expect(standardErrorOfAuc(0.8, 50, 50)).toBeCloseTo(0.044502, 6);
  });
});
