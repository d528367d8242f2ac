import { heldBack, round, tenantCurves, tenantMetrics } from './tenant-figures.js';
import { type MeasurementEvidence } from './evidence.js';

const measured = (tp: number, fp: number): MeasurementEvidence => ({
  rows: 10_000,
  positives: 400,
  metrics: {
    rocAuc: { value: 0.912345, low: 0.9, high: 0.92 },
    precision: { value: 1, low: 0.2, high: 1 },
    alertsPerDay: { value: 0.2, low: null, high: null },
    amountLostBeforeAlert: { value: 12_345.67, low: 9876.54, high: 15_432.1 },
  },
  confusion: { threshold: 0.5, tp, fp, tn: 9600 - fp, fn: 400 - tp },
});

test('one alert, or one row that is not alerted, would tell a label: nothing of alerts is said', () => {
  for (const few of [measured(1, 0), measured(400, 9599)]) {
    const { precision, alertsPerDay, rocAuc, amountLostBeforeAlert } = tenantMetrics(few, 100);
    expect(precision).toMatchObject({
      value: null,
      low: null,
      high: null,
      reason: expect.stringMatching(/held back/) as string,
    });
    expect(amountLostBeforeAlert?.value).toBeNull();
    expect(alertsPerDay?.value).toBe(0.2);
    expect(rocAuc?.value).toBe(0.912);
  }
  expect(heldBack('precision', measured(60, 40), 100)).toBe(false);
  expect(heldBack('precision', { ...measured(60, 40), confusion: null }, 100)).toBe(true);
});

test('money to three digits', () => {
  const { amountLostBeforeAlert } = tenantMetrics(measured(300, 200), 100);
  expect(amountLostBeforeAlert).toEqual({ value: 12_300, low: 9880, high: 15_400 });
  expect([round(0.00049), round(-0.98765), round(null), round(1.2345)]).toEqual([0, -0.988, null, 1.23]);
});

test('curves at even steps, to two decimals', () => {
  const { roc, precisionRecall } = tenantCurves({
    roc: { x: [0, 0, 0.333, 1], y: [0, 0.4321, 0.7654, 1], error: 0 },
    precisionRecall: { x: [0.25, 1], y: [0.9, 0.1], error: 0 },
    lift: [{ share: 0.01, recall: 0.1, lift: 10 }],
  });
  expect(roc?.x).toHaveLength(51);
  expect([roc?.y[0], roc?.y[25], roc?.y[50]]).toEqual([0.22, 0.82, 1]);
  expect([precisionRecall?.y[0], precisionRecall?.y[50]]).toEqual([0.9, 0.1]);
  for (const y of roc?.y ?? []) expect(y).toBe(Math.round(y * 100) / 100);
});
