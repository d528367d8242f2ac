import { measure } from './measure.js';

/** Enough rows and positives for chunks to be parted; scores crowd near 0, tie, and lie on whole steps. */
const ROWS = 200_000;
const scores = Float64Array.from({ length: ROWS }, (_, i) => {
  const u = ((i * 48271) % 2147483647) / 2147483647;
  return i % 3 === 0 ? u ** 8 : i % 3 === 1 ? u : Math.round(u * 1000) / 1000;
});
const labels = Uint8Array.from({ length: ROWS }, (_, i) => ((i * 7919) % 97 < 20 ? 1 : 0));

test('rows dealt into parts are placed as rows in order are', () => {
  const whole = measure({ scores, labels }).metrics;
  // The Mann–Whitney sum and the average precision over sorted rows, by their definitions.
  const rows = [...scores.keys()].sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0));
  const positives = labels.reduce((sum, label) => sum + label, 0);
  let [tp, fp, wins, precision] = [0, 0, 0, 0];
  for (let i = 0; i < ROWS;) {
    let [here, tied] = [0, 0];
    const score = scores[rows[i] ?? 0];
    for (; i < ROWS && scores[rows[i] ?? 0] === score; i++) {
      if (labels[rows[i] ?? 0] === 1) here++;
      else tied++;
    }
    wins += here * (ROWS - positives - fp - tied / 2);
    tp += here;
    fp += tied;
    precision += (here / positives) * (tp / (tp + fp));
  }
  expect(whole.rocAuc.value).toBeCloseTo(wins / positives / (ROWS - positives), 13);
  expect(whole.averagePrecision.value).toBeCloseTo(precision, 12);
});
