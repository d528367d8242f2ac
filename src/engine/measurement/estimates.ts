import type { Replicates, Sample } from './bootstrap.js';
import type { BootstrapIntervals, Estimate, MetricName } from './document.js';
import { bca, percentile } from './intervals.js';
import { ksBand } from './ks.js';

/** Which interval an estimate shows where there are replicates; the others are kept beside it. */
export type Preference = 'best' | 'bca' | 'percentile';

/**
 * Metrics whose analytic interval covers better than the bootstrap's, by the simulations in `coverage.spec.ts`: at few
 * positives both bootstraps fall short of 95%, and BCa seldom beats percentiles by more than a point.
 */
const ANALYTIC: ReadonlySet<MetricName> = new Set([
  'rocAuc',
  'gini',
  'averagePrecision',
  'tprAtFpr1',
  'tprAtFpr5',
] satisfies MetricName[]);

export function preferenceFor(name: MetricName, wanted: Preference): 'analytic' | 'bca' | 'percentile' {
  if (wanted !== 'best') return wanted;
  return ANALYTIC.has(name) ? 'analytic' : 'bca';
}

/**
 * An estimate with the intervals of its replicates. BCa gives way to percentiles where it does not exist, and an analytic
 * interval that is wanted but missing to BCa; `bootstrap` holds both and says why one is missing.
 */
export function withBootstrap(
  estimate: Estimate,
  { values, jackknife }: Pick<Replicates, 'values'> & Partial<Replicates>,
  preference: 'analytic' | 'bca' | 'percentile' = 'percentile',
): Estimate {
  if (estimate.value === null) return estimate;
  const plain = percentile(values);
  if (plain === null) {
    const why = 'fewer than 20 bootstrap replicates hold what it needs';
    return { ...estimate, reason: estimate.low === null ? why : `${why}: the interval is analytic` };
  }
  const { standardError } = plain;
  const corrected = jackknife === undefined ? null : bca(estimate.value, values, jackknife);
  const bootstrap: BootstrapIntervals = { standardError, percentile: { low: plain.low, high: plain.high } };
  if (corrected?.reason !== undefined) bootstrap.bca = { low: null, high: null, reason: corrected.reason };
  else if (corrected !== null) bootstrap.bca = { low: corrected.low, high: corrected.high };
  if (preference === 'analytic' && estimate.low !== null) return { ...estimate, bootstrap };
  const { reason, method, clusters, ...rest } = estimate;
  const found = { ...rest, standardError, ...analytic(estimate), bootstrap };
  if (preference !== 'percentile' && corrected?.low !== undefined)
    return { ...found, low: corrected.low, high: corrected.high, method: 'bca' };
  return { ...found, low: plain.low, high: plain.high, method: 'bootstrap' };
}

/** KS shows the band of its replicates, where no other interval is wanted: neither percentiles nor BCa cover it. */
export function withKsBand(estimate: Estimate, deviation: Sample, wanted: Preference): Estimate {
  const band = estimate.value === null || wanted !== 'best' ? null : ksBand(estimate.value, deviation);
  return band === null ? estimate : { ...estimate, ...band, method: 'band' };
}

function analytic(estimate: Estimate): Pick<Estimate, 'analytic'> {
  const { low, high, standardError, method, clusters, reason } = estimate;
  if (low === null || high === null || standardError === null || method === undefined) return {};
  return {
    analytic: {
      low,
      high,
      standardError,
      method,
      ...(clusters === undefined ? {} : { clusters }),
      ...(reason === undefined ? {} : { reason }),
    },
  };
}
