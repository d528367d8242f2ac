import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { type FeatureTable, featureTable, type ScoreRows, takeRows } from '../tables/index.js';
import { kendallTau, rankBiasedOverlap } from './agreement.js';
import { chooseRows } from './choose-rows.js';
import { correlatedClusters } from './correlated.js';
import { accumulatedEffects, partialDependence } from './curves.js';
import { Evaluations } from './evaluations.js';
import { explain, rowsToExplain, settleExplanation } from './index.js';
import { permutationImportance } from './permutation-importance.js';
import { bootstrapWeights } from './replicates.js';
import { shapleyValues, type ShapleyOptions } from './shapley.js';
import { ranked, weightedRanking } from './weighted-metrics.js';

interface Tree {
  left: number[];
  right: number[];
  feature: number[];
  threshold: number[];
  value: number[];
}

interface Curve {
  edges: number[];
  curve: number[];
}

// golden.py, by NumPy 1.24, SciPy 1.10 and scikit-learn 1.2
const golden = JSON.parse(readFileSync(new URL('./golden.json', import.meta.url), 'utf8')) as {
  X: number[][];
  y: number[];
  trees: Tree[];
  scores: number[];
  coefficients: number[];
  shapley: { forest: number[][]; linear: number[][] };
  dependence: { grid: number[]; mean: number[] };
  ale: Curve;
  weightedAle: Curve;
  weighted: { weights: number[]; scores: number[]; rocAuc: number; averagePrecision: number };
  importance: Record<'rocAuc' | 'averagePrecision' | 'logLoss', { mean: number[]; std: number[] }>;
  spearman: number;
  kendall: { a: number[]; b: number[]; tau: number };
  rbo: { a: number[]; b: number[]; value: number };
};

const table = featureTable(
  Object.fromEntries(golden.X.map((column, i) => [`x${i}`, Float64Array.from(column)])),
);
const labels = Uint8Array.from(golden.y);
const evenly = new Float64Array(table.rows).fill(1);

type RowScore = (value: (feature: number) => number) => number;

const byRow =
  (score: RowScore): ScoreRows =>
  (rows) =>
    Promise.resolve(
      Float64Array.from({ length: rows.rows }, (_, row) =>
        score((feature) => Number(rows.columns[feature]?.[row])),
      ),
    );

const forest = byRow((value) => {
  let sum = 0;
  for (const { left, right, feature, threshold, value: leaf } of golden.trees) {
    let node = 0;
    while (left[node] !== -1) {
      // scikit-learn compares in single precision.
      const goes = Math.fround(value(feature[node] as number)) <= (threshold[node] as number);
      node = (goes ? left[node] : right[node]) as number;
    }
    sum += leaf[node] as number;
  }
  return sum / golden.trees.length;
});

const linear = byRow((value) => golden.coefficients.reduce((sum, beta, i) => sum + beta * value(i), 0.3));

const rows = (from: number, to: number): FeatureTable =>
  takeRows(
    table,
    Array.from({ length: to - from }, (_, i) => from + i),
  );

const near = (found: ArrayLike<number>, expected: readonly number[], digits = 12): void => {
  expect(found).toHaveLength(expected.length);
  expected.forEach((value, i) => expect(found[i]).toBeCloseTo(value, digits));
};

const options: ShapleyOptions = { pairs: 2, seed: 5, units: 'SCORE' };
const numbers = [40, 41, 42, 43];

test('the forest of the golden file is the one that scikit-learn scored', async () => {
  near(await forest(table), golden.scores);
});

