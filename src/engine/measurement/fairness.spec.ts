import * as fc from 'fast-check';
import type { Fairness } from './document.js';
import { CriticalValues } from './critical-values.js';
import { fairness } from './fairness.js';
import { GOLDEN_FAIRNESS, goldenInput } from './fairness.fixture.js';
import type { GroupTally } from './fairness-groups.js';
import { measure } from './measure.js';

/** Per group: true negatives, missed positives, false alarms, hits. */
const A = [700, 20, 100, 80];
const B = [820, 50, 80, 50];
const SMALL = [5, 1, 0, 3];
const criticals = new CriticalValues();
const limits = { minimumGroupSize: 100, minimumGroupPositives: 10 };

function ofCounts(counts: readonly number[], names: readonly string[], missing = 0): GroupTally {
  return { names, missing, counts, misses: null, bins: null, ranking: null, clusters: null };
}

function judgedBy(counts: readonly number[], names: readonly string[], own = limits): Fairness {
  return fairness(ofCounts(counts, names), own, criticals, null);
}

test('the five measures by hand, as fairlearn defines them', () => {
  const measured = fairness(ofCounts([...A, ...B, ...SMALL], ['a', 'b', 'c'], 4), limits, criticals, null);
  // Selection rates 180/900 and 130/1000, true-positive rates 80/100 and 50/100, false-positive rates 100/800 and 80/900.
  expect(measured.demographicParityDifference.value).toBeCloseTo(0.2 - 0.13, 15);
  expect(measured.disparateImpactRatio.value).toBeCloseTo(0.13 / 0.2, 15);
  expect(measured.equalOpportunityDifference.value).toBeCloseTo(0.3, 15);
  expect(measured.predictiveEqualityDifference.value).toBeCloseTo(0.125 - 80 / 900, 15);
  expect(measured.equalizedOddsDifference.value).toBeCloseTo(0.3, 15);
  // Predictive values 80/180 and 50/130; missed positives over false alarms 20/100 and 50/80.
  expect(measured.predictiveParityDifference.value).toBeCloseTo(80 / 180 - 50 / 130, 15);
  expect(measured.treatmentEqualityDifference.value).toBeCloseTo(50 / 80 - 0.2, 15);
  expect(measured.missing).toBe(4);
  expect(measured.groups['a']).toMatchObject({
    n: 900,
    positives: 100,
    selectionRate: 0.2,
    tpr: 0.8,
    fpr: 0.125,
    judged: true,
    estimates: { ppv: { value: 80 / 180 }, npv: { value: 700 / 720 }, baseRate: { value: 1 / 9 } },
  });
  expect(measured.groups['c']).toMatchObject({
    n: 9,
    positives: 4,
    judged: false,
    reason: '9 rows, fewer than 100',
  });
});

test("between two groups a difference has Newcombe's interval, a ratio Katz's", () => {
  const measured = judgedBy([...A, ...B], ['a', 'b']);
  // Newcombe's own example of method 10: 56/70 and 48/80 give 0.0524 to 0.3339.
  const newcombe = judgedBy([0, 14, 0, 56, 0, 32, 0, 48], ['a', 'b'], { ...limits, minimumGroupSize: 1 });
  expect(newcombe.equalOpportunityDifference.low).toBeCloseTo(0.0524, 4);
  expect(newcombe.equalOpportunityDifference.high).toBeCloseTo(0.3339, 4);
  const spread = 1.959963984540054 * Math.sqrt(0.87 / 130 + 0.8 / 180);
  expect(measured.disparateImpactRatio.low).toBeCloseTo(0.65 * Math.exp(-spread), 12);
  expect(measured.disparateImpactRatio.high).toBeCloseTo(0.65 * Math.exp(spread), 12);
});

