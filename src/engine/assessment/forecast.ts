import type { MeasurementDocument } from '../measurement/document.js';
import { findEstimate } from './assess.js';
import { normalCdf } from '../measurement/distributions.js';
import type { Criterion, Plan } from './plan.js';

/** How a criterion may end on data that nobody has seen, told from data that are open. */
export interface CriterionForecast {
  id: string;
  /** On the development data. */
  value: number | null;
  /** Half the interval that data of the size to come would give. */
  expectedHalfWidth: number | null;
  /** Chances of each verdict; they add up to 1. Null, with a reason, where they cannot be told. */
  pass: number | null;
  fail: number | null;
  inconclusive: number | null;
  reason?: string;
}

export interface ForecastTarget {
  /** Rows of the split that the plan will be judged on. */
  rows: number;
}

const Z95 = 1.959963984540054;

/**
 * The chance that each criterion ends PASS, FAIL or INCONCLUSIVE on a split of `target.rows` rows like the development
 * data that `document` measured.
 *
 * The value to come is taken as normal around the development value with the variances of both added (the predictive
 * distribution), and its interval as wide as the development interval times √(rows here ÷ rows there). That the two
 * splits are alike is an assumption: drift between them moves the value, and so do the labels that development data lack.
 */
export function forecast(
  plan: Plan,
  document: MeasurementDocument,
  target: ForecastTarget,
): CriterionForecast[] {
  const shrink = Math.sqrt(document.rows / target.rows);
  return plan.criteria.map((criterion) => forecastOne(criterion, document, shrink));
}

function forecastOne(criterion: Criterion, document: MeasurementDocument, shrink: number): CriterionForecast {
  const found = findEstimate(criterion, document);
  const none = (reason: string, value: number | null = null): CriterionForecast => ({
    id: criterion.id,
    value,
    expectedHalfWidth: null,
    pass: null,
    fail: null,
    inconclusive: null,
    reason,
  });
  if (!('estimate' in found)) return none('it was not measured on the development data');
  const { value, low, high, reason } = found.estimate;
  if (value === null) return none(reason ?? 'it does not exist on the development data');
  if (found.small !== undefined) return none('its group is too small in the development data', value);
  if (low === null || high === null) return none(reason ?? 'it has no interval', value);
  const half = (high - low) / 2;
  const expected = half * shrink;
  const spread = Math.hypot(half, expected) / Z95;
  const { threshold, comparator } = criterion;
  // The interval to come clears the threshold when its middle does so by its half width.
  const above =
    spread > 0 ? 1 - normalCdf((threshold + expected - value) / spread) : Number(value >= threshold);
  const below = spread > 0 ? normalCdf((threshold - expected - value) / spread) : Number(value < threshold);
  const [pass, fail] = comparator === '>=' ? [above, below] : [below, above];
  return {
    id: criterion.id,
    value,
    expectedHalfWidth: expected,
    pass,
    fail,
    inconclusive: Math.max(0, 1 - pass - fail),
  };
}
