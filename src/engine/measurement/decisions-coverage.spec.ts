import { StandingThreads, type Coded } from './index.js';
import { momentsAt } from './moments.js';
import { Xoshiro128 } from './random.js';
import { thresholdMetrics } from './threshold-metrics.js';

describe('95% intervals cover 93 to 97% of 1,000 draws', () => {
  const within = (hits: number): void => {
    expect(hits).toBeGreaterThanOrEqual(930);
    expect(hits).toBeLessThanOrEqual(970);
  };
  const uniform = (random: Xoshiro128): number => (random.below(2 ** 30) + 0.5) / 2 ** 30;
  const normal = (random: Xoshiro128): number =>
    Math.sqrt(-2 * Math.log(uniform(random))) * Math.cos(2 * Math.PI * uniform(random));
  const options = {
    beta: 1,
    costs: { falseNegative: 5, falsePositive: 1, unit: 'FALSE_ALERTS' as const },
    deployment: { prevalence: 0.01, source: 'a test', rowsPerDay: 10_000 },
  };
  const truth = (precision: number, tpr: number, fpr: number, p: number): Record<string, number> => ({
    precision,
    recall: tpr,
    falsePositiveRate: fpr,
    fBeta: (2 * precision * tpr) / (precision + tpr),
    matthewsCorrelation:
      (p * (1 - p) * (tpr - fpr)) /
      Math.sqrt(p * (1 - p) * (p * tpr + (1 - p) * fpr) * (1 - p * tpr - (1 - p) * fpr)),
    lift: precision / p,
    expectedCost: 5 * p * (1 - tpr) + (1 - p) * fpr,
    costSavings: 1 - (5 * p * (1 - tpr) + (1 - p) * fpr) / Math.min(5 * p, 1 - p),
    precisionAtDeployment: (0.01 * tpr) / (0.01 * tpr + 0.99 * fpr),
    alertsPerDayAtDeployment: 10_000 * (0.01 * tpr + 0.99 * fpr),
  });

  test('at a threshold, rows being independent', () => {
    const [p, tpr, fpr] = [0.12, 0.7, 0.1];
    const expected = truth((p * tpr) / (p * tpr + (1 - p) * fpr), tpr, fpr, p);
    const hits = Object.fromEntries(Object.keys(expected).map((name) => [name, 0]));
    for (let draw = 0; draw < 1000; draw++) {
      const random = new Xoshiro128(11, draw);
      const labels = Uint8Array.from({ length: 600 }, () => (uniform(random) < p ? 1 : 0));
      const scores = Float64Array.from(labels, (label) =>
        uniform(random) < (label === 1 ? tpr : fpr) ? 1 : 0,
      );
      const metrics = thresholdMetrics(momentsAt({ scores, labels }, 0.5), options, {
        amounts: false,
        daily: null,
      });
      for (const [name, value] of Object.entries(expected)) {
        const { low, high } = metrics[name as keyof typeof metrics];
        if ((low ?? NaN) <= value && value <= (high ?? NaN)) hits[name] = (hits[name] ?? 0) + 1;
      }
    }
    Object.values(hits).forEach(within);
  });

  test('at a threshold, rows of an entity being alike', () => {
    const [entities, each, p] = [120, 10, 0.3];
    // Half of the entities are found at 0.9 and alerted by mistake at 0.3, the other half at 0.5 and 0.1.
    const expected = truth((p * 0.7) / (p * 0.7 + (1 - p) * 0.2), 0.7, 0.2, p);
    const codes = Int32Array.from({ length: entities * each }, (_, row) => Math.floor(row / each));
    const entity: Coded = { codes, names: Array.from({ length: entities }, (_, i) => `e${i}`) };
    const names = [
      'precision',
      'recall',
      'falsePositiveRate',
      'fBeta',
      'matthewsCorrelation',
      'precisionAtDeployment',
    ];
    const hits = Object.fromEntries(names.map((name) => [name, 0]));
    for (let draw = 0; draw < 1000; draw++) {
      const random = new Xoshiro128(12, draw);
      const kind = Array.from({ length: entities }, () => random.below(2));
      const labels = Uint8Array.from(codes, () => (uniform(random) < p ? 1 : 0));
      const scores = Float64Array.from(codes, (code, row) => {
        const [tpr, fpr] = kind[code] === 1 ? [0.9, 0.3] : [0.5, 0.1];
        return uniform(random) < ((labels[row] === 1 ? tpr : fpr) ?? 0) ? 1 : 0;
      });
      const moments = momentsAt({ scores, labels, entity }, 0.5);
      const metrics = thresholdMetrics(moments, options, { amounts: false, daily: null });
      for (const name of names) {
        const { low, high } = metrics[name as keyof typeof metrics];
        const value = expected[name] ?? NaN;
        if ((low ?? NaN) <= value && value <= (high ?? NaN)) hits[name] = (hits[name] ?? 0) + 1;
      }
    }
    Object.values(hits).forEach(within);
  });

  test('calibration slope and intercept', async () => {
    // On a thread of their own the compiled measurements go many times as fast as inside a test.
    const thread = new StandingThreads(1);
    const hits = { calibrationSlope: 0, calibrationIntercept: 0 };
    for (let draw = 0; draw < 1000; draw++) {
      const random = new Xoshiro128(13, draw);
      const odds = Float64Array.from({ length: 400 }, () => normal(random) - 0.5);
      const labels = Uint8Array.from(odds, (x) =>
        uniform(random) < 1 / (1 + Math.exp(0.3 - 0.8 * x)) ? 1 : 0,
      );
      const { metrics } = await thread.measure({ scores: odds.map((x) => 1 / (1 + Math.exp(-x))), labels });
      for (const [name, value] of [
        ['calibrationSlope', 0.8],
        ['calibrationIntercept', -0.3],
      ] as const) {
        const { low, high } = metrics[name];
        if ((low ?? NaN) <= value && value <= (high ?? NaN)) hits[name]++;
      }
    }
    await thread.close();
    Object.values(hits).forEach(within);
  });
});