describe.each(['rows', 'nested', 'crossed'] as const)('golden values, entities: %s', (entities) => {
  const golden = GOLDEN_FAIRNESS[entities];
  const measured = measure(goldenInput(entities)).fairness['g'] as Fairness;

  test('measures with their intervals', () => {
    expect(measured.missing).toBe(GOLDEN_FAIRNESS.missing);
    for (const [name, [value, low, high]] of Object.entries(golden.measures)) {
      const ours = measured[name as keyof typeof measured] as Fairness['aucDifference'];
      near(ours.value, value, `${name}.value`);
      near(ours.low, low, `${name}.low`);
      near(ours.high, high, `${name}.high`);
    }
    const { value, within, between } = measured.generalizedEntropyIndex;
    near(value, golden.entropy.value, 'entropy');
    near(within, golden.entropy.within, 'entropy within');
    near(between?.value, golden.entropy.between, 'entropy between');
  });

  test('signed pairs', () => {
    for (const [name, pairs] of Object.entries(golden.pairs)) {
      const ours = measured.pairs[name as keyof Fairness['pairs']]?.pairs ?? [];
      expect(ours).toHaveLength(pairs.length);
      pairs.forEach(([value, low, high], place) => {
        near(ours[place]?.value, value, `${name} ${place} value`);
        near(ours[place]?.low, low, `${name} ${place} low`);
        near(ours[place]?.high, high, `${name} ${place} high`);
      });
    }
  });

  test('groups', () => {
    for (const [name, values] of Object.entries(golden.groups)) {
      const { estimates, n, positives } = measured.groups[name] as Fairness['groups'][string];
      expect([n, positives]).toEqual([values['n'], values['positives']]);
      near(estimates.expectedCalibrationError.value, values['expectedCalibrationError'] as number, 'ece');
      for (const [kind, triple] of Object.entries(values)) {
        if (!Array.isArray(triple)) continue;
        const ours = estimates[kind as keyof typeof estimates];
        near(ours.value, triple[0] as number, `${name} ${kind} value`);
        near(ours.low, triple[1] as number, `${name} ${kind} low`);
        near(ours.high, triple[2] as number, `${name} ${kind} high`);
      }
    }
  });
});

function near(ours: number | null | undefined, golden: number, what: string): void {
  expect({ what, distance: Math.abs((ours ?? NaN) - golden) < 1e-9 || `${ours} for ${golden}` }).toEqual({
    what,
    distance: true,
  });
}

test('fewer than two judged groups give null and the reason', () => {
  const measured = judgedBy([...A, ...SMALL], ['a', 'c']);
  for (const estimate of [measured.demographicParityDifference, measured.equalizedOddsDifference]) {
    expect(estimate).toMatchObject({ value: null, low: null, high: null });
    expect(estimate.reason).toMatch(/^fewer than 2 groups have 100 rows/);
  }
  expect(measured.pairs).toEqual({});
});

test('a group of few positives counts for selection, not for true-positive gaps', () => {
  const measured = judgedBy([...A, ...[990, 1, 5, 4]], ['a', 'd']);
  expect(measured.groups['d']?.reason).toMatch(/5 positives, fewer than 10/);
  expect(measured.demographicParityDifference.value).not.toBeNull();
  expect(measured.equalOpportunityDifference.reason).toMatch(/100 rows and 10 positives/);
});

test('nobody selected: a difference of 0, no ratio', () => {
  const measured = judgedBy([800, 100, 0, 0, 700, 50, 0, 0], ['a', 'b']);
  expect(measured.demographicParityDifference.value).toBe(0);
  expect(measured.demographicParityDifference.high).toBeGreaterThan(0);
  expect(measured.disparateImpactRatio.value).toBeNull();
});

test('a group without false alarms has no treatment ratio, and says so', () => {
  const measured = judgedBy([800, 100, 0, 20, 700, 50, 30, 20], ['a', 'b']);
  expect(measured.treatmentEqualityDifference).toMatchObject({
    value: null,
    reason: 'the group a has no false alarm: its ratio does not exist',
  });
});

