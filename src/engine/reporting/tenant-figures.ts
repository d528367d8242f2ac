import { THRESHOLD_METRICS } from '../measurement/document.js';
import { type Measured, type MeasurementEvidence } from './evidence.js';

/** Curves as a tenant sees them: at so many steps along x, to two decimals. */
const CURVE_STEPS = 50;

/** Metrics of the alerts at the threshold. How many rows are alerted tells nothing of labels. */
const OF_ALERTS: ReadonlySet<string> = new Set([
  ...THRESHOLD_METRICS.filter((name) => name !== 'alertRate' && name !== 'alertsPerDay'),
  'caseRecall',
  'detectionDelayDays',
  'amountLostBeforeAlert',
]);

export interface TenantCurve {
  x: number[];
  y: number[];
}

/** To three decimals, and never more than three digits: of money, digits would tell which rows it is made of. */
export function round(value: number | null | undefined): number | null {
  if (value == null) return null;
  return Math.abs(value) < 1 ? Math.round(value * 1000) / 1000 : Number(value.toPrecision(3));
}

export function rounded({ value, low, high }: Measured): Measured {
  return value === null
    ? { value: null, low: null, high: null, reason: 'does not exist; the full report says why' }
    : { value: round(value), low: round(low), high: round(high) };
}

/**
 * Whether a metric at the threshold must be held back: where few rows are alerted, or few are not, a threshold could be
 * set so that its value tells the label of a row.
 */
export function heldBack(metric: string, { rows, confusion }: MeasurementEvidence, minimum: number): boolean {
  if (!OF_ALERTS.has(metric)) return false;
  const { tp, fp } = (confusion ?? {}) as { tp?: unknown; fp?: unknown };
  if (typeof tp !== 'number' || typeof fp !== 'number') return true;
  return Math.min(tp + fp, rows - tp - fp) < minimum;
}

export function tenantMetrics(measurement: MeasurementEvidence, minimum: number): Record<string, Measured> {
  const reason = `held back: fewer than ${minimum} rows are alerted, or are not`;
  return Object.fromEntries(
    Object.entries(measurement.metrics).map(([name, measured]) => [
      name,
      heldBack(name, measurement, minimum)
        ? { value: null, low: null, high: null, reason }
        : rounded(measured),
    ]),
  );
}

/**
 * Curves read at even steps and rounded: their own corners stand at single rows' scores and would tell how many rows of
 * each label lie between.
 */
export function tenantCurves(curves: object): Record<string, TenantCurve> {
  const result: Record<string, TenantCurve> = {};
  for (const name of ['roc', 'precisionRecall', 'gains']) {
    const curve = (curves as Record<string, unknown>)[name] as TenantCurve | undefined;
    if (curve === undefined) continue;
    const x = Array.from({ length: CURVE_STEPS + 1 }, (_, step) => step / CURVE_STEPS);
    result[name] = { x, y: x.map((at) => Math.round(100 * heightAt(curve, at)) / 100) };
  }
  return result;
}

/** The height of a line at a place; where it stands upright, the middle of it. */
function heightAt({ x, y }: TenantCurve, at: number): number {
  const here = y.filter((_, i) => x[i] === at);
  if (here.length > 0) return (Math.min(...here) + Math.max(...here)) / 2;
  const after = x.findIndex((value) => value > at);
  if (after <= 0) return (after === 0 ? y[0] : y[y.length - 1]) ?? 0;
  const [ax, ay, bx, by] = [x[after - 1], y[after - 1], x[after], y[after]] as [
    number,
    number,
    number,
    number,
  ];
  return ay + ((by - ay) * (at - ax)) / (bx - ax);
}
