import { ENTITY, GOLDEN, rowsOf, type GoldenCase } from './decisions.fixture.js';
import { measure, type CalibrationReport, type MetricName } from './index.js';

const RATIO = { falseNegative: 20, falsePositive: 1, unit: 'FALSE_ALERTS' } as const;
const HKD = { falseNegative: 'AMOUNT', falsePositive: 150, unit: 'HKD' } as const;
const DEPLOYMENT = { prevalence: 0.001, source: 'the tenant’s own count of 2024', rowsPerDay: 50_000 };

const close = (value: number | null | undefined, expected: number | undefined, digits = 1e-9): void => {
  const scale = Math.max(1, Math.abs(expected ?? NaN));
  expect(Math.abs((value ?? NaN) - (expected ?? NaN)) / scale).toBeLessThan(digits);
};

describe.each(Object.keys(GOLDEN.cases))('%s', (name) => {
  const golden = GOLDEN.cases[name] as GoldenCase;
  const rows = rowsOf(name);

  test.each(golden.thresholds)(
    'at threshold $threshold',
    ({ threshold, confusion, values, hkd, byEntity, byRow }) => {
      const options = { threshold, beta: 2, deployment: DEPLOYMENT };
      const byRows = measure(rows, { ...options, costs: RATIO });
      const byEntities = measure({ ...rows, entity: ENTITY }, { ...options, costs: RATIO });
      const inMoney = measure(rows, { ...options, costs: HKD });
      const { tp, fp, tn, fn } = byRows.confusion;
      expect([tp, fp, tn, fn]).toEqual(confusion);
      for (const [metric, expected] of Object.entries(values)) {
        close(byRows.metrics[metric as MetricName].value, expected);
        close(byEntities.metrics[metric as MetricName].value, expected);
      }
      for (const [metric, expected] of Object.entries(hkd))
        close(inMoney.metrics[metric as MetricName].value, expected);
      // The gradients of the golden values are numeric.
      for (const [metric, expected] of Object.entries(byEntity))
        close((byEntities.metrics[metric as MetricName].standardError ?? NaN) / expected, 1, 1e-6);
      for (const [metric, expected] of Object.entries(byRow)) {
        const { standardError, method } = byRows.metrics[metric as MetricName];
        // Wilson's standard error is that of a rate in n trials, without n/(n − 1).
        const within = method === 'wilson' ? 1 / 200 : 1e-6;
        close((standardError ?? NaN) / expected, 1, within);
      }
    },
  );

  test('thresholds with the least cost and within the budget', () => {
    for (const [costs, alertBudget, expected] of [
      [RATIO, 60, golden.ratio],
      [HKD, 150, golden.hkd],
    ] as const) {
      const { leastCost, withinBudget } = measure(rows, { costs, alertBudget }).operatingPoints;
      expect({ tp: leastCost.point?.tp ?? 0, fp: leastCost.point?.fp ?? 0 }).toEqual(expected.leastCost);
      expect({ tp: withinBudget.point?.tp, fp: withinBudget.point?.fp }).toEqual(expected.withinBudget);
    }
  });

  test('calibration', () => {
    const expected = golden.calibration;
    const document = measure(rows);
    const byEntity = measure({ ...rows, entity: ENTITY }).metrics;
    const report = document.calibration as CalibrationReport;
    const { calibrationSlope, calibrationIntercept, maximumCalibrationError, brierSkill } = document.metrics;
    close(calibrationSlope.value, expected['slope']);
    close(calibrationIntercept.value, expected['intercept']);
    const n = rows.scores.length;
    const correction = Math.sqrt(n / (n - 1));
    close(calibrationSlope.standardError, (expected['slopeError'] ?? NaN) * correction);
    close(calibrationIntercept.standardError, (expected['interceptError'] ?? NaN) * correction);
    const ofEntities = Math.sqrt(257 / 256);
    close(byEntity.calibrationSlope.standardError, (expected['slopeErrorByEntity'] ?? NaN) * ofEntities);
    close(
      byEntity.calibrationIntercept.standardError,
      (expected['interceptErrorByEntity'] ?? NaN) * ofEntities,
    );
    close(report.inTheLarge.value, expected['inTheLarge']);
    close(report.inTheLarge.standardError, (expected['inTheLargeError'] ?? NaN) * correction);
    close(maximumCalibrationError.value, expected['maximum']);
    close(brierSkill.value, expected['brierSkill']);
    close(report.expectedCalibrationError.value, expected['expected']);
    close(report.expectedCalibrationError.debiased, expected['debiased']);
    const [chiSquared, freedom, p] = expected.hosmerLemeshow;
    expect(report.hosmerLemeshow).toMatchObject({ degreesOfFreedom: freedom });
    if (!('chiSquared' in report.hosmerLemeshow)) throw new Error('there is no statistic');
    close(report.hosmerLemeshow.chiSquared, chiSquared);
    close(report.hosmerLemeshow.p, p);
  });

  test('drawn curves pass through the points of scikit-learn’s', () => {
    const { curves } = measure(rows);
    for (const [drawn, points] of [
      [curves.roc, golden.curves.roc],
      [curves.precisionRecall, golden.curves.precisionRecall],
    ] as const) {
      for (const [x, y] of points) expect(distance(drawn, x, y)).toBeLessThanOrEqual(drawn.error + 1e-12);
    }
  });
});

/** How far a point lies from a drawn line. */
function distance({ x, y }: { x: number[]; y: number[] }, px: number, py: number): number {
  let least = Infinity;
  for (let i = 1; i < x.length; i++) {
    const [ax, ay] = [x[i - 1] ?? 0, y[i - 1] ?? 0];
    const [dx, dy] = [(x[i] ?? 0) - ax, (y[i] ?? 0) - ay];
    const along = dx * dx + dy * dy === 0 ? 0 : ((px - ax) * dx + (py - ay) * dy) / (dx * dx + dy * dy);
    const share = Math.max(0, Math.min(1, along));
    least = Math.min(least, Math.hypot(px - ax - share * dx, py - ay - share * dy));
  }
  return least;
}