describe('SHAP values', () => {
  test('are those of all coalitions by brute force', async () => {
    const found = await shapleyValues(rows(40, 44), numbers, rows(0, 12), new Evaluations(forest), options);
    found.forEach(({ contributions, exact, standardErrors }, row) => {
      expect(exact).toBe(true);
      expect(Math.max(...standardErrors)).toBe(0);
      near(contributions, golden.shapley.forest[row] as number[]);
    });
  });

  test('by permutations come within their standard errors of them, and add up exactly', async () => {
    // Every feature twice, the second unused: ten features are too many for all coalitions.
    const wide = (one: FeatureTable): FeatureTable => ({
      rows: one.rows,
      names: [...one.names, ...one.names.map((name) => `${name} again`)],
      columns: [...one.columns, ...one.columns.map((column) => column.slice() as Float64Array)],
    });
    const model = new Evaluations(forest);
    const some = { ...options, pairs: 20 };
    const found = await shapleyValues(wide(rows(40, 44)), numbers, wide(rows(0, 12)), model, some);
    found.forEach(({ contributions, standardErrors, score, expected, exact }, row) => {
      expect(exact).toBe(false);
      for (let feature = 0; feature < 5; feature++) {
        const error = (contributions[feature] as number) - (golden.shapley.forest[row]?.[feature] as number);
        expect(Math.abs(error)).toBeLessThan(4 * (standardErrors[feature] as number) + 1e-12);
        expect(contributions[feature + 5]).toBe(0);
      }
      expect(contributions.reduce((a, b) => a + b)).toBeCloseTo(score - expected, 12);
    });
    const again = await shapleyValues(
      wide(rows(42, 43)),
      [42],
      wide(rows(0, 12)),
      new Evaluations(forest),
      some,
    );
    expect(again[0]).toEqual(found[2]);
    expect(model.spared).toBeGreaterThan(0);
  });

  test('of a linear model are coefficient times distance from the mean, whatever the permutations', async () => {
    for (const pairs of [1, 3]) {
      const found = await shapleyValues(rows(40, 44), numbers, rows(0, 12), new Evaluations(linear), {
        ...options,
        pairs,
      });
      found.forEach(({ contributions }, row) => near(contributions, golden.shapley.linear[row] as number[]));
    }
  });

  test('in log odds add up to the log odds', async () => {
    const [found] = await shapleyValues(rows(40, 41), [40], rows(0, 12), new Evaluations(forest), {
      ...options,
      units: 'LOG_ODDS',
    });
    const logit = (p: number): number =>
      Math.log(Math.min(1 - 1e-6, Math.max(1e-6, p)) / (1 - Math.min(1 - 1e-6, Math.max(1e-6, p))));
    const expected = golden.scores.slice(0, 12).reduce((sum, p) => sum + logit(p) / 12, 0);
    const total = found?.contributions.reduce((a, b) => a + b) ?? NaN;
    expect(total).toBeCloseTo(logit(golden.scores[40] as number) - expected, 10);
  });

  test('keep the axioms: efficiency, a dummy gets 0, twins get the same, a sum of games the sum', async () => {
    const value = fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 4, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(value, { minLength: 2, maxLength: 5 }),
        value,
        fc.constantFrom(1, 2, 4),
        async (background, row, pairs) => {
          const of = (list: number[][]): FeatureTable =>
            featureTable(
              Object.fromEntries(
                [0, 1, 2, 3].map((j) => [`f${j}`, Float64Array.from(list, (one) => one[j] as number)]),
              ),
            );
          // Twins 0 and 1 have the same value in every row; 3 is a dummy.
          const twin = (one: number[]): number[] => [
            one[0] as number,
            one[0] as number,
            one[2] as number,
            one[3] as number,
          ];
          const shap = async (score: RowScore): Promise<Float64Array> => {
            const [found] = await shapleyValues(
              of([twin(row)]),
              [1],
              of(background.map(twin)),
              new Evaluations(byRow(score)),
              { ...options, pairs },
            );
            return found?.contributions as Float64Array;
          };
          const f: RowScore = (x) => Math.max(x(0), x(2)) * Math.max(x(1), x(2));
          const g: RowScore = (x) => (x(2) > 0 ? 1 : x(0) * x(1));
          const [a, b, both] = await Promise.all([shap(f), shap(g), shap((x) => f(x) + 2 * g(x))]);
          expect(a[3]).toBe(0);
          expect(a[0]).toBeCloseTo(a[1] as number, 12);
          both.forEach((value, j) => expect(value).toBeCloseTo((a[j] as number) + 2 * (b[j] as number), 11));
          const at = (one: number[]): number => f((j) => twin(one)[j] as number);
          const mean = background.reduce((sum, one) => sum + at(one) / background.length, 0);
          expect(a.reduce((x, y) => x + y)).toBeCloseTo(at(row) - mean, 11);
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('curves', () => {
  test('partial dependence is scikit-learn’s', async () => {
    const found = await partialDependence(table, evenly, 3, new Evaluations(forest));
    expect(found.points.map(({ at }) => at)).toEqual(
      found.points.map(({ at }) => golden.dependence.grid.find((value) => value === at)),
    );
    for (const { at, mean } of found.points)
      expect(mean.value).toBeCloseTo(
        golden.dependence.mean[golden.dependence.grid.indexOf(at as number)] as number,
        12,
      );
    expect(found.points.length).toBeGreaterThan(5);
  });

  test('accumulated local effects are those written from the paper, weighted too', async () => {
    const weights = Float64Array.from(golden.weighted.weights);
    for (const [feature, expected, mass] of [
      [1, golden.ale, evenly],
      [0, golden.weightedAle, weights],
    ] as const) {
      const found = await accumulatedEffects(table, mass, [mass, mass], feature, new Evaluations(forest));
      near(
        found.points.map(({ at }) => at),
        expected.edges,
      );
      near(
        found.points.map(({ effect }) => effect),
        expected.curve,
      );
    }
  });

  test('text has its categories and no accumulated effects; a missing value is left out', async () => {
    const mixed = featureTable({
      channel: ['app', 'web', null, 'app', 'web', 'app'],
      amount: Float64Array.of(1, 2, 3, NaN, 5, 6),
    });
    const model = new Evaluations((given) =>
      Promise.resolve(
        Float64Array.from(
          { length: given.rows },
          (_, row) => (given.columns[0]?.[row] === 'web' ? 1 : 0) + (Number(given.columns[1]?.[row]) || 0),
        ),
      ),
    );
    const ones = new Float64Array(6).fill(1);
    const { points, range } = await partialDependence(mixed, ones, 0, model);
    expect(points.map(({ at }) => at)).toEqual(['app', 'web']);
    expect(range).toBeCloseTo(1, 12);
    expect(await accumulatedEffects(mixed, ones, [], 0, model)).toMatchObject({
      points: [],
      reason: expect.any(String) as string,
    });
    const amount = await accumulatedEffects(mixed, ones, [], 1, model);
    expect(amount.rows).toBe(5);
    expect(amount.range).toBeCloseTo(5, 12);
  });
});

describe('permutation importance', () => {
  const sample = (replicates: number) => ({
    table,
    labels,
    weights: evenly,
    replicates: bootstrapWeights(evenly, null, replicates, 3),
    resampled: 'rows' as const,
    blocks: null,
  });

  test('is scikit-learn’s, but for the chance of the shuffles', async () => {
    const found = await permutationImportance(sample(0), new Evaluations(forest), { repeats: 100, seed: 4 });
    for (const metric of ['rocAuc', 'averagePrecision', 'logLoss'] as const) {
      const { mean, std } = golden.importance[metric];
      found.features.forEach(({ drops }, feature) => {
        const error = (drops[metric]?.value as number) - (mean[feature] as number);
        expect(Math.abs(error)).toBeLessThan(
          4 * (std[feature] as number) * Math.sqrt(1 / 100 + 1 / 400) + 1e-12,
        );
      });
    }
  });

  test('shuffles features that tell the same together, and says which', async () => {
    expect(golden.spearman).toBeGreaterThan(0.9);
    expect(correlatedClusters(table)).toEqual([
      { places: [0, 3], strongest: expect.closeTo(golden.spearman, 12) as number },
    ]);
    const found = await permutationImportance(sample(30), new Evaluations(forest), { repeats: 5, seed: 4 });
    const [together] = found.correlated.together;
    expect(together?.features).toEqual(['x0', 'x3']);
    const alone = (place: number): number => found.features[place]?.drops.rocAuc?.value as number;
    expect(together?.drops.rocAuc?.value).toBeGreaterThan(Math.max(alone(0), alone(3)));
    expect(found.features[0]?.drops.rocAuc?.standardError).toBeGreaterThan(0);
  });

  test('within blocks deals values among the rows of a block only', async () => {
    const blocks = Int32Array.from({ length: table.rows }, (_, row) => row % 7);
    const seen: FeatureTable[] = [];
    const watched = new Evaluations((given) => {
      seen.push(given);
      return forest(given);
    });
    const found = await permutationImportance({ ...sample(0), blocks }, watched, { repeats: 1, seed: 4 });
    expect(found.within).toBe('BLOCK');
    const shuffled = seen[1]?.columns[0] as Float64Array;
    expect(shuffled).not.toEqual(table.columns[0]);
    for (let block = 0; block < 7; block++) {
      const of = (column: Float64Array): number[] =>
        [...column.filter((_, row) => blocks[row] === block)].map((value) => value + 0).sort((a, b) => a - b);
      expect(of(shuffled)).toEqual(of(table.columns[0] as Float64Array));
    }
  });
});

test('weighted AUC and average precision are scikit-learn’s', () => {
  const { weights, scores, rocAuc, averagePrecision } = golden.weighted;
  const found = weightedRanking(ranked(Float64Array.from(scores)), labels, Float64Array.from(weights));
  expect(found.rocAuc).toBeCloseTo(rocAuc, 12);
  expect(found.averagePrecision).toBeCloseTo(averagePrecision, 12);
});

test('Kendall’s τ-b is SciPy’s, and the overlap of orders that of its definition', () => {
  expect(kendallTau(golden.kendall.a, golden.kendall.b)).toBeCloseTo(golden.kendall.tau, 12);
  expect(kendallTau([1, 1], [1, 2])).toBeNull();
  expect(rankBiasedOverlap(golden.rbo.a, golden.rbo.b)).toBeCloseTo(golden.rbo.value, 12);
  expect(rankBiasedOverlap([2, 0, 1], [2, 0, 1])).toBeCloseTo(1, 12);
});

test('rows are drawn by the seed, rare positives more often and weighed back, the worst misses named', () => {
  const many = 5000;
  const rare = Uint8Array.from({ length: many }, (_, row) => (row % 50 === 0 ? 1 : 0));
  const scores = Float64Array.from({ length: many }, (_, row) => ((row * 7919) % 4999) / 5000);
  const counts = { sampleRows: 400, backgroundRows: 50, explainedRows: 20, worstMisses: 3 };
  const choice = chooseRows(rare, scores, counts, 9);
  expect(choice).toEqual(chooseRows(rare, scores, counts, 9));
  expect(choice.sample).toHaveLength(400);
  expect(choice.sample.filter((row) => rare[row] === 1)).toHaveLength(100);
  expect(choice.weights.reduce((a, b) => a + b)).toBeCloseTo(many, 8);
  const misses = choice.explained.filter(({ kind }) => kind === 'MISSED_POSITIVE').map(({ row }) => row);
  const worst = [...rare.keys()]
    .filter((row) => rare[row] === 1)
    .sort((a, b) => (scores[a] ?? 0) - (scores[b] ?? 0));
  expect(misses).toEqual(worst.slice(0, 3));
  const alarms = choice.explained.filter(({ kind }) => kind === 'FALSE_ALARM').map(({ row }) => row);
  const highest = [...rare.keys()]
    .filter((row) => rare[row] === 0)
    .sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0));
  expect(alarms).toEqual(highest.slice(0, 3));
});

test('a whole explanation: the same each time, its methods agreeing on a model that all can see through', async () => {
  const input = { labels, scores: Float64Array.from(golden.scores) };
  const settled = settleExplanation(
    { sampleRows: 150, explainedRows: 20, worstMisses: 4, replicates: 20 },
    5,
  );
  const wanted = rowsToExplain(input, settled);
  const run = () => explain(input, takeRows(table, wanted), linear, settled);
  const found = await run();
  expect(await run()).toEqual(found);
  expect(found.shapley).toMatchObject({
    units: 'SCORE',
    method: 'EXACT',
    explainedRows: 20,
    pairsPerBackgroundRow: null,
  });
  expect(found.shapley.background.sha256).toMatch(/^[0-9a-f]{64}$/);
  expect(found.shapley.additivityError).toBeLessThan(1e-12);
  expect(found.shapley.features[2]?.meanAbsolute).toEqual({ value: 0, low: 0, high: 0, standardError: 0 });
  expect(found.permutationImportance.features[2]?.drops.rocAuc?.value).toBe(0);
  // The score is no probability: log loss does not exist.
  expect(found.permutationImportance.base.logLoss).toBeNull();
  expect(found.agreement).toHaveLength(3);
  expect(
    found.agreement.find(
      ({ between }) => between.includes('accumulatedEffectsRange') && between.includes('meanAbsoluteShap'),
    )?.kendallTau,
  ).toBeGreaterThan(0.7);
  expect(found.local.filter(({ kind }) => kind === 'MISSED_POSITIVE')).toHaveLength(4);
  for (const { contributions, rest, expected, row } of found.local) {
    const sum = contributions.reduce((total, { contribution }) => total + contribution, rest.contribution);
    const score = golden.coefficients.reduce(
      (total, beta, i) => total + beta * (golden.X[i]?.[row - 1] as number),
      0.3,
    );
    expect(sum + expected).toBeCloseTo(score, 11);
  }
  expect(found.limits.map(({ code }) => code)).toContain('NOT_CAUSAL');
});

test('many features take fewer permutations and rows, and a bad option is refused', () => {
  const few = settleExplanation({}, 30);
  expect(few).toMatchObject({ pairs: 2, backgroundRows: 50, sampleRows: 4000 });
  const many = settleExplanation({}, 1000);
  expect(many.pairs).toBe(1);
  expect(many.backgroundRows).toBe(10);
  expect(many.sampleRows).toBeLessThan(1000);
  expect(() => settleExplanation({ pairs: 0 }, 3)).toThrow(/pairs is 0/);
});
