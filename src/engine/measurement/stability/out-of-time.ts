import type { SliceMeasurement } from '../document.js';
import {
  type OutOfTime,
  PERFORMANCE_METRICS,
  type PerformanceMetric,
  type PerformanceMonth,
} from './document.js';
import { type MonthValue, trendOf, worstOf } from './trend.js';

const LOSSES: ReadonlySet<PerformanceMetric> = new Set(['logLoss', 'brier']);

/**
 * How the metrics hold from month to month: each month with its interval, the trend, and the worst month.
 *
 * @param months measured one by one, by name, in order
 */
export function outOfTime(months: Readonly<Record<string, SliceMeasurement>>): OutOfTime {
  const measured = Object.entries(months).map(([month, slice]): PerformanceMonth => {
    const known = { month, rows: slice.rows, positives: slice.positives };
    const { metrics } = slice;
    if (metrics === undefined) return { ...known, reason: slice.reason ?? 'not measured' };
    return {
      ...known,
      metrics: Object.fromEntries(
        PERFORMANCE_METRICS.map((name) => {
          const { value, low, high } = metrics[name];
          return [name, { value, low, high }];
        }),
      ),
    };
  });
  const result: OutOfTime = { months: measured, trend: {}, worst: {} };
  for (const name of PERFORMANCE_METRICS) {
    const values = Object.entries(months).flatMap(([month, { metrics, positives }]): MonthValue[] => {
      const estimate = metrics?.[name];
      if (estimate === undefined || estimate.value === null) return [];
      const { value, low, high, standardError } = estimate;
      return [{ month, x: monthNumber(month), value, low, high, standardError, positives }];
    });
    result.trend[name] = trendOf(values);
    const worst = worstOf(values, LOSSES.has(name));
    if (worst !== null) result.worst[name] = worst;
  }
  return result;
}

function monthNumber(month: string): number {
  const [year, number] = month.split('-').map(Number);
  return 12 * (year ?? 0) + (number ?? 1);
}
