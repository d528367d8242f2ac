import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { measure } from '../measurement/index.js';
import { Xoshiro128 } from '../measurement/random.js';
import { gaussian, uniform } from './changes.js';
import { influences } from './influence.js';
import { comparePaired, type PairedRows } from './paired.js';

interface Golden {
  labels: number[];
  weights: number[];
  unit: number[];
  before: number[];
  after: number[];
  rocAuc: { values: number[]; contributions: number[][]; pairedStandardError: number };
  averagePrecision: { values: number[]; contributions: number[][]; pairedStandardError: number };
}

// Made by influence.golden.py with scikit-learn 1.2.1; derivatives there are numerical.
const golden = JSON.parse(
  readFileSync(new URL('./influence.golden.json', import.meta.url), 'utf8'),
) as Golden;

function rowsOf({ labels, weights, unit }: Pick<Golden, 'labels' | 'weights' | 'unit'>): PairedRows {
  return {
    labels: Uint8Array.from(labels),
    weights: Float64Array.from(weights),
    unit: Int32Array.from(unit),
    units: Math.max(...unit) + 1,
  };
}

describe('paired comparison of scores', () => {
  it.each(['rocAuc', 'averagePrecision'] as const)(
    'agrees with scikit-learn on weighted %s, each row’s influence and the error by entity',
    (name) => {
      const rows = rowsOf(golden);
      [golden.before, golden.after].forEach((scores, at) => {
        const found = influences(Float64Array.from(scores), rows, 0.5)?.[name];
        expect(Math.abs((found?.value ?? NaN) - (golden[name].values[at] ?? NaN))).toBeLessThan(1e-12);
        golden[name].contributions[at]?.forEach((expected, row) => {
          expect(Math.abs((found?.contributions[row] ?? NaN) - expected)).toBeLessThan(1e-9);
        });
      });
      const change = comparePaired(
        Float64Array.from(golden.before),
        Float64Array.from(golden.after),
        rows,
        1,
      );
      const { difference } = change.metrics[name];
      expect(Math.abs((difference.standardError ?? NaN) - golden[name].pairedStandardError)).toBeLessThan(
        1e-9,
      );
    },
  );

  it('gives DeLong’s error where every row is its own entity, but for n − 1', () => {
    const random = new Xoshiro128(5, 0);
    const [positives, negatives] = [40, 160];
    const labels = Uint8Array.from({ length: positives + negatives }, (_, row) => (row < positives ? 1 : 0));
    const scores = Float64Array.from(labels, (label) => gaussian(random) + label);
    const expected = measure({ scores, labels }).metrics.rocAuc.standardError;
    const found = influences(scores, { labels, weights: new Float64Array(200).fill(1) }, 0);
    const squares = [0, 0];
    found?.rocAuc.contributions.forEach((value, row) => (squares[labels[row] ?? 0]! += value * value));
    const error = Math.sqrt(
      ((squares[1] ?? 0) * positives) / (positives - 1) + ((squares[0] ?? 0) * negatives) / (negatives - 1),
    );
    expect(error).toBeCloseTo(expected ?? NaN, 12);
  });

  it('weighs a row of weight two as two rows, and sums influences to nothing', () => {
    const row = fc.record({
      label: fc.boolean(),
      score: fc.integer({ min: 0, max: 8 }),
      weight: fc.integer({ min: 1, max: 3 }),
    });
    fc.assert(
      fc.property(fc.array(row, { minLength: 2, maxLength: 30 }), (list) => {
        const labels = Uint8Array.from(list, ({ label }) => (label ? 1 : 0));
        const scores = Float64Array.from(list, ({ score }) => score);
        const weighted = influences(
          scores,
          { labels, weights: Float64Array.from(list, ({ weight }) => weight) },
          4,
        );
        const copied = list.flatMap((one) => Array<typeof one>(one.weight).fill(one));
        const plain = influences(
          Float64Array.from(copied, ({ score }) => score),
          {
            labels: Uint8Array.from(copied, ({ label }) => (label ? 1 : 0)),
            weights: new Float64Array(copied.length).fill(1),
          },
          4,
        );
        if (weighted === null || plain === null) return weighted === plain;
        return Object.entries(weighted).every(([name, { value, contributions }]) => {
          const other = plain[name as keyof typeof plain];
          const sum = contributions.reduce((total, each) => total + each, 0);
          return Math.abs(value - other.value) < 1e-12 && Math.abs(sum) < 1e-12;
        });
      }),
    );
  });

  it('says of scores that did not change what the rows allow to say, and counts those without a score apart', () => {
    const rows = rowsOf(golden);
    const before = Float64Array.from(golden.before);
    const same = comparePaired(before, before, rows, 1);
    expect(same.metrics.rocAuc.difference).toEqual({
      value: 0,
      low: null,
      high: null,
      standardError: null,
      reason: 'no score changed',
    });
    const { low, high, value } = same.metrics.recallAtThreshold.difference;
    expect([value, low]).toEqual([0, -(high ?? 0)]);
    expect(high).toBeGreaterThan(0.1);
    expect(same.flips.value).toBe(0);
    expect(same.flips.high).toBeGreaterThan(0.05);
    const after = Float64Array.from(golden.after);
    after.fill(NaN, 0, 20);
    const part = comparePaired(before, after, rows, 1);
    expect(part.rows).toBe(40);
    const kept = (values: number[]) => values.slice(20);
    const alone = comparePaired(
      Float64Array.from(kept(golden.before)),
      Float64Array.from(kept(golden.after)),
      rowsOf({ labels: kept(golden.labels), weights: kept(golden.weights), unit: kept(golden.unit) }),
      1,
    );
    expect(part.metrics).toEqual(alone.metrics);
    expect(comparePaired(before, after.fill(Infinity), rows, 1).metrics.rocAuc.difference.value).toBeNull();
  });

  it('covers the true paired differences in 93 to 97 of 100 draws, entities holding several rows', () => {
    const draws = 1000;
    const [entities, each, threshold] = [250, 3, 1];
    const rows = entities * each;
    // The truth by one large draw of the same law.
    const draw = (seed: number, count: number) => {
      const random = new Xoshiro128(seed, 7);
      const labels = new Uint8Array(count * each);
      const [before, after] = [new Float64Array(count * each), new Float64Array(count * each)];
      for (let entity = 0; entity < count; entity++) {
        const own = gaussian(random);
        for (let at = entity * each; at < (entity + 1) * each; at++) {
          const label = uniform(random) < 0.25 ? 1 : 0;
          labels[at] = label;
          before[at] = 0.7 * own + gaussian(random) + 1.5 * label;
          after[at] = (before[at] as number) + 0.8 * gaussian(random) - 0.2 * label;
        }
      }
      return { labels, before, after };
    };
    const compare = ({ labels, before, after }: ReturnType<typeof draw>) =>
      comparePaired(
        before,
        after,
        {
          labels,
          weights: new Float64Array(labels.length).fill(1),
          unit: Int32Array.from(labels, (_, row) => Math.floor(row / each)),
          units: labels.length / each,
        },
        threshold,
      );
    const truth = compare(draw(1, 60_000));
    const covered: Record<string, number> = {};
    for (let seed = 2; seed < draws + 2; seed++) {
      const found = compare(draw(seed, rows / each));
      const pairs = Object.entries(found.metrics).map(
        ([name, { difference }]) =>
          [name, difference, truth.metrics[name as keyof typeof truth.metrics].difference.value] as const,
      );
      for (const [name, { low, high }, value] of [
        ...pairs,
        ['flips', found.flips, truth.flips.value] as const,
      ]) {
        const inside = (low ?? NaN) <= (value ?? NaN) && (value ?? NaN) <= (high ?? NaN);
        covered[name] = (covered[name] ?? 0) + (inside ? 1 : 0);
      }
    }
    const outside = Object.entries(covered).filter(
      ([, count]) => count < 0.93 * draws || count > 0.97 * draws,
    );
    expect([outside, Object.keys(covered)]).toEqual([
      [],
      ['rocAuc', 'averagePrecision', 'recallAtThreshold', 'falsePositiveRateAtThreshold', 'flips'],
    ]);
  });
});
