import { binomial } from './binomial.js';
import type { Fairness } from './document.js';
import { goldenInput } from './fairness.fixture.js';
import { measure } from './measure.js';
import { Xoshiro128 } from './random.js';

test.each(['rows', 'nested'] as const)(
  'random groups are flagged in about 5%% of draws, by %s',
  (entities) => {
    const { control } = measure(goldenInput(entities), { controlDraws: 1000 }).fairness['g'] as Fairness;
    expect(control?.shuffled).toBe(entities === 'rows' ? 'rows' : 'entities');
    expect(control?.draws).toBeGreaterThanOrEqual(20);
    if (control?.draws !== 1000) return;
    for (const [name, share] of Object.entries(control.flagged)) {
      expect({ name, share: (share ?? 1) > 0.015 && (share ?? 1) < 0.08 }).toEqual({ name, share: true });
    }
  },
);

test('a column that means something is flagged by what it means, its control is not', () => {
  const input = goldenInput('rows');
  const codes = input.labels.map((label, row) => ((input.scores[row] ?? 0) + label / 10 > 0.55 ? 1 : 0));
  const told = { codes: Int32Array.from(codes), names: ['low', 'high'] };
  const { fairness } = measure({ ...input, groups: { told } });
  expect(fairness['told']?.demographicParityDifference.low).toBeGreaterThan(0.5);
  expect(fairness['told']?.control?.flagged.demographicParityDifference).toBeLessThan(0.12);
});

test('the control depends on the seed alone, and 0 draws leave it out', () => {
  const input = goldenInput('rows');
  const of = (seed: number): unknown => measure(input, { seed, controlDraws: 50 }).fairness['g']?.control;
  expect(of(7)).toEqual(of(7));
  expect(of(7)).not.toEqual(of(8));
  expect(measure(input, { controlDraws: 0 }).fairness['g']?.control).toBeUndefined();
});

test.each([
  [10, 0.3],
  [1000, 0.02],
  [5_000_000, 0.4],
])('binomial variates of %d trials at %d have its mean and variance, and its median', (n, p) => {
  const random = new Xoshiro128(5, 1);
  const draws = Float64Array.from({ length: 4000 }, () => binomial(random, n, p));
  const mean = draws.reduce((sum, x) => sum + x, 0) / 4000;
  const variance = draws.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 3999;
  const spread = Math.sqrt(n * p * (1 - p));
  expect(Math.abs(mean - n * p)).toBeLessThan((4 * spread) / Math.sqrt(4000));
  expect(variance / spread ** 2).toBeGreaterThan(0.9);
  expect(variance / spread ** 2).toBeLessThan(1.1);
  expect(draws.every((x) => Number.isInteger(x) && x >= 0 && x <= n)).toBe(true);
});
