import { fairness, fairnessMeasures, judgeGroups } from './fairness.js';
import { percentile, studentByDays, wilson } from './intervals.js';

/** Per group: true negatives, missed positives, false alarms, hits. */
const A = [700, 20, 100, 80];
const B = [820, 50, 80, 50];
const SMALL = [5, 1, 0, 3];
const limits = { minimumGroupSize: 100, minimumGroupPositives: 10 };

test('the five measures by hand, as fairlearn defines them', () => {
  const { groups, ...measured } = fairness([...A, ...B, ...SMALL], 4, ['a', 'b', 'c'], limits, null);
  // Selection rates 180/900 and 130/1000, true-positive rates 80/100 and 50/100, false-positive rates 100/800 and 80/900.
  expect(measured.demographicParityDifference.value).toBeCloseTo(0.2 - 0.13, 15);
  expect(measured.disparateImpactRatio.value).toBeCloseTo(0.13 / 0.2, 15);
  expect(measured.equalOpportunityDifference.value).toBeCloseTo(0.3, 15);
  expect(measured.predictiveEqualityDifference.value).toBeCloseTo(0.125 - 80 / 900, 15);
  expect(measured.equalizedOddsDifference.value).toBeCloseTo(0.3, 15);
  expect(measured.missing).toBe(4);
  expect(groups['a']).toEqual({
    n: 900,
    positives: 100,
    selectionRate: 0.2,
    tpr: 0.8,
    fpr: 0.125,
    judged: true,
  });
  expect(groups['c']).toMatchObject({ n: 9, positives: 4, judged: false, reason: '9 rows, fewer than 100' });
});

test("a difference has Newcombe's interval, a ratio Katz's", () => {
  const measured = fairness([...A, ...B], 0, ['a', 'b'], limits, null);
  // Newcombe's own example of method 10: 56/70 and 48/80 give 0.0524 to 0.3339.
  const newcombe = fairness(
    [0, 14, 0, 56, 0, 32, 0, 48],
    0,
    ['a', 'b'],
    { ...limits, minimumGroupSize: 1 },
    null,
  );
  expect(newcombe.equalOpportunityDifference.low).toBeCloseTo(0.0524, 4);
  expect(newcombe.equalOpportunityDifference.high).toBeCloseTo(0.3339, 4);
  const spread = 1.959963984540054 * Math.sqrt(0.87 / 130 + 0.8 / 180);
  expect(measured.disparateImpactRatio.low).toBeCloseTo(0.65 * Math.exp(-spread), 12);
  expect(measured.disparateImpactRatio.high).toBeCloseTo(0.65 * Math.exp(spread), 12);
});

test('fewer than two judged groups give null and the reason', () => {
  const measured = fairness([...A, ...SMALL], 0, ['a', 'c'], limits, null);
  for (const estimate of [measured.demographicParityDifference, measured.equalizedOddsDifference]) {
    expect(estimate).toMatchObject({ value: null, low: null, high: null });
    expect(estimate.reason).toMatch(/^fewer than 2 groups have 100 rows/);
  }
});

test('a group of few positives counts for selection, not for true-positive gaps', () => {
  const { judged, groups } = judgeGroups([...A, ...[990, 1, 5, 4]], ['a', 'd'], limits);
  expect(judged).toEqual({ selection: [0, 1], tpr: [0], fpr: [0, 1] });
  expect(groups['d']?.reason).toMatch(/5 positives, fewer than 10/);
  expect(fairnessMeasures([...A, ...[990, 1, 5, 4]], judged)[2]).toBeNaN();
});

test('nobody selected: a difference of 0, no ratio', () => {
  const measured = fairness([800, 100, 0, 0, 700, 50, 0, 0], 0, ['a', 'b'], limits, null);
  expect(measured.demographicParityDifference.value).toBe(0);
  expect(measured.demographicParityDifference.high).toBeGreaterThan(0);
  expect(measured.disparateImpactRatio.value).toBeNull();
});

test("Wilson's bounds are the roots of (p − π)² = z²·π(1 − π)/n, here by numpy.roots", () => {
  expect(wilson(0.1, 50).low).toBeCloseTo(0.04347576493189043, 12);
  expect(wilson(0.1, 50).high).toBeCloseTo(0.21360231437479654, 12);
  expect(wilson(0, 20).low).toBe(0);
  expect(wilson(1, 20).high).toBe(1);
});

test('percentiles interpolate as numpy.percentile does; too few replicates give none', () => {
  const values = Float64Array.from({ length: 101 }, (_, i) => (i * 37) % 101);
  expect(percentile(values)).toMatchObject({ low: 2.5, high: 97.5, used: 101 });
  expect(percentile(Float64Array.of(1, 2, NaN))).toBeNull();
});

test("Student's interval over days, tabled and expanded", () => {
  const seven = studentByDays(Float64Array.of(0.2, 0.3, 0.4, 0.3, 0.2, 0.4, 0.3));
  expect(seven?.standardError).toBeCloseTo(0.0308606699924184, 12);
  expect(seven?.low).toBeCloseTo(0.3 - 2.4469118487916806 * 0.0308606699924184, 12);
  const daily = Float64Array.from({ length: 31 }, (_, i) => (i % 2) / 2);
  const wide = studentByDays(daily);
  // scipy.stats.t.ppf(0.975, 30) = 2.0422724563012373
  expect(((wide?.high ?? 0) - 15 / 62) / (wide?.standardError ?? 1)).toBeCloseTo(2.0422724563012373, 4);
  expect(studentByDays(Float64Array.of(0.5))).toBeNull();
});
