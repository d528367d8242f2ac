import { readFileSync } from 'node:fs';
import { bca } from './intervals.js';
import { measure } from './measure.js';

interface Expected {
  value: number;
  standardError: number;
  low?: number;
  high?: number;
}

/** Made by `intervals.golden.py`, over all pairs of rows, with NumPy and SciPy. */
const golden = JSON.parse(readFileSync(new URL('./intervals.golden.json', import.meta.url), 'utf8')) as {
  cases: {
    sample: [rows: number, cuts: number, entities: number, seed: number];
    auc: Expected;
    aucClustered: Expected;
    averagePrecision: Expected;
    averagePrecisionClustered: Expected;
    brierClustered: Expected;
  }[];
  bca: [number, number];
};

test.each(golden.cases)('sample $sample', ({ sample, ...expected }) => {
  const [rows, cuts, entities, seed] = sample;
  const index = Array.from({ length: rows }, (_, i) => i);
  const labels = Uint8Array.from(index, (i) => ((i * 7919 + seed) % 97 < 17 ? 1 : 0));
  const scores = Float64Array.from(index, (i) => {
    const score =
      (0.7 * ((i * 48271 + seed * 7919) % 65537)) / 65537 +
      0.3 * (labels[i] ?? 0) * (((i * 31 + seed) % 11) / 10);
    return cuts === 0 ? score : Math.floor(score * cuts) / cuts;
  });
  const codes = Int32Array.from(index, (i) => (i * i + seed * i) % entities);
  const alone = measure({ scores, labels }).metrics;
  const entity = { codes, names: Array.from({ length: new Set(codes).size }, String) };
  const known = [...new Set(codes)].sort((a, b) => a - b);
  codes.forEach((code, row) => (codes[row] = known.indexOf(code)));
  const together = measure({ scores, labels, entity }).metrics;
  const check = (found: object, wanted: Expected): void => {
    for (const [name, number] of Object.entries(wanted) as [keyof typeof found, number][])
      expect(found[name]).toBeCloseTo(number, 9);
  };
  check(alone.rocAuc, expected.auc);
  check(alone.averagePrecision, expected.averagePrecision);
  check(together.rocAuc, expected.aucClustered);
  check(together.averagePrecision, expected.averagePrecisionClustered);
  check(together.brier, expected.brierClustered);
  expect(alone.gini.low).toBeCloseTo(2 * (expected.auc.low ?? NaN) - 1, 9);
});

test('BCa moves percentiles by bias and acceleration as NumPy and SciPy do', () => {
  const replicates = Float64Array.from(
    { length: 500 },
    (_, i) => Math.sin((i + 1) * 1.7) + ((i + 1) % 13) / 13,
  );
  const leftOut = Float64Array.from({ length: 40 }, (_, i) => (((i + 1) * 7) % 11) ** 1.5 / 40);
  const found = bca(0.75, replicates, leftOut);
  expect(found.low).toBeCloseTo(golden.bca[0], 12);
  expect(found.high).toBeCloseTo(golden.bca[1], 12);
});

test('BCa says why it does not exist', () => {
  const spread = Float64Array.from({ length: 50 }, (_, i) => i);
  expect(bca(-1, spread, spread)).toEqual({ reason: 'all replicates lie on one side of the value' });
  expect(bca(25, spread, new Float64Array(9).fill(4))).toMatchObject({
    reason: expect.stringContaining('the same') as string,
  });
  expect(bca(1, spread.subarray(0, 9), spread)).toEqual({ reason: 'fewer than 20 replicates' });
  expect(bca(2, spread, spread)).toMatchObject({
    reason: expect.stringContaining('beyond what 50 replicates') as string,
  });
});

const NEWCOMBE = 0.9246779951059441;

test('a perfect and a hopeless order have intervals with width, of rows and of entities', () => {
  const labels = Uint8Array.from({ length: 60 }, (_, i) => (i < 40 ? 0 : 1));
  const scores = Float64Array.from({ length: 60 }, (_, i) => i);
  const entity = {
    codes: Int32Array.from({ length: 60 }, (_, i) => i >> 1),
    names: Array.from({ length: 30 }, String),
  };
  const perfect = measure({ scores, labels }).metrics;
  // The root of 1 − θ = 1.96·√V(θ) with Newcombe's V for 20 and 40, by scipy.optimize.brentq.
  expect(perfect.rocAuc).toMatchObject({
    value: 1,
    high: 1,
    standardError: 0,
    low: expect.closeTo(NEWCOMBE, 9) as number,
  });
  expect(perfect.averagePrecision).toMatchObject({
    value: 1,
    high: 1,
    low: expect.closeTo(0.025 ** (1 / 20), 12) as number,
  });
  const hopeless = measure({ scores: scores.map((score) => -score), labels }).metrics;
  expect(hopeless.rocAuc).toMatchObject({
    value: 0,
    low: 0,
    high: expect.closeTo(1 - NEWCOMBE, 9) as number,
  });
  const clustered = measure({ scores, labels, entity }).metrics.rocAuc;
  expect(clustered.low ?? NaN).toBeLessThan(NEWCOMBE);
  expect(clustered.clusters).toBe(30);
});
