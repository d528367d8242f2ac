import type { Replicates } from './bootstrap.js';
import type { Estimate, IntervalMethod } from './document.js';
import { percentile } from './intervals.js';

/** An estimate with the percentile interval of its replicates; the analytic one is kept beside it. */
export function withBootstrap(estimate: Estimate, { values }: Pick<Replicates, 'values'>): Estimate {
  if (estimate.value === null) return estimate;
  const { reason, method, ...rest } = estimate;
  const interval = percentile(values);
  if (interval === null) {
    const why = 'fewer than 20 bootstrap replicates hold what it needs';
    return { ...estimate, reason: estimate.low === null ? why : `${why}: the interval is analytic` };
  }
  const { low, high, standardError } = interval;
  const kept =
    estimate.low !== null && estimate.high !== null && estimate.standardError !== null && method !== undefined
      ? { analytic: analytic(estimate.low, estimate.high, estimate.standardError, method, reason) }
      : {};
  return { ...rest, low, high, standardError, method: 'bootstrap', ...kept };
}

function analytic(
  low: number,
  high: number,
  standardError: number,
  method: IntervalMethod,
  reason: string | undefined,
): NonNullable<Estimate['analytic']> {
  return { low, high, standardError, method, ...(reason === undefined ? {} : { reason }) };
}
