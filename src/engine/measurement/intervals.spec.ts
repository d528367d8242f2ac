import { percentile, studentByDays, wilson } from './intervals.js';

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

test("Student's interval over days", () => {
  const seven = studentByDays(Float64Array.of(0.2, 0.3, 0.4, 0.3, 0.2, 0.4, 0.3));
  expect(seven?.standardError).toBeCloseTo(0.0308606699924184, 12);
  expect(seven?.low).toBeCloseTo(0.3 - 2.4469118487916806 * 0.0308606699924184, 9);
  const daily = Float64Array.from({ length: 31 }, (_, i) => (i % 2) / 2);
  const wide = studentByDays(daily);
  // scipy.stats.t.ppf(0.975, 30) = 2.0422724563012373
  expect(((wide?.high ?? 0) - 15 / 62) / (wide?.standardError ?? 1)).toBeCloseTo(2.0422724563012373, 7);
  expect(studentByDays(Float64Array.of(0.5))).toBeNull();
});
