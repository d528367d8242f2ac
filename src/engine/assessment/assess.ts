import { InputError } from '../input-error.js';
import type { Estimate, FairnessMeasure, MeasurementDocument, MetricName } from '../measurement/document.js';
import { isFairness, type Criterion, type Plan } from './plan.js';

export const VERDICTS = ['PASS', 'FAIL', 'INCONCLUSIVE', 'ERROR'] as const;
export type Verdict = (typeof VERDICTS)[number];

export interface CriterionVerdict extends Criterion {
  verdict: Verdict;
  value: number | null;
  low: number | null;
  high: number | null;
  /** Plain English, made from the numbers. */
  sentence: string;
}

/** The names of metrics in running text. */
export const METRIC_TITLES: Record<MetricName | FairnessMeasure, string> = {
  rocAuc: 'ROC AUC',
  gini: 'Gini coefficient',
  averagePrecision: 'average precision',
  ks: 'Kolmogorov–Smirnov distance',
  logLoss: 'log loss',
  brier: 'Brier score',
  expectedCalibrationError: 'expected calibration error',
  tprAtFpr1: 'recall at 1% false positives',
  tprAtFpr5: 'recall at 5% false positives',
  precisionAt100: 'precision among the 100 highest scores',
  cardPrecisionAt100: 'card precision among the 100 highest a day',
  demographicParityDifference: 'demographic parity difference',
  disparateImpactRatio: 'disparate impact ratio',
  equalOpportunityDifference: 'equal opportunity difference',
  predictiveEqualityDifference: 'predictive equality difference',
  equalizedOddsDifference: 'equalised odds difference',
};

/**
 * Judges each criterion by the whole 95% interval, never by the point.
 *
 * PASS when all of the interval satisfies it, FAIL when none of it does, INCONCLUSIVE when the interval straddles the
 * threshold, has no bounds, or the group is too small to be judged; ERROR when the metric does not exist.
 *
 * @throws InputError `PLAN_MISMATCH` when the document was measured at another threshold or group size
 */
export function assess(plan: Plan, document: MeasurementDocument): CriterionVerdict[] {
  const { threshold, minimumGroupSize } = document.options;
  if (threshold !== plan.threshold) {
    throw new InputError(
      'PLAN_MISMATCH',
      `measured at threshold ${threshold}, the plan says ${plan.threshold}`,
    );
  }
  if (minimumGroupSize !== plan.minimumGroupSize) {
    throw new InputError(
      'PLAN_MISMATCH',
      `measured with a minimum group size of ${minimumGroupSize}, the plan says ${plan.minimumGroupSize}`,
    );
  }
  return plan.criteria.map((criterion) => judge(criterion, document));
}

interface Found {
  estimate: Estimate;
  /** Set where the rows are too few to judge by. */
  small?: string;
  note?: string;
}

function judge(criterion: Criterion, document: MeasurementDocument): CriterionVerdict {
  const found = find(criterion, document);
  const subject = `The ${METRIC_TITLES[criterion.metric]}${where(criterion)}`;
  const required = `${criterion.comparator === '>=' ? 'at least' : 'at most'} ${criterion.threshold}`;
  const say = (verdict: Verdict, sentence: string, estimate?: Estimate): CriterionVerdict => ({
    ...criterion,
    verdict,
    value: estimate?.value ?? null,
    low: estimate?.low ?? null,
    high: estimate?.high ?? null,
    sentence: `${subject} ${sentence}`,
  });
  if (typeof found === 'string') return say('ERROR', `could not be measured: ${found}.`);
  const { estimate, small } = found;
  const { value, low, high } = estimate;
  if (value === null) {
    if (small !== undefined) return say('INCONCLUSIVE', `is not judged: ${small}.`);
    return say('ERROR', `does not exist: ${estimate.reason ?? 'no reason was given'}.`);
  }
  const [point, from, to] = apart([value, low ?? value, high ?? value], criterion.threshold);
  if (small !== undefined) {
    return say('INCONCLUSIVE', `came out at ${point}, but is not judged: ${small}.`, estimate);
  }
  if (low === null || high === null) {
    const why = estimate.reason ?? 'no interval is known';
    return say(
      'INCONCLUSIVE',
      `is ${point}, ${required} being required, but it cannot be judged: ${why}.`,
      estimate,
    );
  }
  const note = found.note === undefined ? '' : ` ${found.note}.`;
  const measured = `is ${point}, with a 95% interval of ${from} to ${to}`;
  const atLeast = criterion.comparator === '>=';
  if (atLeast ? low >= criterion.threshold : high <= criterion.threshold) {
    return say('PASS', `${measured}: all of it meets the required ${required}.${note}`, estimate);
  }
  if (atLeast ? high < criterion.threshold : low > criterion.threshold) {
    return say('FAIL', `${measured}: none of it meets the required ${required}.${note}`, estimate);
  }
  return say('INCONCLUSIVE', `${measured}, which straddles the required ${required}.${note}`, estimate);
}

function where({ slice, fairness }: Criterion): string {
  if (slice !== undefined) return ` of the group ${slice.column} = ${slice.group}`;
  return fairness === undefined ? '' : ` between groups of ${fairness.column}`;
}

function find(criterion: Criterion, document: MeasurementDocument): Found | string {
  const { metric, slice, fairness } = criterion;
  const least = document.options.minimumGroupSize;
  if (isFairness(metric)) {
    const column = fairness?.column ?? '';
    const measured = Object.hasOwn(document.fairness, column) ? document.fairness[column] : undefined;
    if (measured === undefined) return `the column ${column} was not measured`;
    const groups = Object.entries(measured.groups);
    const left = groups
      .filter(([, group]) => !group.judged)
      .map(([name, group]) => `${name} (${group.n} rows)`);
    const estimate = measured[metric];
    const few = groups.length - left.length < 2 || (estimate.reason ?? '').startsWith('fewer than 2 groups');
    return {
      estimate,
      ...(estimate.value === null && few
        ? { small: estimate.reason ?? `fewer than 2 groups have ${least} rows` }
        : {}),
      ...(left.length > 0 ? { note: `Too small to be judged: ${left.join(', ')}` } : {}),
    };
  }
  if (slice === undefined) return { estimate: document.metrics[metric] };
  const measured = document.slices[slice.column]?.[slice.group];
  if (measured === undefined) return `the group was not measured`;
  const small =
    measured.rows < least
      ? `the group has ${measured.rows} rows, fewer than the ${least} that a verdict needs`
      : undefined;
  const none: Estimate = {
    value: null,
    low: null,
    high: null,
    standardError: null,
    reason: measured.reason ?? '',
  };
  return { estimate: measured.metrics?.[metric] ?? none, ...(small === undefined ? {} : { small }) };
}

/** Numbers with four decimals, or as many more as it takes to tell each from the threshold. */
function apart(values: readonly number[], threshold: number): string[] {
  return values.map((value) => {
    for (let digits = 4; digits <= 15; digits++) {
      const text = value.toFixed(digits);
      const same = Number(text) === threshold;
      const swapped = Math.sign(Number(text) - threshold) !== Math.sign(value - threshold);
      if (value === threshold || (!same && !swapped)) return String(Number(text));
    }
    return String(value);
  });
}
