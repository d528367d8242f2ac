import { exp } from '../arithmetic.js';
import { grow, scoresOf } from './baseline.js';
import { binned, cutsOf } from './bins.js';
import { Ranker, rocAuc } from './ranks.js';

const { imul } = Math;

/** Rows whose eight features are uniform and whose risk is a rule, a curve and a product; one feature is at times missing. */
function drawn(rows: number, seed: number) {
  let state = seed;
  const uniform = () => (state = (imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
  const features = Array.from({ length: 8 }, () => new Float32Array(rows));
  const label = new Uint8Array(rows);
  for (let row = 0; row < rows; row += 1) {
    const drawn = Array.from({ length: 9 }, uniform);
    features.forEach((values, f) => (values[row] = drawn[f] ?? 0));
    const [a, b, c, d, e] = features.map((values) => values[row] ?? 0) as [
      number,
      number,
      number,
      number,
      number,
    ];
    const risk = (a > 0.7 && b < 0.4 ? 2.5 : 0) + 4 * Math.abs(c - 0.5) + 1.5 * d * e;
    if ((drawn[5] ?? 0) < 0.05) (features[2] as Float32Array)[row] = Number.NaN;
    label[row] = (drawn[8] ?? 0) < 1 / (1 + exp(5 - risk)) ? 1 : 0;
  }
  return { features, label };
}

function judged() {
  const [taught, held] = [drawn(12_000, 7), drawn(8_000, 11)];
  const every = (rows: number) => Uint32Array.from({ length: rows }, (_, row) => row);
  const ranker = new Ranker(every(12_000), taught.label);
  const cuts = taught.features.map((values) => {
    const { negatives, positives } = ranker.rank(values);
    return cutsOf(negatives, positives);
  });
  const forest = grow(binned(every(12_000), taught.features, cuts, taught.label));
  const scores = scoresOf(forest, binned(every(8_000), held.features, cuts, held.label));
  return { forest, scores, auc: rocAuc(scores, held.label) ?? 0, label: held.label };
}

describe('baseline', () => {
  const once = judged();

  // scikit-learn 1.2.1, HistGradientBoostingClassifier(random_state=0) with its defaults, on the same rows: 0.78405.
  // On samples of the presets at 350,000 rows, seed a, grown on at most 3,000 positives and 18,000 others: it 0.9517,
  // this 0.9551 (payments); it 0.8953, this 0.8917 (credit); it 0.8826, this 0.9186 (network, of 106 positives).
  it('ranks as well as a well-known implementation does on the same rows, within 0.01', () => {
    const { auc } = once;
    expect(Math.abs(auc - 0.78405)).toBeLessThan(0.01);
  });

  it('gives the same scores again, to the bit', () => {
    expect(judged().scores).toEqual(once.scores);
  });

  it('finds out which features matter', () => {
    const { importance } = once.forest;
    expect(importance.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
    for (const noise of [5, 6, 7])
      for (const told of [0, 2]) expect(importance[noise]).toBeLessThan(importance[told] ?? 0);
  });
});