test('of many groups those pairs are listed that hold the lowest or the highest', () => {
  const counts = Array.from({ length: 12 }, (_, group) => [900 - 10 * group, 20, 60 + 10 * group, 20]).flat();
  const { selectionRate } = judgedBy(counts, [...'abcdefghijkl']).pairs;
  expect(selectionRate).toMatchObject({ judged: 12, listed: 'extremes' });
  expect(selectionRate?.pairs).toHaveLength(21);
  expect(selectionRate?.pairs.every(({ groups }) => groups.includes('a') || groups.includes('l'))).toBe(true);
});

describe('properties', () => {
  const cells = fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 4, maxLength: 4 });
  const table = fc.array(cells, { minLength: 2, maxLength: 6 });
  const own = { minimumGroupSize: 1, minimumGroupPositives: 1 };
  const of = (groups: readonly number[][]): Fairness =>
    judgedBy(
      groups.flat(),
      groups.map((_, i) => `g${i}`),
      own,
    );
  const MEASURES = ['demographicParityDifference', 'equalOpportunityDifference', 'aucDifference'] as const;

  test('the order of groups changes no measure, and turns the sign of a pair', () => {
    fc.assert(
      fc.property(table, (groups) => {
        const [there, back] = [of(groups), of([...groups].reverse())];
        for (const name of [...MEASURES, 'predictiveParityDifference', 'disparateImpactRatio'] as const) {
          for (const end of ['value', 'low', 'high'] as const) {
            if (there[name][end] === null) expect(back[name][end]).toBeNull();
            else expect(back[name][end]).toBeCloseTo(there[name][end], 12);
          }
        }
        const [one, other] = [there.pairs.selectionRate?.pairs, back.pairs.selectionRate?.pairs];
        const [first, last] = [one?.[0], other?.at(-1)];
        if (first === undefined) return;
        expect(last?.value).toBeCloseTo(-(first.value ?? NaN), 12);
        expect(last?.low).toBeCloseTo(-(first.high ?? NaN), 12);
        expect(last?.high).toBeCloseTo(-(first.low ?? NaN), 12);
      }),
    );
  });

  test('value within bounds, bounds within reach; rows told twice move no value and narrow the interval', () => {
    fc.assert(
      fc.property(table, (groups) => {
        const once = of(groups);
        const twice = of(groups.map((group) => group.map((n) => 2 * n)));
        for (const name of [...MEASURES, 'predictiveParityDifference', 'equalizedOddsDifference'] as const) {
          const { value, low, high } = once[name];
          if (value === null || low === null || high === null) continue;
          expect(value).toBeGreaterThanOrEqual(low - 1e-12);
          expect(value).toBeLessThanOrEqual(high + 1e-12);
          expect(low).toBeGreaterThanOrEqual(0);
          expect(high).toBeLessThanOrEqual(1);
          expect(twice[name].value).toBeCloseTo(value, 12);
          expect(twice[name].high ?? 0).toBeLessThanOrEqual(high + 1e-12);
          expect(twice[name].low ?? 0).toBeGreaterThanOrEqual(low - 1e-12);
        }
        const ratio = once.disparateImpactRatio;
        if (ratio.value === null) return;
        expect(ratio.low).toBeLessThanOrEqual(ratio.value + 1e-12);
        expect(ratio.high).toBeGreaterThanOrEqual(ratio.value - 1e-12);
      }),
    );
  });

  test('entropy falls apart into what lies within and between groups, and neither is negative', () => {
    fc.assert(
      fc.property(table, (groups) => {
        const { value, within, between } = of(groups).generalizedEntropyIndex;
        if (value === null) return;
        expect((within ?? NaN) + (between?.value ?? NaN)).toBeCloseTo(value, 12);
        expect(within).toBeGreaterThanOrEqual(-1e-12);
        expect(between?.value).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
