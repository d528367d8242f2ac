import {
  chiSquareCdf,
  chiSquareQuantile,
  noncentralChiSquareCdf,
  noncentralityInterval,
  normalCdf,
  normalQuantile,
  studentQuantile,
} from './distributions.js';

const near = (value: number, expected: number, digits: number): void =>
  expect(Math.abs(value / expected - 1)).toBeLessThan(10 ** -digits);

test('SciPy 1.10 gives the same: norm, chi2, ncx2, t', () => {
  near(normalCdf(-3.2), 0.0006871379379158471, 11);
  near(normalCdf(0.7), 0.758036347776927, 12);
  near(normalQuantile(0.9995), 3.2905267314919255, 11);
  near(normalQuantile(1e-9), -5.9978070150076865, 11);
  near(normalQuantile(0.3), -0.5244005127080409, 11);
  near(chiSquareCdf(4.2, 9), 0.10223740287850983, 11);
  near(chiSquareCdf(40, 9), 0.9999924014747705, 12);
  near(chiSquareQuantile(0.95, 9), 16.918977604620448, 11);
  near(chiSquareQuantile(0.95, 1), 3.841458820694124, 11);
  near(chiSquareQuantile(0.001, 3), 0.024297585815692732, 11);
  near(noncentralChiSquareCdf(30, 9, 20), 0.5772026792046121, 10);
  near(noncentralChiSquareCdf(5, 9, 20), 0.00023000071677575312, 10);
  near(noncentralChiSquareCdf(2100, 9, 2000), 0.8451934562158231, 9);
  near(noncentralChiSquareCdf(9700, 9, 9900), 0.14672728966821094, 8);
  near(noncentralChiSquareCdf(20500, 9, 20000), 0.9580725511484002, 6);
  near(studentQuantile(0.975, 1), 12.706204736432095, 10);
  near(studentQuantile(0.975, 10), 2.2281388519649385, 10);
  near(studentQuantile(0.9975, 3), 7.4533185051505395, 10);
  near(studentQuantile(0.975, 200), 1.9718962236316089, 10);
});

test('the interval of a non-centrality inverts its distribution', () => {
  for (const [x, freedom] of [
    [40, 9],
    [3000, 9],
    [40_000, 4],
  ] as const) {
    const { low, high } = noncentralityInterval(x, freedom);
    near(noncentralChiSquareCdf(x, freedom, low), 0.975, 6);
    near(noncentralChiSquareCdf(x, freedom, high), 0.025, 5);
  }
  expect(noncentralityInterval(9, 9).low).toBe(0);
  expect(noncentralityInterval(0.5, 9)).toEqual({ low: 0, high: 0 });
});
